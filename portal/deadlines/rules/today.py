"""Today: in which section an open deadline stands, in which words, and the sentences over the page. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from portal.lib.dates import DueWords, relative_due, relative_instant

LATE, NEAR, WEEK = "late", "near", "week"
TITLES = {LATE: "Overdue", NEAR: "Today and tomorrow", WEEK: "Next seven days"}
DAYS = 7
#: How long before it is due something begins to wait on a client's person, at the earliest.
ASKED_AHEAD = timedelta(days=30)
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Window:
    """Where the sections of a reader end: for whole days a calendar day, for instants the midnight after it."""

    now: datetime
    today: date
    near_on: date
    near_at: datetime
    week_on: date
    week_at: datetime


@dataclass(frozen=True)
class Tally:
    """How many there are; `more` when counting stopped there."""

    n: int
    more: bool = False

    def __bool__(self) -> bool:
        return self.n > 0

    def __str__(self) -> str:
        return f"{self.n:,}{'+' if self.more else ''}"


def window(now: datetime, zone: tzinfo) -> Window:
    """Give the borders of the sections for a reader in `zone`."""
    today = now.astimezone(zone).date()

    def end_of(day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), zone)

    near, week = today + timedelta(days=1), today + timedelta(days=DAYS)
    return Window(now, today, near, end_of(near), week, end_of(week))


def section_of(due_at: datetime, due_on: date | None, borders: Window) -> str:
    """Tell the section of an open deadline; empty for what lies further ahead. Exactly on time is not late."""
    if due_at < borders.now:
        return LATE
    if due_on <= borders.near_on if due_on else due_at < borders.near_at:
        return NEAR
    return WEEK if (due_on <= borders.week_on if due_on else due_at < borders.week_at) else ""


def due_words(due_at: datetime, due_on: date | None, now: datetime, zone: tzinfo) -> DueWords:
    """Say how far off it is for a reader in `zone`.

    A whole day is said in days, unless it has ended at its own place and not yet at the reader's, or the other way
    round: then the instant is said, so that the words never contradict the section.
    """
    today = now.astimezone(zone).date()
    if due_on is None or (due_at < now) != (due_on < today):
        return relative_instant(due_at, now, zone)
    return relative_due(due_on, today)


def counted(tally: Tally | int, one: str = "thing", many: str = "things") -> str:
    """Say a number in words: "two things", "more than 999 things"."""
    n, more = (tally.n, tally.more) if isinstance(tally, Tally) else (tally, False)
    number = NUMBERS[n] if n < len(NUMBERS) else f"{n:,}"
    return f"{'more than ' if more else ''}{number} {one if n == 1 else many}"


def standfirst(late: Tally, near: Tally, week: Tally, today: date) -> tuple[str, str]:
    """Say in one or two sentences what is owed: first what is late (or empty), then the rest."""
    first = f"{_sentence(counted(late))} {'is' if late.n == 1 else 'are'} overdue." if late else ""
    if near:
        what = counted(near, "more", "more") if first else counted(near)
        rest = f"{_sentence(what)} {'falls' if near.n == 1 else 'fall'} due by tomorrow evening"
        return first, rest + (f", {counted(week, 'more', 'more')} within seven days." if week else ".")
    nothing = "Nothing else" if first else "Nothing"
    if week:
        return first, f"{nothing} is due before the day after tomorrow; {counted(week)} within seven days."
    last = today + timedelta(days=DAYS + 1)
    return first, f"{nothing} is owed before {last:%A} {last.day} {last:%B}."


def waiting_words(tally: Tally, since: datetime | None, now: datetime, zone: tzinfo) -> str:
    """Say how many things wait on clients, and how long the oldest has waited; empty for none."""
    if not tally or since is None:
        return ""
    days = (now.astimezone(zone).date() - since.astimezone(zone).date()).days
    how_long = f"has waited {counted(days, 'day', 'days')}" if days > 0 else "was asked today"
    verb = "is" if tally.n == 1 else "are"
    which = "it" if tally.n == 1 else "the oldest"
    return f"{_sentence(counted(tally))} {verb} waiting on clients; {which} {how_long}."


def asked_at(started_at: datetime, due_at: datetime) -> datetime:
    """Give since when it waits on somebody: its start, but not longer ago than ASKED_AHEAD before it is due.

    What is checked again every half a year starts with the last check, and nobody waits for it before that.
    """
    return max(started_at, due_at - ASKED_AHEAD)


def asked_words(since: datetime, now: datetime, zone: tzinfo) -> str:
    """Say since when something has waited: "6 days ago", "yesterday", "today"."""
    days = (now.astimezone(zone).date() - since.astimezone(zone).date()).days
    return "today" if days <= 0 else "yesterday" if days == 1 else f"{days} days ago"


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
