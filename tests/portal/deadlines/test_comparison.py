"""The night finds deadlines that do not say what the records say; one client's trouble is its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import pytest

from portal.audit.models import AuditEvent
from portal.deadlines import kinds
from portal.deadlines.comparison import CLIENT_ENDED, WHY, Compared, compare
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from tests.portal.deadlines.arranging import IN_A_WEEK, RENEWAL, opened

pytestmark = pytest.mark.usefixtures("in_a", "alice")


@pytest.fixture
def owed(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Obligation]]]:
    """What the records of each client owe, by its short name; a client that is not there cannot be read."""
    found: dict[str, list[Obligation]] = {"alder": [], "birch": []}

    def source(client: Any) -> Iterable[Obligation]:
        return found[client.slug]

    monkeypatch.setattr(kinds, "_sources", {})
    kinds.register_source("test", [RENEWAL], source)
    yield found


def obligation(client: Any, now: datetime, number: int = 7, on: date = IN_A_WEEK) -> Obligation:
    subject = Subject("test.credential", f"{client.slug}-{number}", f"Xero token {number}")
    return Obligation(
        kind=RENEWAL,
        subject=subject,
        title=f"Renew the Xero token {number}",
        due=Due(on=on),
        started_at=now,
    )


def test_what_the_records_owe_is_opened_moved_and_cancelled(
    client_a1: Any, now: datetime, owed: dict[str, list[Obligation]]
) -> None:
    same, moved, gone = (opened(client_a1, number) for number in (1, 2, 3))
    owed["alder"] = [
        obligation(client_a1, now, 1),
        obligation(client_a1, now, 2, on=date(2026, 12, 24)),
        obligation(client_a1, now, 4),
    ]
    assert compare(now) == Compared(clients=1, opened=1, moved=1, cancelled=1)
    for row in (same, moved, gone):
        row.refresh_from_db()
    assert (same.due_on, moved.due_on) == (IN_A_WEEK, date(2026, 12, 24))
    assert (gone.outcome, gone.ended_why) == ("cancelled", WHY)
    assert compare(now) == Compared(clients=1)


def test_it_is_in_the_trail_as_what_it_is(
    client_a1: Any, now: datetime, owed: dict[str, list[Obligation]]
) -> None:
    owed["alder"] = [obligation(client_a1, now)]
    compare(now)
    assert AuditEvent.objects.order_by("pk").last().payload["action"] == "deadline.compare"


def test_kinds_that_no_source_names_are_left_alone(
    client_a1: Any, now: datetime, owed: dict[str, list[Obligation]]
) -> None:
    opened(client_a1, kind="test.other")
    assert compare(now) == Compared(clients=1)


def test_one_client_that_cannot_be_compared_keeps_no_other_from_it(
    client_a1: Any, client_a2: Any, now: datetime, owed: dict[str, list[Obligation]]
) -> None:
    del owed["alder"]
    owed["birch"] = [obligation(client_a2, now)]
    row = opened(client_a1)
    assert compare(now) == Compared(clients=2, failed=1, opened=1)
    row.refresh_from_db()
    assert row.is_open


def test_a_client_whose_work_has_ended_owes_nothing(
    client_a1: Any, now: datetime, owed: dict[str, list[Obligation]]
) -> None:
    row = opened(client_a1, kind="test.other")
    owed["alder"] = [obligation(client_a1, now)]
    client_a1.status, client_a1.ended_on = "ended", now.date()
    client_a1.save()
    assert compare(now) == Compared(clients=1, cancelled=1)
    row.refresh_from_db()
    assert row.ended_why == CLIENT_ENDED
    assert Deadline.objects.open().count() == 0
