"""Response targets are read as people write them, and due in clock hours or while support is open."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.engagements.rules.targets import BUSINESS, CLOCK, Terms, read_target, response_due, target_words
from portal.deadlines.rules.calendars import is_business_day

LONDON = ZoneInfo("Europe/London")
BY_CLOCK = Terms(CLOCK, "GB-ENG", LONDON)
BY_DAYS = Terms(BUSINESS, "GB-ENG", LONDON, time(9), time(17, 30))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", ""),
        ("4 hours", "PT4H"),
        ("1 Hour", "PT1H"),
        ("90 minutes", "PT1H30M"),
        ("15 min", "PT15M"),
        ("2 days", "P2D"),
        ("3 business days", "P3D"),
        ("1 working day", "P1D"),
        ("PT4H", "PT4H"),
        ("pt30m", "PT30M"),
        ("Next business  day", "next_business_day"),
        ("next_business_day", "next_business_day"),
        ("monthly backlog", "monthly_backlog"),
        ("By agreement", "by_agreement"),
    ],
)
def test_a_target_is_read_as_people_write_it(typed: str, kept: str) -> None:
    assert read_target(typed) == kept
    assert read_target(kept) == kept


@pytest.mark.parametrize(
    "typed", ["soon", "4", "P1M", "-PT4H", "0 hours", "PT0S", "5000 hours", "four hours"]
)
def test_what_is_no_time_is_refused_with_the_way_out(typed: str) -> None:
    with pytest.raises(ValueError, match="Write a time such as 4 hours"):
        read_target(typed)


@pytest.mark.parametrize(
    ("target", "calendar", "words"),
    [
        ("", CLOCK, ""),
        ("PT4H", CLOCK, "4 hours"),
        ("PT4H", BUSINESS, "4 hours"),
        ("P2D", CLOCK, "2 days"),
        ("P2D", BUSINESS, "2 business days"),
        ("P1D", BUSINESS, "1 business day"),
        ("monthly_backlog", CLOCK, "monthly support backlog"),
    ],
)
def test_a_target_is_said_in_words_that_are_read_again(target: str, calendar: str, words: str) -> None:
    assert target_words(target, calendar) == words
    assert read_target(words) == target


@pytest.mark.parametrize("target", ["", "monthly_backlog", "by_agreement"])
def test_where_no_time_was_promised_nothing_is_due(target: str) -> None:
    assert response_due(target, local("2026-11-19T10:30"), BY_DAYS) is None


@pytest.mark.parametrize(
    ("reported", "over"),
    [
        ("2026-11-20T16:30", "2026-11-24T00:00"),  # Friday: the end of Monday
        ("2026-12-24T18:00", "2026-12-30T00:00"),  # Christmas, a weekend, the substitute holiday on the 28th
        ("2026-11-19T00:00", "2026-11-21T00:00"),
    ],
)
def test_the_next_business_day_ends_where_the_client_is(reported: str, over: str) -> None:
    assert response_due("next_business_day", local(reported), BY_CLOCK) == local(over)


@pytest.mark.parametrize(
    ("terms", "target", "reported", "due"),
    [
        (BY_CLOCK, "PT4H", "2026-11-20T22:00", "2026-11-21T02:00"),
        (BY_CLOCK, "PT4H", "2027-03-27T23:00", "2027-03-28T04:00"),  # the clocks go forward
        (BY_DAYS, "PT4H", "2026-11-19T10:30", "2026-11-19T14:30"),
        (BY_DAYS, "PT4H", "2026-11-20T16:30", "2026-11-23T12:00"),  # one hour on Friday, three on Monday
        (BY_DAYS, "PT4H", "2026-11-20T20:00", "2026-11-23T13:00"),  # after hours
        (BY_DAYS, "PT4H", "2026-11-21T11:00", "2026-11-23T13:00"),  # a Saturday
        (BY_DAYS, "PT4H", "2026-11-19T06:00", "2026-11-19T13:00"),  # before they open
        (BY_DAYS, "PT8H30M", "2026-11-19T09:00", "2026-11-19T17:30"),  # exactly the day
        (BY_DAYS, "P2D", "2026-11-20T16:30", "2026-11-25T00:00"),
    ],
)
def test_hours_and_days_are_counted_as_agreed(terms: Terms, target: str, reported: str, due: str) -> None:
    assert response_due(target, local(reported), terms) == local(due)


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))
TARGETS = st.sampled_from(["PT15M", "PT1H", "PT4H", "PT20H", "P1D", "P3D", "next_business_day"])


@settings(max_examples=150, deadline=None)
@given(INSTANTS, TARGETS, st.sampled_from([BY_CLOCK, BY_DAYS]), st.integers(0, 10_000))
def test_a_later_report_is_never_due_earlier(at: datetime, target: str, terms: Terms, minutes: int) -> None:
    due = response_due(target, at, terms)
    later = response_due(target, at + timedelta(minutes=minutes), terms)
    assert due is not None
    assert later is not None
    assert at < due <= later


@settings(max_examples=150, deadline=None)
@given(INSTANTS, TARGETS)
def test_what_is_counted_in_business_days_ends_on_one(at: datetime, target: str) -> None:
    due = response_due(target, at, BY_DAYS)
    assert due is not None
    assert is_business_day((due - timedelta(seconds=1)).astimezone(LONDON).date(), "GB-ENG")
