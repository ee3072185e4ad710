from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.dates import (
    add_months,
    format_instant,
    format_long,
    format_table,
    parse_day,
    relative_due,
    relative_instant,
)

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 17)
NOW = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


def plain(words):
    return words.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("due_on", "state", "words"),
    [
        (None, "idle", "No date"),
        (date(2026, 9, 17), "late", "Overdue since 17 Sep 2026"),
        (date(2026, 9, 18), "late", "60 days overdue"),
        (date(2026, 11, 15), "late", "2 days overdue"),
        (date(2026, 11, 16), "late", "1 day overdue"),
        (date(2026, 11, 17), "soon", "Today"),
        (date(2026, 11, 18), "soon", "Tomorrow"),
        (date(2026, 11, 19), "soon", "In 2 days"),
        (date(2026, 11, 23), "soon", "In 6 days"),
        (date(2026, 11, 24), "soon", "In 7 days"),
        (date(2026, 11, 25), "ok", "In 8 days"),
        (date(2027, 1, 16), "ok", "In 60 days"),
        (date(2027, 1, 17), "ok", "17 Jan 2027"),
    ],
)
def test_a_day_is_said_relative_to_today(due_on, state, words):
    due = relative_due(due_on, TODAY)
    assert (due.state, plain(due.words)) == (state, words)


def test_number_and_unit_are_joined_by_a_no_break_space():
    assert relative_due(date(2026, 11, 15), TODAY).words == "2\u00a0days overdue"
    assert relative_instant(NOW + timedelta(hours=5), NOW).words == "In 5\u00a0hours"


@pytest.mark.parametrize(
    ("due_on", "today", "words"),
    [
        (date(2028, 3, 1), date(2028, 2, 28), "In 2 days"),
        (date(2027, 3, 1), date(2027, 2, 28), "Tomorrow"),
        (date(2028, 2, 29), date(2028, 3, 1), "1 day overdue"),
        (date(2027, 1, 1), date(2026, 12, 31), "Tomorrow"),
    ],
)
def test_month_ends_and_leap_days_count_as_calendar_days(due_on, today, words):
    assert plain(relative_due(due_on, today).words) == words


@pytest.mark.parametrize(
    ("left", "state", "words"),
    [
        (timedelta(0), "soon", "Now"),
        (timedelta(microseconds=1), "soon", "In less than 1 minute"),
        (timedelta(seconds=59), "soon", "In less than 1 minute"),
        (timedelta(minutes=1), "soon", "In 1 minute"),
        (timedelta(minutes=59, seconds=59), "soon", "In 59 minutes"),
        (timedelta(hours=1), "soon", "In 1 hour"),
        (timedelta(hours=1, minutes=59), "soon", "In 1 hour"),
        (timedelta(hours=47, minutes=59), "soon", "In 47 hours"),
        (timedelta(hours=48), "soon", "In 2 days"),
        (timedelta(hours=71), "soon", "In 2 days"),
        (timedelta(days=7), "soon", "In 7 days"),
        (timedelta(days=7, seconds=1), "ok", "In 7 days"),
        (timedelta(days=60), "ok", "In 60 days"),
        (timedelta(days=60, seconds=1), "ok", "16 Jan 2027"),
        (timedelta(microseconds=-1), "late", "1 minute overdue"),
        (timedelta(minutes=-1), "late", "1 minute overdue"),
        (timedelta(minutes=-1, seconds=-1), "late", "2 minutes overdue"),
        (timedelta(minutes=-59, seconds=-30), "late", "1 hour overdue"),
        (timedelta(hours=-1), "late", "1 hour overdue"),
        (timedelta(hours=-1, seconds=-1), "late", "2 hours overdue"),
        (timedelta(hours=-47, minutes=-30), "late", "48 hours overdue"),
        (timedelta(hours=-48), "late", "2 days overdue"),
        (timedelta(hours=-48, seconds=-1), "late", "3 days overdue"),
        (timedelta(days=-60), "late", "60 days overdue"),
        (timedelta(days=-61), "late", "Overdue since 17 Sep 2026"),
    ],
)
def test_an_instant_rounds_down_what_is_left_and_up_what_is_late(left, state, words):
    due = relative_instant(NOW + left, NOW)
    assert (due.state, plain(due.words)) == (state, words)


