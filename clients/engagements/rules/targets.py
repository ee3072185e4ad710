"""How soon somebody responds: what is promised per severity, how it is read and said, and when it is due."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from portal.deadlines.rules.calendars import end_of, is_business_day, next_business_day
from portal.deadlines.rules.durations import parse
from portal.deadlines.rules.durations import words as length_words

NEXT_BUSINESS_DAY = "next_business_day"
MONTHLY_BACKLOG = "monthly_backlog"
BY_AGREEMENT = "by_agreement"
PHRASES = {
    NEXT_BUSINESS_DAY: "next business day",
    MONTHLY_BACKLOG: "monthly support backlog",
    BY_AGREEMENT: "by agreement",
}
CLOCK, BUSINESS = "clock", "business"
LONGEST = timedelta(days=92)
#: Nobody looks further ahead for support hours than this: a calendar without any would never end.
MOST_DAYS = 400

_OTHER_WORDS = {
    "next working day": NEXT_BUSINESS_DAY,
    "monthly backlog": MONTHLY_BACKLOG,
    "backlog": MONTHLY_BACKLOG,
    "as agreed": BY_AGREEMENT,
}
_TYPED = re.compile(
    r"(\d{1,4})\s*(minutes?|mins?|m|hours?|hrs?|h|(?:business |working |calendar )?days?|d)", re.I
)
HOW = "Write a time such as 4 hours or 2 days, or “next business day”, “monthly support backlog” or “by agreement”."


@dataclass(frozen=True, slots=True)
class Terms:
    """How time is counted for a client: the calendar, its public holidays, the zone and the hours of support.

    calendar: "clock", every hour counts; or "business", hours count while support is open on business days and
    days are business days. opens and closes: None where support is open around the clock.
    """

    calendar: str
    holidays: str
    zone: tzinfo
    opens: time | None = None
    closes: time | None = None


def read_target(text: str) -> str:
    """Read what was typed: "4 hours" → PT4H, "2 days" → P2D, "Next business day" → next_business_day, "" → "".

    ISO durations are read too. Raises ValueError in words for the user.
    """
    plain = " ".join(text.split()).casefold()
    by_words = {words: key for key, words in PHRASES.items()} | _OTHER_WORDS | {key: key for key in PHRASES}
    if not plain or plain in by_words:
        return by_words.get(plain, "")
    if match := _TYPED.fullmatch(plain):
        unit = match[2].split()[-1][0]
        length = f"P{match[1]}D" if unit == "d" else f"PT{match[1]}{unit.upper()}"
    else:
        length = plain.upper()
    try:
        found = parse(length)
    except ValueError as error:
        raise ValueError(HOW) from error
    if found.months or not found or str(found).startswith("-"):
        raise ValueError(HOW)
    if timedelta(days=found.days, seconds=found.seconds) > LONGEST:
        raise ValueError(f"A response target of more than {LONGEST.days} days is none. {HOW}")
    return str(found)


def target_words(target: str, calendar: str) -> str:
    """Say a target: "4 hours", "2 business days", "next business day"; "" where nothing was agreed."""
    if not target or target in PHRASES:
        return PHRASES.get(target, "")
    words = length_words(parse(target))
    return re.sub(r"(days?)$", r"business \1", words) if calendar == BUSINESS else words


def response_due(target: str, reported_at: datetime, terms: Terms) -> datetime | None:
    """Give the instant (UTC) by which somebody must have responded; None where no time was promised.

    A target in days ends with the day. Exactly on time is in time.
    """
    if target in ("", MONTHLY_BACKLOG, BY_AGREEMENT):
        return None
    local = reported_at.astimezone(terms.zone)
    if target == NEXT_BUSINESS_DAY:
        return end_of(next_business_day(local.date(), terms.holidays), terms.zone)
    length = parse(target)
    if terms.calendar == CLOCK:
        return reported_at.astimezone(UTC) + timedelta(days=length.days, seconds=length.seconds)
    day = local.date()
    for _ in range(length.days):
        day = next_business_day(day, terms.holidays)
    if not length.seconds:
        return end_of(day, terms.zone)
    start = local if day == local.date() else datetime.combine(day, time(), terms.zone)
    return _open_hours_after(start, timedelta(seconds=length.seconds), terms)


def _open_hours_after(start: datetime, left: timedelta, terms: Terms) -> datetime:
    """Count hours only while support is open, over nights, weekends and changes of clocks."""
    day, at = start.date(), start.astimezone(UTC)
    for _ in range(MOST_DAYS):
        if is_business_day(day, terms.holidays):
            opens, closes = _hours_of(day, terms)
            begins = max(at, opens)
            if closes - begins >= left:
                return begins + left
            left -= max(closes - begins, timedelta())
        day += timedelta(days=1)
    raise ValueError("No support hours are open within a year of this instant.")


def _hours_of(day: date, terms: Terms) -> tuple[datetime, datetime]:
    opens = datetime.combine(day, terms.opens or time(), terms.zone).astimezone(UTC)
    if terms.closes is None:
        return opens, end_of(day, terms.zone)
    return opens, datetime.combine(day, terms.closes, terms.zone).astimezone(UTC)
