"""What moved the posture, in words, and the points of its line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clients.posture.rules.movement import Movement, Point, line, movement
from tests.clients.posture.made import TODAY, days

TITLES = {"SEC-07": "Credential register complete", "SEC-03": "Scheduled rotation"}


def point(on: date, passes: int, **results: str) -> Point:
    return Point(on, passes, 100, {key.replace("_", "-"): value for key, value in results.items()})


def test_a_single_day_has_neither_line_nor_movement() -> None:
    assert line([point(TODAY, 60)]) is None
    assert movement([point(TODAY, 60)], TITLES) is None


def test_a_year_is_drawn_a_point_a_month_with_the_last_of_each() -> None:
    ends = [date(2025, 11, 30), *(date(2026, month, 10) for month in range(1, 11)), date(2026, 12, 1)]
    points = [point(on, 50 + i) for i, on in enumerate(ends[:-1])]
    points = [
        points[0],
        point(date(2025, 12, 1), 1),
        point(date(2025, 12, 9), 55),
        *points[1:],
        point(TODAY, 83),
    ]
    drawn = line(points)
    assert drawn is not None
    assert drawn.points == (50, 55, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 83)
    assert drawn.labels == ("Nov 25", "", "", "Feb", "", "", "May", "", "", "Aug", "", "", "Nov 26")
    assert drawn.label == "Controls that pass rose from 50% in November 2025 to 83% now"


def test_the_line_begins_after_a_month_without_results() -> None:
    months = [date(2026, 6, 3), date(2026, 9, 3), date(2026, 10, 3), TODAY]
    drawn = line([point(on, 60) for on in months])
    assert drawn is not None
    assert drawn.points == (60, 60, 60)
    assert drawn.labels[0] == "Sep 26"


def test_a_young_history_is_drawn_by_days() -> None:
    drawn = line([point(days(-1), 60), point(TODAY, 50)])
    assert drawn is not None
    assert (drawn.points, drawn.labels) == ((60, 50), ("18 Nov", "19 Nov"))
    assert (
        drawn.label
        == "Controls that pass fell from 60% in November 2026 to 50% now, high 60% in November 2026"
    )


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        (
            [point(date(2026, 8, 19), 77), point(TODAY, 83, SEC_07="pass", SEC_03="pass")],
            Movement("Up 6 points", "since 19 August, with “Credential register complete” and 1 more."),
        ),
        ([point(days(-3), 60), point(TODAY, 60)], Movement("Unchanged", "since 16 November.")),
        (
            [point(days(-9), 60, SEC_03="pass"), point(days(-2), 57), point(TODAY, 57)],
            Movement(
                "Down 3 points",
                "since 10 November. It fell by 3 points on Tuesday, with “Scheduled rotation”.",
            ),
        ),
        (
            [point(days(-1), 60), point(TODAY, 59)],
            Movement("Down 1 point", "since 18 November. It fell by 1 point today."),
        ),
        (
            [point(date(2025, 12, 25), 60), point(days(-200), 90), point(TODAY, 60)],
            Movement("Down 30 points", "since 3 May."),
        ),
    ],
)
def test_movement_is_told_against_three_months_ago(points: list[Point], expected: Movement) -> None:
    assert movement(points, TITLES) == expected


def test_a_step_between_two_versions_of_the_rules_is_told_as_that_and_is_no_fall() -> None:
    old = [replace(point(days(-40), 80), rules=2), replace(point(days(-3), 84), rules=2)]
    now = replace(point(TODAY, 70), rules=3)
    found = movement([*old, now], TITLES)
    assert found == Movement(
        "Down 10 points",
        "since 10 October. The rules changed today, and other controls count since.",
    )
    later = [*old, replace(point(days(-2), 70), rules=3), replace(point(TODAY, 60), rules=3)]
    words = movement(later, TITLES)
    assert words is not None
    assert "The rules changed on Tuesday" in words.rest
    assert "It fell by 10 points today" in words.rest
