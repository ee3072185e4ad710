"""Where an open deadline stands on Today, in which words, and what the page says over it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.deadlines.rules.today import (
    Tally,
    asked_at,
    asked_words,
    counted,
    due_words,
    section_of,
    standfirst,
    waiting_words,
    window,
)

LONDON, TOKYO, ANGELES = ZoneInfo("Europe/London"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
DAY = date(2026, 11, 19)


def end_of(day: date, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)


@pytest.mark.parametrize(
    ("days", "section"),
    [(-400, "late"), (-1, "late"), (0, "near"), (1, "near"), (2, "week"), (7, "week"), (8, "")],
)
def test_a_day_stands_in_its_section(days: int, section: str) -> None:
    day = DAY + timedelta(days=days)
    assert section_of(end_of(day), day, window(NOW, LONDON)) == section


@pytest.mark.parametrize(
    ("moment", "section"),
    [
        (NOW - timedelta(seconds=1), "late"),
        (NOW, "near"),
        (NOW + timedelta(hours=1), "near"),
        (datetime(2026, 11, 20, 23, 59, tzinfo=UTC), "near"),
        (datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "week"),
        (datetime(2026, 11, 26, 23, 59, tzinfo=UTC), "week"),
        (datetime(2026, 11, 27, 0, 0, tzinfo=UTC), ""),
    ],
)
def test_an_instant_exactly_on_time_is_not_late(moment: datetime, section: str) -> None:
    assert section_of(moment, None, window(NOW, LONDON)) == section


def test_a_day_is_late_when_it_is_over_at_its_own_place_and_the_words_say_so() -> None:
    early = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert section_of(end_of(DAY), DAY, window(early, ANGELES)) == "late"
    assert due_words(end_of(DAY), DAY, early, ANGELES) == ("late", "30\u00a0minutes overdue")


def test_a_day_that_is_not_over_at_its_own_place_is_not_late_for_a_reader_further_east() -> None:
    evening = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert section_of(end_of(DAY), DAY, window(evening, TOKYO)) == "near"
    assert due_words(end_of(DAY), DAY, evening, TOKYO) == ("soon", "In 30\u00a0minutes")


def test_the_day_clocks_go_forward_is_a_day_like_another() -> None:
    evening = datetime(2027, 3, 28, 22, 30, tzinfo=UTC)
    day = date(2027, 3, 28)
    assert section_of(end_of(day), day, window(evening, LONDON)) == "near"
    assert section_of(end_of(day), day, window(evening + timedelta(hours=1), LONDON)) == "late" or (
        evening + timedelta(hours=1) == end_of(day)
    )


@pytest.mark.parametrize(
    ("late", "near", "week", "first", "rest"),
    [
        (0, 0, 0, "", "Nothing is owed before Friday 27 November."),
        (1, 0, 0, "One thing is overdue.", "Nothing else is owed before Friday 27 November."),
        (2, 3, 0, "Two things are overdue.", "Three more fall due by tomorrow evening."),
        (0, 1, 0, "", "One thing falls due by tomorrow evening."),
        (0, 1, 1, "", "One thing falls due by tomorrow evening, one more within seven days."),
        (0, 0, 2, "", "Nothing is due before the day after tomorrow; two things within seven days."),
        (
            1,
            0,
            1,
            "One thing is overdue.",
            "Nothing else is due before the day after tomorrow; one thing within seven days.",
        ),
    ],
)
def test_the_standfirst_counts_what_is_owed(late: int, near: int, week: int, first: str, rest: str) -> None:
    assert standfirst(Tally(late), Tally(near), Tally(week), DAY) == (first, rest)


def test_many_are_counted_in_figures_and_no_further_than_they_were_counted() -> None:
    assert counted(11) == "11 things"
    assert counted(Tally(999, more=True)) == "more than 999 things"
    assert (
        standfirst(Tally(999, more=True), Tally(0), Tally(0), DAY)[0] == "More than 999 things are overdue."
    )


@pytest.mark.parametrize(
    ("n", "days", "words"),
    [
        (0, 3, ""),
        (1, 0, "One thing is waiting on clients; it was asked today."),
        (1, 1, "One thing is waiting on clients; it has waited one day."),
        (3, 6, "Three things are waiting on clients; the oldest has waited six days."),
    ],
)
def test_what_waits_on_clients_is_said_with_its_oldest(n: int, days: int, words: str) -> None:
    assert waiting_words(Tally(n), NOW - timedelta(days=days), NOW, LONDON) == words


@pytest.mark.parametrize(("days", "words"), [(0, "today"), (1, "yesterday"), (6, "6 days ago")])
def test_since_when_something_waits_is_said_in_days(days: int, words: str) -> None:
    assert asked_words(NOW - timedelta(days=days), NOW, LONDON) == words


@pytest.mark.parametrize(
    ("started", "due", "asked"),
    [
        ((2026, 11, 13), (2026, 11, 20), (2026, 11, 13)),  # short: from its start
        ((2026, 5, 19), (2026, 12, 9), (2026, 11, 9)),  # every half a year: thirty days before it is due
    ],
)
def test_somebody_waits_from_the_start_but_no_longer_than_thirty_days_before_it_is_due(
    started: tuple[int, int, int], due: tuple[int, int, int], asked: tuple[int, int, int]
) -> None:
    assert asked_at(datetime(*started, tzinfo=UTC), datetime(*due, tzinfo=UTC)) == datetime(
        *asked, tzinfo=UTC
    )
