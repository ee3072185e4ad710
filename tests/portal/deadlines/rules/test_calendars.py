"""When something is due, against dates that were worked out by hand from the law and from the promises."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.deadlines.rules.calendars import (
    add_business_days,
    business_day_from,
    check_calendar,
    due_after,
    holiday_name,
    is_business_day,
    next_business_day,
)
from portal.lib.holiday_calendars import calendars

LONDON, NEW_YORK, SINGAPORE = (
    ZoneInfo("Europe/London"),
    ZoneInfo("America/New_York"),
    ZoneInfo("Asia/Singapore"),
)


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due_on(start: str, duration: str, calendar: str, zone: ZoneInfo = LONDON, paused: int = 0) -> str:
    """The day on which something is due that began at noon of `start`; the instant is always that day's end."""
    due_at, due = due_after(at(f"{start}T12:00", zone), duration, calendar, zone, paused=paused)
    assert due is not None
    assert due_at == at(f"{due + timedelta(days=1)}T00:00", zone)
    return due.isoformat()


class TestMonths:
    """The corresponding date of the next month (regulation 1182/71, article 3; the ICO's guidance)."""

    @pytest.mark.parametrize(
        ("start", "months", "raw", "due"),
        [
            pytest.param("2026-09-03", 1, "2026-10-03", "2026-10-05", id="Saturday rolls to Monday"),
            pytest.param(
                "2026-01-31", 1, "2026-02-28", "2026-03-02", id="no 31 February, then Saturday rolls"
            ),
            pytest.param("2028-01-31", 1, "2028-02-29", "2028-02-29", id="leap year"),
            pytest.param(
                "2026-11-25", 1, "2026-12-25", "2026-12-29", id="Christmas, weekend, substitute on the 28th"
            ),
            pytest.param("2026-11-30", 1, "2026-12-30", "2026-12-30", id="plain case"),
            pytest.param("2026-11-30", 3, "2027-02-28", "2027-03-01", id="short month, then Sunday rolls"),
        ],
    )
    def test_one_month_is_counted_by_the_law(self, start: str, months: int, raw: str, due: str) -> None:
        assert due_on(start, f"P{months}M", "months") == raw
        assert due_on(start, f"P{months}M", "months:GB-ENG") == due

    def test_days_for_which_the_clock_stood_are_added(self) -> None:
        """Asked on 8 October, answered on the 13th: six days, both ends included; cautiously, five."""
        assert due_on("2026-10-06", "P1M", "months:GB-ENG") == "2026-11-06"
        assert due_on("2026-10-06", "P1M", "months:GB-ENG", paused=6) == "2026-11-12"
        assert due_on("2026-10-06", "P1M", "months:GB-ENG", paused=5) == "2026-11-11"

    @pytest.mark.parametrize(
        ("start", "duration", "due"),
        [
            ("2026-12-31", "P2M", "2027-02-28"),
            ("2027-12-31", "P2M", "2028-02-29"),
            ("2028-02-29", "P1Y", "2029-02-28"),
            ("2028-02-29", "P4Y", "2032-02-29"),
            ("2026-12-15", "P1M", "2027-01-15"),
            ("2026-08-31", "P1M", "2026-09-30"),
            ("2026-01-31", "P1M2D", "2026-03-02"),
            ("2026-11-20", "P14D", "2026-12-04"),
        ],
    )
    def test_month_ends_leap_days_and_the_turn_of_the_year(self, start: str, duration: str, due: str) -> None:
        assert due_on(start, duration, "months") == due

    def test_holidays_of_scotland_are_not_those_of_england(self) -> None:
        assert due_on("2026-07-31", "P1M", "months:GB-ENG") == "2026-09-01"
        assert due_on("2026-07-31", "P1M", "months:GB-SCT") == "2026-08-31"


