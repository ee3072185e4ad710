"""Deadlines for tests, made as their records would leave them: of a kind that no room registers."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of

KIND = "test.renewal"
_numbers = count(1)


def make_deadline(
    client: Client,
    name: str,
    days: int = 0,
    *,
    on: date | None = None,
    at: datetime | None = None,
    **fields: Any,
) -> Deadline:
    """Make an open deadline "Renew <name>": due so many days from today, on a day, or at an instant (a clock)."""
    day = None if at else on or datetime.now(UTC).date() + timedelta(days=days)
    due_at = at or _end_of(day or date.max, client)
    values = {
        "practice_id": client.practice_id,
        "client": client,
        "kind": KIND,
        "subject_type": "test.thing",
        "subject_id": str(next(_numbers)),
        "subject": name,
        "title": f"Renew {name}",
        "started_at": due_at - (timedelta(hours=48) if at else timedelta(days=100)),
        "due_at": due_at,
        "due_on": day,
        "calendar": "clock" if at else "days",
        "policy": "clock" if at else "renewal",
        "internal": True,
        **fields,
    }
    with enter(everything_of(client.practice_id), switch=True):
        made: Deadline = Deadline.objects.create(**values)
    return made


def _end_of(day: date, client: Client) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(client.time_zone))
