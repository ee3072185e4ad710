"""Incidents as a table and as a file, over all clients or of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from incidents.response.models import Incident
from incidents.response.models.incident import IncidentQuerySet
from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE
from portal.deadlines.models import Deadline
from portal.deadlines.rules.today import due_words
from portal.shell.tables import Cell, Column, Empty, Row, Table, headings, sorted_by

ON_A_PAGE = 50
DEFAULT_SORT = "-detected"
COLUMNS = (
    Column("title", "Incident", sort=True, kind="lead", narrow="lead"),
    Column("client", "Client", sort=True),
    Column("severity", "Severity", sort=True),
    Column("detected", "Detected", sort=True, kind="date"),
    Column("lead", "Lead", kind="person"),
    Column("next", "Next clock"),
    Column("state", "State", kind="status", narrow="side"),
)
ORDERS = {
    "title": ("title", "id"),
    "client": ("client__name", "-detected_at", "id"),
    "severity": ("severity", "-detected_at", "id"),
    "detected": ("detected_at", "id"),
}
#: The clocks by their short names, as a narrow cell holds them.
CLOCKS = {RESPONSE: "Response", POST_MORTEM: "Post-mortem", UPDATE: "Update"}
MARKS = {"SEV1": "late", "SEV2": "soon"}


def columns(*, of_one_client: bool) -> tuple[Column, ...]:
    """The columns; on one client's list its name is left out."""
    return tuple(each for each in COLUMNS if not (of_one_client and each.key == "client"))


def ordered(rows: IncidentQuerySet, request: HttpRequest, cols: Sequence[Column]) -> IncidentQuerySet:
    """Put the rows into the wished order, the newest first where nothing is wished."""
    order = sorted_by(cols, request, DEFAULT_SORT)
    names = ORDERS[order.removeprefix("-")]
    if order.startswith("-"):
        names = tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in names)
    found: IncidentQuerySet = rows.order_by(*names)
    return found


def table_of(
    rows: Sequence[Incident],
    request: HttpRequest,
    cols: Sequence[Column],
    clocks: Mapping[str, Deadline],
    now: datetime,
    empty: Empty,
) -> Table:
    """Make the table of one page."""
    keys = {each.key for each in cols}
    made = []
    for row in rows:
        cells = {
            "title": Cell("lead", row.title, sub=row.reference, url=row.get_absolute_url()),
            "client": Cell("text", row.client.name, url=row.client.get_absolute_url()),
            "severity": severity_cell(row),
            "detected": Cell("date", timezone.localtime(row.detected_at).date()),
            "lead": Cell("person", row.lead),
            "next": _clock(clocks.get(str(row.pk)), now),
            "state": Cell("status", row.get_status_display(), state=state_of(row)),
        }
        made.append(Row(cells=[cells[key] for key in cells if key in keys], id=f"incident-{row.pk}"))
    return Table("Incidents", "Incidents", headings(cols, request, DEFAULT_SORT), made, empty)


def severity_cell(row: Incident) -> Cell:
    """The severity as a mark and a word."""
    return Cell("status", row.get_severity_display(), state=MARKS.get(row.severity, "idle"), icon="flag")


def state_of(row: Incident) -> str:
    """How the state is marked: what is not taken up yet is late, what is done is done."""
    if row.closed_at:
        return "idle"
    if row.acknowledged_at is None:
        return "late"
    return "ok" if row.resolved_at else "soon"


def _clock(deadline: Deadline | None, now: datetime) -> Cell:
    if deadline is None:
        return Cell("muted", "None runs")
    zone = ZoneInfo(str(timezone.get_current_timezone()))
    state, words = due_words(deadline.due_at, deadline.due_on, now, zone)
    name = CLOCKS.get(deadline.kind, "")
    return Cell("status", words, sub=name, state=state if state in ("late", "soon") else "wait")


HEADER = (
    "Reference", "Client", "What", "Severity", "State", "Drill", "Detected", "Reported", "Acknowledged", "Contained",
    "Resolved", "Closed", "Lead", "Personal data", "People affected", "Minutes to acknowledge", "Minutes to resolve",
)  # fmt: skip


def lines(rows: Sequence[Incident], zone: ZoneInfo) -> list[list[Any]]:
    """Give the rows of the file, in the order of HEADER; instants in the reader's zone."""
    return [
        [
            row.reference,
            row.client.name,
            row.title,
            row.get_severity_display(),
            row.get_status_display(),
            "Yes" if row.drill else "No",
            *(
                at and at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
                for at in (row.detected_at, row.reported_at, row.acknowledged_at, row.contained_at,
                           row.resolved_at, row.closed_at)
            ),
            row.lead and row.lead.name,
            row.get_personal_data_display(),
            row.people_affected,
            _minutes(row.reported_at, row.acknowledged_at),
            _minutes(row.reported_at, row.resolved_at),
        ]
        for row in rows
    ]  # fmt: skip


def _minutes(start: datetime, end: datetime | None) -> int | None:
    return int((end - start).total_seconds() // 60) if end else None