class TestDays:
    @pytest.mark.parametrize(
        ("start", "duration", "zone", "due"),
        [
            pytest.param("2026-11-20", "P45D", NEW_YORK, "2027-01-04", id="CCPA: respond"),
            pytest.param("2026-11-20", "P44D", NEW_YORK, "2027-01-03", id="CCPA: cautiously"),
            pytest.param("2026-11-20", "P90D", NEW_YORK, "2027-02-18", id="CCPA: extended"),
            pytest.param("2026-11-20", "P30D", SINGAPORE, "2026-12-20", id="PDPA: Sunday, without roll-over"),
            pytest.param("2026-11-20", "P3D", SINGAPORE, "2026-11-23", id="PDPA: the day after is day 1"),
            pytest.param("2026-12-31", "P60D", NEW_YORK, "2027-03-01", id="HIPAA: year's end + 60 days"),
            pytest.param("2027-12-31", "P60D", NEW_YORK, "2028-02-29", id="HIPAA: in a leap year"),
            pytest.param("2026-11-20", "P28D", LONDON, "2026-12-18", id="ICO: 28 days are within any month"),
            pytest.param("2026-11-20", "P2W", LONDON, "2026-12-04", id="weeks"),
            pytest.param("2026-11-20", "P0D", LONDON, "2026-11-20", id="the same day"),
        ],
    )
    def test_every_day_counts(self, start: str, duration: str, zone: ZoneInfo, due: str) -> None:
        assert due_on(start, duration, "days", zone) == due

    def test_a_weekend_rolls_where_a_place_is_named(self) -> None:
        assert due_on("2026-11-20", "P1D", "days") == "2026-11-21"
        assert due_on("2026-11-20", "P1D", "days:GB-ENG") == "2026-11-23"

    def test_the_day_is_that_of_the_clients_zone(self) -> None:
        start = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
        assert due_after(start, "P1D", "days", LONDON)[1] == day("2026-11-21")
        assert due_after(start, "P1D", "days", SINGAPORE)[1] == day("2026-11-22")
        assert due_after(start, "P1D", "days", NEW_YORK)[1] == day("2026-11-21")

    @pytest.mark.parametrize(
        ("zone", "start", "hours"),
        [
            (LONDON, "2026-03-28T00:00", 47),
            (LONDON, "2026-10-24T00:00", 49),
            (NEW_YORK, "2026-03-07T00:00", 47),
            (NEW_YORK, "2026-10-31T00:00", 49),
            (ZoneInfo("Africa/Cairo"), "2026-04-23T00:00", 47),
            (SINGAPORE, "2026-03-28T00:00", 48),
        ],
    )
    def test_a_day_is_a_day_whatever_the_clocks_do(self, zone: ZoneInfo, start: str, hours: int) -> None:
        begun = at(start, zone)
        due_at, _ = due_after(begun, "P1D", "days", zone)
        assert due_at - begun.astimezone(UTC) == timedelta(hours=hours)


class TestClock:
    @pytest.mark.parametrize(
        ("zone", "start", "local_due"),
        [
            (LONDON, "2026-03-28T12:00", "2026-03-30T13:00"),
            (LONDON, "2026-10-24T12:00", "2026-10-26T11:00"),
            (NEW_YORK, "2026-03-07T12:00", "2026-03-09T13:00"),
            (NEW_YORK, "2026-10-31T12:00", "2026-11-02T11:00"),
            (LONDON, "2026-12-24T18:00", "2026-12-26T18:00"),
        ],
    )
    def test_forty_eight_hours_elapse_over_any_change_of_clocks(
        self, zone: ZoneInfo, start: str, local_due: str
    ) -> None:
        due_at, due = due_after(at(start, zone), "PT48H", "clock", zone)
        assert due is None
        assert due_at.astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(local_due)
        assert due_at - at(start, zone).astimezone(UTC) == timedelta(hours=48)

    def test_the_hour_that_comes_twice_is_told_apart(self) -> None:
        first = datetime(2026, 10, 25, 1, 30, tzinfo=LONDON)
        second = first.replace(fold=1)
        assert due_after(second, "PT1H", "clock", LONDON)[0] - due_after(first, "PT1H", "clock", LONDON)[
            0
        ] == timedelta(hours=1)

    @pytest.mark.parametrize(
        "duration", ["PT1H", "PT4H", "PT12H", "PT15M", "PT24H", "PT48H", "PT72H", "P1D", "P1DT12H"]
    )
    def test_the_clocks_of_the_law_count_elapsed_hours_over_weekends(self, duration: str) -> None:
        start = datetime(2026, 12, 25, 17, 59, 59, tzinfo=UTC)
        hours = {"PT15M": 0.25, "P1D": 24, "P1DT12H": 36}.get(duration) or int(duration[2:-1])
        assert due_after(start, duration, "clock", LONDON) == (start + timedelta(hours=hours), None)


