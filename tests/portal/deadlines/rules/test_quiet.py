"""Quiet hours and weekends only ever put an instant off, to the first minute at which one may speak."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.deadlines.rules.quiet import after_quiet

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
NIGHT = (time(19), time(8))


def spoken(
    local: str, quiet: tuple[time, time] = NIGHT, weekends: bool = True, zone: ZoneInfo = LONDON
) -> str:
    at = datetime.fromisoformat(local).replace(tzinfo=zone)
    found = after_quiet(at, zone, *quiet, weekends)
    assert found.tzinfo is UTC
    return found.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("local", "said"),
    [
        ("2026-11-18T12:00", "2026-11-18T12:00"),
        ("2026-11-18T18:59", "2026-11-18T18:59"),
        ("2026-11-18T19:00", "2026-11-19T08:00"),
        ("2026-11-18T23:59", "2026-11-19T08:00"),
        ("2026-11-19T00:00", "2026-11-19T08:00"),
        ("2026-11-19T07:59", "2026-11-19T08:00"),
        ("2026-11-19T08:00", "2026-11-19T08:00"),
        ("2026-12-31T22:00", "2027-01-01T08:00"),
    ],
)
def test_a_night_ends_in_the_morning(local: str, said: str) -> None:
    assert spoken(local) == said


def test_quiet_hours_may_lie_within_one_day() -> None:
    noon = (time(12), time(14))
    assert spoken("2026-11-18T13:00", noon) == "2026-11-18T14:00"
    assert spoken("2026-11-18T15:00", noon) == "2026-11-18T15:00"


@pytest.mark.parametrize(
    ("local", "said"),
    [
        ("2026-11-20T18:59", "2026-11-20T18:59"),
        ("2026-11-20T20:00", "2026-11-23T08:00"),
        ("2026-11-21T12:00", "2026-11-23T08:00"),
        ("2026-11-22T23:00", "2026-11-23T08:00"),
        ("2026-11-23T03:00", "2026-11-23T08:00"),
    ],
)
def test_a_weekend_ends_on_monday_morning(local: str, said: str) -> None:
    assert spoken(local, weekends=False) == said


def test_without_quiet_hours_a_weekend_ends_at_midnight_and_nothing_else_is_put_off() -> None:
    at = datetime(2026, 11, 21, 12, tzinfo=LONDON)
    assert after_quiet(at, LONDON, None, None, True) == at
    assert after_quiet(at, LONDON, None, time(8), True) == at
    assert after_quiet(at, LONDON, time(8), time(8), True) == at
    assert after_quiet(at, LONDON, None, None, False) == datetime(2026, 11, 23, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("zone", "night", "hours"),
    [
        (LONDON, "2026-03-28T22:00", 9),
        (LONDON, "2026-10-24T22:00", 11),
        (NEW_YORK, "2026-03-07T22:00", 9),
        (NEW_YORK, "2026-10-31T22:00", 11),
    ],
)
def test_a_night_in_which_the_clocks_change_ends_at_the_local_hour(
    zone: ZoneInfo, night: str, hours: int
) -> None:
    at = datetime.fromisoformat(night).replace(tzinfo=zone)
    found = after_quiet(at, zone, *NIGHT, True)
    assert found.astimezone(zone).time() == time(8)
    assert found - at.astimezone(UTC) == timedelta(hours=hours)


def test_quiet_until_an_hour_that_comes_twice_or_never_still_ends() -> None:
    """At 01:00 for the second time the first 01:30 is over; 01:30 does not exist in spring."""
    until = (time(22), time(1, 30))
    second_one = datetime(2026, 10, 25, 1, 0, tzinfo=LONDON, fold=1)
    assert after_quiet(second_one, LONDON, *until, True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert after_quiet(datetime(2026, 3, 28, 23, tzinfo=LONDON), LONDON, *until, True) == datetime(
        2026, 3, 29, 1, 30, tzinfo=UTC
    )


hours = some.builds(time, some.integers(0, 23), some.sampled_from([0, 30]))


@given(
    some.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=some.just(UTC)),
    some.timedeltas(timedelta(0), timedelta(days=3)),
    some.sampled_from([LONDON, NEW_YORK, ZoneInfo("Africa/Cairo"), ZoneInfo("Australia/Lord_Howe")]),
    hours,
    hours,
    some.booleans(),
)
def test_it_never_goes_back_nor_changes_the_order_and_what_it_gives_is_not_quiet(
    at: datetime, later: timedelta, zone: ZoneInfo, start: time, end: time, weekends: bool
) -> None:
    found = after_quiet(at, zone, start, end, weekends)
    assert at <= found <= at + timedelta(days=4)
    assert found <= after_quiet(at + later, zone, start, end, weekends)
    assert after_quiet(found, zone, start, end, weekends) == found
    assert weekends or found.astimezone(zone).weekday() < 5
