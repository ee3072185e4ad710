"""The situations to play, and how a clock of an exercise is judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidents.response.rules.exercises import clock_state, counted, examples, scenarios
from incidents.response.rules.severities import severities

DUE = datetime(2026, 11, 19, 12, tzinfo=UTC)
BEFORE, AFTER = DUE - timedelta(hours=1), DUE + timedelta(seconds=1)


def test_every_severity_has_an_example_and_every_situation_its_questions() -> None:
    for severity in severities():
        assert examples(severity), severity
    for each in scenarios().values():
        assert each.severity in severities()
        assert each.questions, each.id
        assert each.first_sign.endswith(".")
    order = [each.severity for each in scenarios().values()]
    assert order == sorted(order), "the worst first"


def test_what_may_touch_personal_data_is_at_least_sev2() -> None:
    assert {each.severity for each in scenarios().values() if each.personal_data} <= {"SEV1", "SEV2"}


@pytest.mark.parametrize(
    ("met_at", "late_at", "now", "state"),
    [
        (BEFORE, None, AFTER, "kept"),
        (DUE, None, AFTER, "kept"),
        (AFTER, None, AFTER, "late"),
        (BEFORE, DUE, AFTER, "late"),
        (None, None, BEFORE, "not_played"),
        (None, None, DUE, "not_played"),
        (None, None, AFTER, "late"),
    ],
)
def test_a_clock_is_kept_late_or_not_played(
    met_at: datetime | None, late_at: datetime | None, now: datetime, state: str
) -> None:
    assert clock_state(DUE, met_at, late_at, now) == state


def test_clocks_are_counted_in_words() -> None:
    assert counted(["late", "kept", "kept"]) == "2 kept, 1 late"
    assert counted(["not_played"]) == "1 not played to the end"
    assert counted([]) == ""
