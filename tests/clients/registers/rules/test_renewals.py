"""When a credential is next due, at the edges of the calendar too."""

from datetime import date

import pytest

from clients.registers.rules.renewals import due_state, next_due_on, rotation_due_on

D = date


@pytest.mark.parametrize(
    ("renewal", "rotated", "issued", "days", "due"),
    [
        (None, None, None, None, None),
        (None, None, None, 90, None),
        (D(2026, 12, 1), None, None, None, D(2026, 12, 1)),
        (None, D(2026, 11, 1), None, 30, D(2026, 12, 1)),
        (None, None, D(2026, 11, 1), 30, D(2026, 12, 1)),
        (None, D(2026, 11, 1), D(2026, 1, 1), 30, D(2026, 12, 1)),
        (D(2026, 11, 30), D(2026, 11, 1), None, 30, D(2026, 11, 30)),
        (D(2026, 12, 2), D(2026, 11, 1), None, 30, D(2026, 12, 1)),
        (None, D(2028, 2, 28), None, 1, D(2028, 2, 29)),
        (None, D(2026, 12, 31), None, 1, D(2027, 1, 1)),
        (None, D(9999, 12, 1), None, 90, D(9999, 12, 31)),
    ],
)
def test_the_earlier_of_renewal_and_rotation_counts(renewal, rotated, issued, days, due):
    assert next_due_on(renewal, rotated, issued, days) == due


def test_an_interval_without_a_day_to_count_from_gives_nothing():
    assert rotation_due_on(None, None, 90) is None


@pytest.mark.parametrize(
    ("due", "state"),
    [
        (None, "none"),
        (D(2026, 11, 18), "late"),
        (D(2026, 11, 19), "soon"),
        (D(2026, 11, 26), "soon"),
        (D(2026, 11, 27), "then"),
    ],
)
def test_the_state_turns_on_the_day(due, state):
    assert due_state(due, D(2026, 11, 19)) == state
