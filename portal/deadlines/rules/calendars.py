"""When something is due: elapsed hours, local days, corresponding dates, business days with the holidays of a place."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache, lru_cache
from typing import NamedTuple

import holidays
from holidays.registry import COUNTRIES

from portal.deadlines.rules.durations import Duration, parse
from portal.lib.dates import add_months

CLOCK, DAYS, MONTHS, BUSINESS = "clock", "days", "months", "business"
_DAY = timedelta(days=1)


class _Year(NamedTuple):
    """The business days of one year and the names of its public holidays."""

    business: frozenset[date]
    named: Mapping[date, str]


def due_after(
    start: datetime, duration: str, calendar: str, zone: tzinfo, *, paused: int = 0
) -> tuple[datetime, date | None]:
    """Give the instant (UTC) and, where a whole day counts, the day on which something is due.

    calendar: "clock", elapsed time to the second over every change of clocks, no day; "days", so many local days
    after the start's; "months", the corresponding date, or the last day of a shorter month; "business:GB-ENG", so
    many business days after. "days:GB-ENG" and "months:GB-ENG" move what falls on a weekend or public holiday to the
    next business day. A whole day ends at the next local midnight. paused: days for which the clock stood, added
    before that. Raises ValueError in words: an unknown calendar, a duration that it cannot count.
    """
    if start.utcoffset() is None:
        raise ValueError("An instant needs its time zone.")
    length = parse(duration)
    check_calendar(calendar)
    name, _, code = calendar.partition(":")
    _check_length(length, name, paused)
    try:
        if name == CLOCK:
            return start.astimezone(UTC) + timedelta(days=length.days, seconds=length.seconds), None
        day = _due_day(start.astimezone(zone).date(), length, name, code, paused)
        return end_of(day, zone), day
    except OverflowError as fault:
        raise ValueError(f"“{duration}” from then on is outside the calendar.") from fault


def end_of(day: date, zone: tzinfo) -> datetime:
    """Give the instant at which a local day is over: the next local midnight, in UTC."""
    return datetime.combine(day + _DAY, time(), zone).astimezone(UTC)


def is_business_day(day: date, code: str) -> bool:
    """Tell whether people work on this day in a place such as GB-ENG. Raises ValueError for an unknown place."""
    return day in _year(_known(code), day.year).business


def next_business_day(day: date, code: str) -> date:
    """Give the first business day after `day`."""
    return business_day_from(day + _DAY, code)


def business_day_from(day: date, code: str) -> date:
    """Give `day` if it is a business day, else the next one."""
    while not is_business_day(day, code):
        day += _DAY
    return day


def add_business_days(day: date, number: int, code: str) -> date:
    """Give the business day so many after `day`, which itself does not count; 0: the first from `day` on."""
    if number < 0:
        raise ValueError("Business days are counted forwards.")
    if number == 0:
        return business_day_from(day, code)
    for _ in range(number):
        day = next_business_day(day, code)
    return day


def holiday_name(day: date, code: str) -> str:
    """Name the public holiday in English where the name is known, "" on any other day."""
    return _year(_known(code), day.year).named.get(day, "")


def check_calendar(calendar: str) -> None:
    """Raise ValueError, in words, unless deadlines can be counted by this calendar."""
    name, colon, code = calendar.partition(":")
    if name not in (CLOCK, DAYS, MONTHS, BUSINESS) or (name == CLOCK and colon):
        raise ValueError(
            f"“{calendar[:40]}” is not a calendar. Choose clock, days, months or business days of a place, "
            "such as business:GB-ENG."
        )
    if colon or name == BUSINESS:
        _known(code)


def _check_length(length: Duration, name: str, paused: int) -> None:
    if length.approximate < 0 or paused < 0:
        raise ValueError(f"“{length}” goes backwards: something is due after its start.")
    if length.by_the_clock and name != CLOCK:
        raise ValueError(f"“{length}” counts hours: only the calendar of clock hours does.")
    if length.months and name != MONTHS:
        raise ValueError(f"“{length}” counts months: only the calendar of months does.")
    if paused and name not in (DAYS, MONTHS):
        raise ValueError("Only a time in days or months can be paused.")


def _due_day(start: date, length: Duration, name: str, code: str, paused: int) -> date:
    if name == BUSINESS:
        return add_business_days(start, length.days, code)
    day = add_months(start, length.months) + (length.days + paused) * _DAY
    return business_day_from(day, code) if code else day


@lru_cache(maxsize=4096)
def _year(code: str, year: int) -> _Year:
    """Collect one year of a place: the table that every question about it reads, never changed once made."""
    country, _, part = code.partition("-")
    known = holidays.country_holidays(country)
    # Outside the years of a table there are only weekends.
    years = [year] if known.start_year <= year <= known.end_year else []
    language = next((name for name in ("en_GB", "en_US") if name in known.supported_languages), None)
    table = holidays.country_holidays(
        country, subdiv=part or None, language=language, years=years, expand=False
    )
    days = [
        date(year, month, day) for month in range(1, 13) for day in range(1, monthrange(year, month)[1] + 1)
    ]
    return _Year(
        frozenset(day for day in days if table.is_working_day(day)),
        {day: str(table[day]) for day in days if day in table},
    )


@lru_cache(maxsize=4096)
def _known(code: str) -> str:
    """Give the code itself. Raises ValueError for a place that the tables do not know."""
    country, dash, part = code.partition("-")
    if country not in _countries() or (dash and part not in _subdivisions(country)):
        raise ValueError(
            f"“{code[:40]}” is not a place whose holidays are known. Write a country such as GB or US, "
            "or a part of one such as GB-ENG or DE-BY."
        )
    return code


@cache
def _countries() -> frozenset[str]:
    return frozenset(entity[1] for entity in COUNTRIES.values())


@cache
def _subdivisions(country: str) -> frozenset[str]:
    table = holidays.country_holidays(country)
    return frozenset(table.subdivisions) - frozenset(getattr(table, "_deprecated_subdivisions", ()))
