"""Deadlines for tests of lists and feeds, opened by their action."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from portal.deadlines import actions
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of

KIND = "test.renewal"
_numbers = count(1)


def make_deadline(
    client: Client,
    name: str,
    in_days: int | None = None,
    *,
    on: date | None = None,
    at: datetime | None = None,
    kind: str = KIND,
    **fields: Any,
) -> Deadline:
    """Open a deadline due so many days from today, on a day, or at an instant."""
    if in_days is not None:
        on = datetime.now(UTC).date() + timedelta(days=in_days)
    obligation = Obligation(
        kind=kind,
        subject=Subject("test.thing", str(next(_numbers)), name),
        title=f"Renew {name}",
        due=Due(on=on, at=at),
        started_at=datetime(2026, 1, 5, tzinfo=UTC),
        **fields,
    )
    with enter(everything_of(client.practice_id), switch=True):
        return actions.open_deadline(client, obligation, by=None, now=datetime.now(UTC))