class TestBusinessDays:
    @pytest.mark.parametrize(
        ("reported", "due"),
        [
            pytest.param("2026-11-20T16:30", "2026-11-23", id="Friday to Monday"),
            pytest.param("2026-12-24T18:00", "2026-12-29", id="Christmas, weekend, substitute on the 28th"),
        ],
    )
    def test_the_end_of_the_next_business_day(self, reported: str, due: str) -> None:
        due_at, due_day = due_after(at(reported), "P1D", "business:GB-ENG", LONDON)
        assert due_day == day(due)
        assert due_at == at(f"{day(due) + timedelta(days=1)}T00:00")

    @pytest.mark.parametrize(
        ("start", "duration", "place", "due"),
        [
            pytest.param("2026-11-20", "P10D", "US", "2026-12-07", id="CCPA: acknowledge, over Thanksgiving"),
            pytest.param("2026-11-20", "P15D", "US", "2026-12-14", id="CCPA: opt out"),
            pytest.param("2026-11-20", "P4D", "US", "2026-11-27", id="SEC: 8-K"),
            pytest.param("2026-11-20", "P3D", "GB-ENG", "2026-11-25", id="card schemes: report"),
            pytest.param("2026-11-20", "P10D", "GB-ENG", "2026-12-04", id="card schemes: accounts"),
            pytest.param("2026-12-31", "P1D", "GB-ENG", "2027-01-04", id="turn of the year"),
            pytest.param("2026-12-31", "P1D", "GB-SCT", "2027-01-05", id="2 January, moved, in Scotland"),
            pytest.param("2026-04-02", "P1D", "GB-ENG", "2026-04-07", id="Easter in England"),
            pytest.param("2026-04-02", "P1D", "GB-SCT", "2026-04-06", id="Easter in Scotland"),
            pytest.param("2026-07-02", "P1D", "US", "2026-07-06", id="4 July on a Saturday, kept on Friday"),
            pytest.param("2026-06-03", "P1D", "DE-BY", "2026-06-05", id="Corpus Christi in Bavaria"),
            pytest.param("2026-06-03", "P1D", "DE-BE", "2026-06-04", id="not in Berlin"),
            pytest.param("2028-02-28", "P1D", "GB", "2028-02-29", id="leap day"),
            pytest.param("2026-11-21", "P0D", "GB", "2026-11-23", id="none: the first from then on"),
            pytest.param("2026-11-21", "P1D", "GB", "2026-11-23", id="from a Saturday"),
        ],
    )
    def test_weekends_and_holidays_of_the_place_do_not_count(
        self, start: str, duration: str, place: str, due: str
    ) -> None:
        assert due_on(start, duration, f"business:{place}") == due

    def test_substitute_holidays_are_named(self) -> None:
        assert holiday_name(day("2026-12-28"), "GB-ENG") == "Boxing Day (observed)"
        assert holiday_name(day("2026-12-25"), "DE-BY") == "Christmas Day"
        assert holiday_name(day("2026-12-29"), "GB-ENG") == ""

    def test_a_weekend_is_that_of_the_place(self) -> None:
        assert is_business_day(day("2026-11-22"), "IL")
        assert not is_business_day(day("2026-11-20"), "IL")

    def test_a_saturday_that_is_worked_for_a_free_day_counts(self) -> None:
        """China works on Saturday 14 February 2026 for the 20th."""
        assert is_business_day(day("2026-02-14"), "CN")
        assert not is_business_day(day("2026-02-20"), "CN")

    def test_the_next_one_is_after_the_day_the_first_from_it_may_be_the_day(self) -> None:
        assert next_business_day(day("2026-11-19"), "GB") == day("2026-11-20")
        assert business_day_from(day("2026-11-19"), "GB") == day("2026-11-19")
        assert add_business_days(day("2026-11-19"), 2, "GB") == day("2026-11-23")
        with pytest.raises(ValueError, match="counted forwards"):
            add_business_days(day("2026-11-19"), -1, "GB")

    @pytest.mark.filterwarnings("error")
    def test_years_without_known_holidays_have_weekends(self) -> None:
        assert not is_business_day(day("2026-02-04"), "LK")
        assert is_business_day(day("2150-02-04"), "LK")
        assert is_business_day(day("2190-12-22"), "GB-ENG")
        assert not is_business_day(day("2190-12-25"), "GB-ENG")


