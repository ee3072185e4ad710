"""Who is missing on the escalation path, and how long a check of somebody holds."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clients.engagements.rules.escalation import (
    Person,
    check_state,
    gaps,
    position_words,
    verified_until,
)

TODAY = date(2026, 11, 19)
WHOSE = {"client": "Alder", "practice": "Northlight"}


@pytest.mark.parametrize(
    ("days", "state"),
    [(None, "wait"), (0, "ok"), (120, "ok"), (121, "soon"), (180, "soon"), (181, "late")],
)
def test_a_check_holds_180_days_and_is_due_soon_after_120(days: int | None, state: str) -> None:
    verified_on = None if days is None else TODAY - timedelta(days=days)
    assert check_state(verified_on, TODAY)[0] == state


def test_the_last_day_on_which_a_check_holds() -> None:
    assert verified_until(date(2026, 1, 1)) == date(2026, 6, 30)
    assert verified_until(None) is None


def test_each_side_needs_a_primary_and_a_backup() -> None:
    one, two = Person("client", 1, None), Person("client", 2, TODAY)
    assert gaps([], WHOSE) == [
        "Alder has no contact yet: add a primary and a backup",
        "Northlight has no contact yet: add a primary and a backup",
    ]
    assert gaps([one, Person("practice", 1, None)], WHOSE) == [
        "Alder has no backup contact",
        "Northlight has no backup contact",
    ]
    assert gaps([one, two, Person("practice", 1, None), Person("practice", 2, None)], WHOSE) == []


def test_places_on_the_path_have_names() -> None:
    assert [position_words(place) for place in (1, 2, 3, 12)] == ["Primary", "Backup", "Third", "No. 12"]
