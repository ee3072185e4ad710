"""Dates in words and words into dates. Pure: today and now are arguments, no clock and no locale is read."""

import calendar
import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal, NamedTuple

State = Literal["late", "soon", "ok", "idle"]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SOON_DAYS = 7
DATE_ALONE_AFTER_DAYS = 60
HOURS_UNDER = timedelta(hours=48)
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199

_NO_BREAK = "\u00a0"
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_BRITISH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WORDED = re.compile(r"(\d{1,2}) ([A-Za-z]{3,9})\.?,? (\d{4})")


class DueWords(NamedTuple):
    """How far away something is: `late`, `soon` (7 days or less), `ok`, or `idle` without a date; and the words."""

    state: State
    words: str


def relative_due(due_on: date | None, today: date) -> DueWords:
    """Say how far a day is from today: "2 days overdue", "Today", "Tomorrow", "In 6 days", then the date alone.

    More than 60 days late reads "Overdue since 3 Aug 2026", so that it is never mistaken for a date to come.
    """
    if due_on is None:
        return DueWords("idle", "No date")
    days = (due_on - today).days
    state: State = "late" if days < 0 else "soon" if days <= SOON_DAYS else "ok"
    if days < -DATE_ALONE_AFTER_DAYS:
        return DueWords(state, f"Overdue since {format_table(due_on)}")
    if days < 0:
        return DueWords(state, f"{_counted(-days, 'day')} overdue")
    if days > DATE_ALONE_AFTER_DAYS:
        return DueWords(state, format_table(due_on))
    return DueWords(state, ("Today", "Tomorrow")[days] if days < 2 else f"In {_counted(days, 'day')}")


def relative_instant(due_at: datetime | None, now: datetime, zone: tzinfo | None = None) -> DueWords:
    """Say how far an instant is from now: minutes, hours under 48 hours, days, after 60 days the date alone.

    What is left is rounded down, what is late is rounded up; exactly on time is not late. `zone` is the
    reader's, for the date. Hours and days are elapsed ones (a day is 24 hours), also over a change of clocks.
    """
    if due_at is None:
        return DueWords("idle", "No date")
    left = _utc(due_at) - _utc(now)
    late = left < timedelta(0)
    state: State = "late" if late else "soon" if left <= timedelta(days=SOON_DAYS) else "ok"
    if left == timedelta(0):
        return DueWords(state, "Now")
    if abs(left) > timedelta(days=DATE_ALONE_AFTER_DAYS):
        day = format_table(due_at.astimezone(zone) if zone else due_at)
        return DueWords(state, f"Overdue since {day}" if late else day)
    if not late and left < timedelta(minutes=1):
        return DueWords(state, f"In less than 1{_NO_BREAK}minute")
    words = _length(abs(left), up=late)
    return DueWords(state, f"{words} overdue" if late else f"In {words}")


def format_long(day: date) -> str:
    """Format for running text: Tuesday 17 November 2026."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def format_table(day: date) -> str:
    """Format for tables: 17 Nov 2026."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


def format_instant(moment: datetime, zone: tzinfo) -> str:
    """Format an instant in the reader's zone, where the year is clear: Tue 17 Nov, 17:00."""
    local = _utc(moment).astimezone(zone)
    return (
        f"{WEEKDAYS[local.weekday()][:3]} {local.day} {MONTHS[local.month - 1][:3]}, "
        f"{local.hour:02}:{local.minute:02}"
    )


def parse_day(text: str) -> date:
    """Read 2026-11-17, 17/11/2026, 17 Nov 2026 or 17 November 2026.

    Raises ValueError with a sentence for the user. Day comes before month; years have four digits.
    """
    plain = " ".join(text.split())
    if match := _ISO.fullmatch(plain):
        year, month, day = (int(part) for part in match.groups())
    elif match := _BRITISH.fullmatch(plain):
        day, month, year = (int(part) for part in match.groups())
    elif match := _WORDED.fullmatch(plain):
        day, month, year = int(match[1]), _month(match[2]), int(match[3])
    else:
        raise ValueError(f"“{plain[:40]}” is not a date. Write it as 2026-11-17 or 17 Nov 2026.")
    return _checked(year, month, day, plain)


def add_months(day: date, months: int) -> date:
    """Add months (or take them away when negative); a day that the month lacks becomes its last day."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= years <= date.max.year:
        raise ValueError(f"{months} months from {format_table(day)} is outside the calendar.")
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def _checked(year: int, month: int, day: int, text: str) -> date:
    if not 1 <= month <= len(MONTHS):
        raise ValueError(f"“{text}” has no month {month}. Write the day before the month, as in 17/11/2026.")
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise ValueError(f"“{text}” has a year outside {EARLIEST_YEAR} to {LATEST_YEAR}.")
    last = calendar.monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise ValueError(f"“{text}” does not exist: {MONTHS[month - 1]} {year} has {last} days.")
    return date(year, month, day)


def _month(word: str) -> int:
    for number, name in enumerate(MONTHS, start=1):
        if word.lower() in (name.lower(), name[:3].lower()) or (word.lower() == "sept" and number == 9):
            return number
    raise ValueError(f"“{word}” is not the English name of a month. Write the date as 17 Nov 2026.")


def _length(span: timedelta, *, up: bool) -> str:
    """Name a positive span in its largest fitting unit, rounded up or down."""
    minutes = _rounded(span, timedelta(minutes=1), up)
    if span < timedelta(hours=1) and minutes < 60:
        return _counted(minutes, "minute")
    if span < HOURS_UNDER:
        return _counted(_rounded(span, timedelta(hours=1), up), "hour")
    return _counted(_rounded(span, timedelta(days=1), up), "day")


def _rounded(span: timedelta, unit: timedelta, up: bool) -> int:
    whole, rest = divmod(span, unit)
    return whole + (1 if up and rest else 0)


def _counted(number: int, unit: str) -> str:
    return f"{number}{_NO_BREAK}{unit}{'' if number == 1 else 's'}"


def _utc(moment: datetime) -> datetime:
    """Turn an instant to UTC: Python subtracts times of one zone as wall clocks, an hour wrong twice a year."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("An instant needs its time zone.")
    return moment.astimezone(UTC)
