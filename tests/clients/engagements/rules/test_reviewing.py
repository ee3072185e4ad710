"""When access is reviewed next, and what stands in the way of finishing a review."""

from __future__ import annotations

from datetime import date

import pytest

from clients.engagements.rules.reviewing import Item, decided, faults, next_due_on

ADDED = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("finished_on", "since_on", "due_on"),
    [
        (None, None, date(2026, 5, 31)),
        (None, date(2024, 1, 1), date(2026, 5, 31)),
        (None, date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 10, 1), date(2024, 1, 1), date(2026, 12, 30)),
    ],
)
def test_access_is_reviewed_every_90_days_from_the_last_or_the_beginning(
    finished_on: date | None, since_on: date | None, due_on: date
) -> None:
    assert next_due_on(finished_on, ADDED, since_on) == due_on


def test_a_review_needs_a_decision_on_each_entry() -> None:
    items = [Item("person", "keep", "alice"), Item("person", "", "bob"), Item("credential", "")]
    assert faults(items, "alice") == ["2 entries have no decision yet. Decide on them first."]
    assert faults(items[:2], "alice") == ["One entry has no decision yet. Decide on it first."]
    assert faults([Item("person", "keep", "alice"), Item("person", "remove", "bob")], "alice") == []


def test_nobody_finishes_a_review_of_themselves_alone() -> None:
    alone = [Item("person", "keep", "alice"), Item("credential", "keep")]
    assert "only person reviewed" in faults(alone, "alice")[0]
    assert faults(alone, "bob") == []


def test_a_review_of_nothing_is_none() -> None:
    assert faults([], "alice") == ["There is nothing to review: nobody has access."]


def test_decisions_are_counted() -> None:
    assert (
        decided([Item("person", "keep"), Item("credential", "keep"), Item("person", "remove")], "keep") == 2
    )
