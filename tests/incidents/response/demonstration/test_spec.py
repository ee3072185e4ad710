"""Spans and days of the data files become instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clients.trust.demonstration.spec import Calendar
from incidents.response.demonstration.spec import begin, span

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("words", "minutes"), [("6m", 6), ("1h5m", 65), ("2d3h", 3060), ("-36m", -36), ("28h", 1680), ("0m", 0)]
)
def test_a_span_is_read(words: str, minutes: int) -> None:
    assert span(words) == timedelta(minutes=minutes)


@pytest.mark.parametrize("words", ["", "-", "6", "1h 5m", "an hour", "5m1h"])
def test_what_is_no_span_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match="no span"):
        span(words)


def test_a_span_counts_back_from_now_on_the_minute() -> None:
    calendar = Calendar(datetime(2026, 11, 19, 9, 42, 33, tzinfo=UTC), LONDON)
    assert begin("35h32m", calendar) == datetime(2026, 11, 17, 22, 10, tzinfo=UTC)


def test_a_day_counts_back_from_today_and_its_spans_are_elapsed_time_over_a_change_of_the_clocks() -> None:
    calendar = Calendar(datetime(2026, 10, 26, 10, 0, tzinfo=UTC), LONDON)
    began = begin("2d at 22:00", calendar)
    assert began == datetime(2026, 10, 24, 21, 0, tzinfo=UTC), "still summer time in London"
    assert (began + span("6h")).astimezone(LONDON).hour == 3, "not 4: the clocks went back at two"
