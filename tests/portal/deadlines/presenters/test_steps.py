"""Steps and policies in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.deadlines.policies import entry_of, shipped
from portal.deadlines.presenters.policies import preview
from portal.deadlines.presenters.steps import every_words, listed, steps_words, to_come, when_words, who_words
from portal.deadlines.rules.durations import parse
from portal.deadlines.rules.policies import read
from portal.deadlines.rules.steps import Facts

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("-P7D", "7 days before"),
        ("PT0S", "when it falls due"),
        ("+P1D", "1 day late"),
        ("-PT4H", "4 hours before"),
    ],
)
def test_a_step_is_said_by_its_distance(key: str, words: str) -> None:
    assert when_words(key) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("renewal", "60, 30, 14, 7 and 1 day before, when it falls due, while late every day"),
        (
            "review",
            "14, 7 and 1 day before, when it falls due, while late every day, every week once it is 14 days late",
        ),
        ("clock", "24, 12, 4 and 1 hour before, when it falls due, while late every hour"),
        ("approval", "3 and 1 day before, when it falls due, while late every 2 days"),
    ],
)
def test_a_policy_is_said_in_a_sentence(name: str, words: str) -> None:
    assert steps_words(shipped()[name]) == words


def test_who_hears_is_said_with_from_when_on() -> None:
    assert who_words(shipped()["renewal"]) == (
        "The owner; the backup owner from 7 days before; the lead once it is due; "
        "the practice’s owners once it is 3 days late"
    )


def test_a_policy_that_only_says_when_it_is_due() -> None:
    policy = read({**entry_of("renewal"), "before": [], "late_every": None, "late_slower": None})
    assert steps_words(policy) == "When it falls due"


@pytest.mark.parametrize(
    ("every", "words"),
    [("P1D", "every day"), ("P2D", "every 2 days"), ("P7D", "every week"), ("PT1H", "every hour")],
)
def test_a_repeat_is_said_as_one_says_it(every: str, words: str) -> None:
    assert every_words(parse(every)) == words


def test_names_are_listed() -> None:
    assert [listed([]), listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]


def test_the_steps_to_come_begin_after_now_and_end_though_late_ones_do_not() -> None:
    due_at = datetime(2026, 12, 1, tzinfo=UTC)
    facts = Facts(due_at, date(2026, 11, 30), datetime(2026, 1, 1, tzinfo=UTC), LONDON)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    found = to_come(shipped()["renewal"], facts, now, most=4)
    assert [(line.when, line.late) for line in found] == [
        ("7 days before", False),
        ("1 day before", False),
        ("when it falls due", False),
        ("1 day late", True),
    ]
    assert all(line.at > now for line in found)


def test_the_preview_tells_all_steps_of_an_example_and_the_first_late_ones() -> None:
    shown = preview(shipped()["renewal"], date(2026, 9, 20), LONDON)
    assert shown.due == "Monday 30 November 2026"
    assert [line.when for line in shown.steps] == [
        "60 days before",
        "30 days before",
        "14 days before",
        "7 days before",
        "1 day before",
        "when it falls due",
        "1 day late",
        "2 days late",
        "3 days late",
    ]
    clock = preview(shipped()["clock"], date(2026, 11, 19), LONDON)
    assert clock.due == "Saturday 21 November 2026, 17:00"
    assert clock.steps[0].at == datetime(2026, 11, 20, 17, tzinfo=UTC)
