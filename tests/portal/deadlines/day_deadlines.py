"""Deadlines for tests, made as their records would leave them: without a kind that any room registers."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of

_numbers = count(1)


def make_deadline(
    client: Client, due: date | datetime, title: str = "Renew the Xero token", **fields: Any
) -> Deadline:
    """Make a deadline due on a day, at its end in the client's zone, or at an instant."""
    on = None if isinstance(due, datetime) else due
    at = due if isinstance(due, datetime) else _end_of(due, client)
    values = {
        "practice_id": client.practice_id,
        "client": client,
        "kind": "test.renewal",
        "subject_type": "test.thing",
        "subject_id": str(next(_numbers)),
        "subject": title,
        "title": title,
        "started_at": at - timedelta(days=30) if on else at - timedelta(hours=48),
        "due_at": at,
        "due_on": on,
        "calendar": "days" if on else "clock",
        "policy": "renewal" if on else "clock",
        "internal": True,
        **fields,
    }
    with enter(everything_of(client.practice_id), switch=True):
        return Deadline.objects.create(**values)


def _end_of(day: date, client: Client) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(client.time_zone))
