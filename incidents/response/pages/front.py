"""The open incidents on a client's front page, each with the clock that is due first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from incidents.response.models import Incident
from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE
from incidents.response.pages.show import STRIPS
from incidents.response.queries import next_clocks
from portal.deadlines.models import Deadline
from portal.deadlines.rules.clocks import Clock, clock
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

MOST = 5
#: What the time is left for, by the kind of its deadline.
LEFT = {RESPONSE: "left to take it up", POST_MORTEM: "left to share", UPDATE: "left until the next word"}
MARKS = {"SEV1": "late", "SEV2": "soon"}


@dataclass(frozen=True)
class Line:
    """One open incident; `deadline` and `at` are None where no clock of its own runs."""

    incident: Incident
    mark: str
    deadline: Deadline | None
    at: Clock | None
    left: str
    started: str


def open_incidents(access: Access, client: Client, now: datetime) -> Mapping[str, Any] | None:
    """Give the incidents that are not closed, the latest first, drills left out. Three queries."""
    rows = Incident.objects.for_client(client).unclosed().real().order_by("-detected_at", "-id")
    shown = list(rows[:MOST])
    if not shown:
        return None
    due = next_clocks(shown)
    for incident in shown:
        incident.client = client
    count = len(shown) if len(shown) < MOST else rows.count()
    return {"lines": [_line(each, due.get(str(each.pk)), now) for each in shown], "count": count, "now": now}


def _line(incident: Incident, deadline: Deadline | None, now: datetime) -> Line:
    mark = MARKS.get(incident.severity, "idle")
    if deadline is None:
        return Line(incident, mark, None, None, "", "")
    at = clock(deadline.started_at, deadline.due_at, now)
    return Line(incident, mark, deadline, at, LEFT[deadline.kind], STRIPS[deadline.kind][1])
