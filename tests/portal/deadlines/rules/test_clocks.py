"""Clocks count to the second, over a change of clocks too; soon is 36 hours, of a short one its second half."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.deadlines.rules.clocks import clock, span

START = datetime(2026, 11, 18, 14, 30, tzinfo=UTC)


def read(hours: float, *, of: int = 48, met: float | None = None) -> tuple[str, str, str]:
    found = clock(
        START,
        START + timedelta(hours=of),
        START + timedelta(hours=hours),
        None if met is None else START + timedelta(hours=met),
    )
    return found.state, found.figure, found.words


@pytest.mark.parametrize(
    ("hours", "state", "figure", "words"),
    [
        (6.8, "", "41:12:00", "left of 48 hours"),
        (12, "soon", "36:00:00", "left of 48 hours"),
        (38.5, "soon", "9:30:00", "left of 48 hours"),
        (48, "soon", "0:00:00", "left of 48 hours"),
        (51.25, "late", "3:15:00", "late"),
    ],
)
def test_a_clock_says_what_is_left_or_how_late_it_is(
    hours: float, state: str, figure: str, words: str
) -> None:
    assert read(hours) == (state, figure, words)


@pytest.mark.parametrize(("hours", "state"), [(11.9, ""), (12, "soon")])
def test_a_clock_under_48_hours_is_soon_when_half_of_it_is_gone(hours: float, state: str) -> None:
    assert read(hours, of=24)[0] == state


@pytest.mark.parametrize(("met", "state"), [(30.17, "met"), (48, "met"), (48.01, "late")])
def test_a_clock_that_was_met_stands_still_and_late_stays_late(met: float, state: str) -> None:
    assert read(400, met=met)[:2] == (state, "Met")


def test_the_strip_has_a_tick_an_hour_and_for_a_long_clock_a_tick_a_day() -> None:
    assert (clock(START, START + timedelta(hours=72), START).ticks) == 72
    long = clock(START, START + timedelta(days=30), START + timedelta(days=3))
    assert (long.ticks, long.done, long.big, long.words) == (30, 3.0, 7, "left of 30 days")


@pytest.mark.parametrize(
    ("minutes", "ticks", "words"),
    [(15, 15, "left of 15 minutes"), (90, 90, "left of 90 minutes"), (60, 1, "left of 1 hour")],
)
def test_a_clock_of_minutes_is_not_said_in_hours(minutes: int, ticks: int, words: str) -> None:
    found = clock(START, START + timedelta(minutes=minutes), START + timedelta(minutes=5))
    assert (found.ticks, found.words) == (ticks, words)


def test_hours_are_elapsed_ones_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/London")
    start = datetime(2026, 10, 24, 12, tzinfo=zone)
    found = clock(start, start.astimezone(UTC) + timedelta(hours=48), datetime(2026, 10, 25, 12, tzinfo=zone))
    assert found.figure == "23:00:00"


def test_a_span_is_said_in_hours_and_minutes_and_a_long_one_in_days() -> None:
    assert span(timedelta(hours=30, minutes=10)) == "30 h 10 min"
    assert span(timedelta(minutes=9)) == "9 min"
    assert span(timedelta(days=6)) == "6 days"
