"""Deadlines for tests of the scan, and the few questions that its tests ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from portal.deadlines import kinds
from portal.deadlines.actions import open_deadline
from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.tenancy.models import Client

RENEWAL = "test.renewal"
CLOCK = "test.clock"
#: Opened at eight in the morning of the day on which a deadline in a week has its step, at nine.
EIGHT = datetime(2026, 11, 19, 8, tzinfo=UTC)
IN_A_WEEK = date(2026, 11, 26)


def opened(
    client: Client,
    number: int = 7,
    *,
    on: date | None = IN_A_WEEK,
    at: datetime | None = None,
    now: datetime = EIGHT,
    kind: str = RENEWAL,
    **fields: Any,
) -> Deadline:
    """Open a deadline of the client; every number is a subject of its own."""
    subject = Subject("test.credential", f"{client.slug}-{number}", f"Xero token {number}")
    due = Due(on=on) if at is None else Due(at=at, calendar="clock")
    obligation = Obligation(
        kind=kind, subject=subject, title=f"Renew the Xero token {number}", due=due, started_at=now
    )
    return open_deadline(client, replace(obligation, **fields), by=None, now=now)


def told(deadline: Deadline | None = None) -> list[tuple[str, str, str]]:
    """Whom reminders exist for: step, person and part, in the order in which they were written."""
    rows = Reminder.objects.order_by("pk")
    if deadline is not None:
        rows = rows.filter(deadline=deadline)
    return [(row.step, str(row.person or "channel"), row.part) for row in rows.select_related("person")]


def register_clock() -> None:
    """Let there be a kind that counts hours."""
    usual = kinds.kind_of(RENEWAL)
    kinds.register(replace(usual, name=CLOCK, policy="clock"))