class TestWhatCannotBeCounted:
    @pytest.mark.parametrize(
        ("duration", "calendar", "sentence"),
        [
            ("P1M", "clock", "counts months: only the calendar of months"),
            ("P1M", "days", "counts months"),
            ("P1M", "business:GB", "counts months"),
            ("PT4H", "days", "counts hours: only the calendar of clock hours"),
            ("PT4H", "business:GB", "counts hours"),
            ("-P1D", "days", "goes backwards"),
            ("soon", "days", "is not a length of time"),
            ("P1D", "lunar", "is not a calendar. Choose clock, days, months"),
            ("P1D", "clock:GB", "is not a calendar"),
            ("P1D", "business", "is not a place whose holidays are known"),
            ("P1D", "business:XX", "“XX” is not a place"),
            ("P1D", "business:GB-XXX", "“GB-XXX” is not a place"),
            ("P1D", "business:GB-", "“GB-” is not a place"),
            ("P1D", "days:gb", "is not a place"),
        ],
    )
    def test_it_is_refused_in_words(self, duration: str, calendar: str, sentence: str) -> None:
        with pytest.raises(ValueError, match=sentence):
            due_after(at("2026-11-20T12:00"), duration, calendar, LONDON)

    @pytest.mark.parametrize("calendar", ["clock", "business:GB"])
    def test_only_days_and_months_can_be_paused(self, calendar: str) -> None:
        with pytest.raises(ValueError, match="can be paused"):
            due_after(at("2026-11-20T12:00"), "P1D", calendar, LONDON, paused=1)

    def test_an_instant_without_a_zone_and_one_beyond_the_calendar_are_refused(self) -> None:
        with pytest.raises(ValueError, match="needs its time zone"):
            due_after(datetime(2026, 11, 20), "P1D", "days", LONDON)
        with pytest.raises(ValueError, match="outside the calendar"):
            due_after(datetime(9999, 12, 30, tzinfo=UTC), "P5D", "days", LONDON)

    def test_every_place_that_can_be_chosen_can_be_counted(self) -> None:
        places = [code for code, _ in calendars()]
        assert {"GB", "GB-ENG", "GB-SCT", "US", "US-CA", "DE-BY", "AU-NSW", "SG"} <= set(places)
        for code in places:
            check_calendar(f"business:{code}")
            assert len(f"business:{code}") <= 30


instants = some.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=some.just(UTC))
places = some.sampled_from(["GB-ENG", "GB-SCT", "US", "DE-BY", "CN", "AE", "IL"])
zones = some.sampled_from([LONDON, NEW_YORK, SINGAPORE, ZoneInfo("Pacific/Apia"), ZoneInfo("Africa/Cairo")])
terms = some.one_of(
    some.tuples(some.integers(0, 400).map("PT{}H".format), some.just("clock")),
    some.tuples(some.integers(0, 400).map("P{}D".format), some.just("days")),
    some.tuples(some.integers(0, 40).map("P{}D".format), places.map("business:{}".format)),
    some.tuples(some.integers(0, 14).map("P{}M".format), some.just("months")),
    some.tuples(some.integers(0, 14).map("P{}M".format), places.map("months:{}".format)),
)


class TestProperties:
    @settings(deadline=None)
    @given(instants, some.timedeltas(timedelta(0), timedelta(days=60)), terms, zones)
    def test_a_later_start_never_gives_an_earlier_due(
        self, start: datetime, later: timedelta, term: tuple[str, str], zone: ZoneInfo
    ) -> None:
        assert due_after(start, *term, zone)[0] <= due_after(start + later, *term, zone)[0]

    @settings(deadline=None)
    @given(instants, terms, zones)
    def test_nothing_is_due_before_it_starts(
        self, start: datetime, term: tuple[str, str], zone: ZoneInfo
    ) -> None:
        due_at, due = due_after(start, *term, zone)
        assert due_at >= start
        assert due is None or due >= start.astimezone(zone).date()

    @settings(deadline=None)
    @given(instants, some.integers(0, 40), places, zones)
    def test_what_is_due_on_a_business_day_has_so_many_of_them_before_it(
        self, start: datetime, number: int, place: str, zone: ZoneInfo
    ) -> None:
        _, due = due_after(start, f"P{number}D", f"business:{place}", zone)
        begun = start.astimezone(zone).date()
        assert due is not None
        assert is_business_day(due, place)
        after = [begun + timedelta(days=one) for one in range(1, (due - begun).days + 1)]
        worked = sum(is_business_day(one, place) for one in after)
        assert worked == number or (number == 0 and not is_business_day(begun, place) and worked == 1)