def test_hours_over_a_change_of_clocks_are_elapsed_hours():
    spring = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON)
    assert plain(relative_instant(datetime(2026, 3, 29, 3, 30, tzinfo=LONDON), spring).words) == "In 2 hours"
    autumn = datetime(2026, 10, 25, 0, 30, tzinfo=LONDON)
    assert plain(relative_instant(datetime(2026, 10, 25, 3, 30, tzinfo=LONDON), autumn).words) == "In 4 hours"


def test_the_date_alone_is_the_readers_date():
    due = datetime(2027, 6, 30, 23, 30, tzinfo=UTC)
    assert relative_instant(due, NOW).words == "30 Jun 2027"
    assert relative_instant(due, NOW, LONDON).words == "1 Jul 2027"
    assert relative_instant(None, NOW).state == "idle"


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        relative_instant(NOW.replace(tzinfo=None), NOW)
    with pytest.raises(ValueError, match="time zone"):
        format_instant(NOW.replace(tzinfo=None), LONDON)


def test_dates_are_written_in_english_whatever_the_machine_speaks():
    assert format_long(date(2026, 11, 17)) == "Tuesday 17 November 2026"
    assert format_long(date(2026, 5, 3)) == "Sunday 3 May 2026"
    assert format_table(date(2026, 11, 17)) == "17 Nov 2026"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 17, 17, 0, tzinfo=UTC), "Tue 17 Nov, 17:00"),
        (datetime(2026, 7, 17, 17, 0, tzinfo=UTC), "Fri 17 Jul, 18:00"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Sun 29 Mar, 00:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sun 29 Mar, 02:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Sun 25 Oct, 01:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Sun 25 Oct, 01:30"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "Wed 1 Jul, 00:30"),
    ],
)
def test_an_instant_is_written_in_the_readers_zone(moment, words):
    assert format_instant(moment, LONDON) == words


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-17",
        " 2026-11-17 ",
        "17/11/2026",
        "17 Nov 2026",
        "17 november 2026",
        "17 NOV. 2026",
        "17\u00a0Nov  2026",
    ],
)
def test_a_day_is_read_in_four_forms(text):
    assert parse_day(text) == date(2026, 11, 17)


def test_september_is_read_in_its_four_letters_and_a_leap_day_in_its_year():
    assert parse_day("1 Sept 2026") == date(2026, 9, 1)
    assert parse_day("29/2/2028") == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is not a date"),
        ("soon", "is not a date"),
        ("17/11/26", "is not a date"),
        ("17-11-2026", "is not a date"),
        ("2026-11-17T10:00", "is not a date"),
        ("11/17/2026", "no month 17"),
        ("2026-00-10", "no month 0"),
        ("31/11/2026", "November 2026 has 30 days"),
        ("29 Feb 2027", "February 2027 has 28 days"),
        ("0/11/2026", "November 2026 has 30 days"),
        ("17 brumaire 2026", "not the English name of a month"),
        ("17 Nov 0026", "a year outside"),
        ("٣٠/11/2026x", "is not a date"),
    ],
)
def test_what_is_no_date_is_refused_with_the_way_out(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse_day(text)


@given(st.text(max_size=40))
def test_reading_a_day_gives_a_date_or_a_sentence(text):
    try:
        assert isinstance(parse_day(text), date)
    except ValueError as error:
        assert str(error).endswith((".", "2026", "days."))


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_written_day_is_read_again(day):
    assert parse_day(format_table(day)) == day
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
        (date(2026, 5, 5), 0, date(2026, 5, 5)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_are_added_with_the_month_end_kept_inside(day, months, result):
    assert add_months(day, months) == result


def test_months_beyond_the_calendar_are_refused():
    with pytest.raises(ValueError, match="outside the calendar"):
        add_months(date(2026, 1, 1), 12 * 9000)
