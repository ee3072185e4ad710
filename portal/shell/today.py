"""Today: what is owed over all clients, from every room that registers entries. Sorting and words are pure."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.utils import timezone

from portal.lib.dates import relative_due, relative_instant
from portal.shell.navigation import Count
from portal.tenancy.permissions import Access

WEEK = 7
LONG_AGO = "Overdue since"
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Entry:
    """One thing owed: due on a day, or at an instant. `owner` is a person or None."""

    kind: str
    title: str
    url: str
    due_on: date | None = None
    due_at: datetime | None = None
    client_name: str = ""
    client_url: str = ""
    meta: str = ""
    owner: Any = None
    action_label: str = ""
    action_url: str = ""

    def __post_init__(self) -> None:
        if (self.due_on is None) == (self.due_at is None):
            raise ValueError("an entry is due on a day or at an instant: give one of due_on and due_at")

    def day(self, zone: tzinfo) -> date:
        """The calendar day on which it falls due, for a reader in `zone`."""
        return self.due_at.astimezone(zone).date() if self.due_at else self.due_on  # type: ignore[return-value]

    def is_late(self, now: datetime, zone: tzinfo) -> bool:
        """Whether it is past; exactly on time is not, and a day counts until midnight."""
        if self.due_at:
            return self.due_at < now
        return self.day(zone) < now.astimezone(zone).date()

    def ends_at(self, zone: tzinfo) -> datetime:
        """The instant by which it is owed; a day is over at midnight."""
        if self.due_at:
            return self.due_at
        return datetime.combine(self.day(zone) + timedelta(days=1), time(), zone)

    def shown(self, now: datetime, zone: tzinfo) -> Shown:
        """Give the entry with its words as they are at `now`."""
        if self.due_at:
            state, words = relative_instant(self.due_at, now, zone)
        else:
            state, words = relative_due(self.day(zone), now.astimezone(zone).date())
        return Shown(self, state, words)


@dataclass(frozen=True)
class Shown:
    """An entry with its state (late, soon or another) and its due words."""

    entry: Entry
    state: str
    words: str

    @property
    def is_long_ago(self) -> bool:
        """Whether the words are "Overdue since" a date; the page then writes that date once, with its year."""
        return self.words.startswith(LONG_AGO)


@dataclass(frozen=True)
class Section:
    """A part of the page: its title and entries, oldest first."""

    key: str
    title: str
    entries: Sequence[Shown]


Find = Callable[[Access, date], Iterable[Entry]]
CountDue = Callable[[Access, date], tuple[int, int]]
_finders: dict[Find, CountDue | None] = {}


def register(find: Find, count: CountDue | None = None) -> None:
    """Add a source. `find(access, today)` gives what is late or due within seven days, oldest first, 300 at most.

    `count(access, today)` says cheaply how many those are and how many of them are late, for the Contents.
    """
    _finders[find] = count


def due_count(access: Access, today: date) -> tuple[int, int]:
    """Count over all sources that can: how many are owed within seven days, how many of them are late."""
    counts = [count(access, today) for count in _finders.values() if count is not None]
    return sum(n for n, _ in counts), sum(late for _, late in counts)


def collect(access: Access, today: date) -> list[Entry]:
    """Ask every source."""
    if access.practice is None:
        return []
    return [entry for find in _finders for entry in find(access, today)]


def contents_count(access: Access) -> Count | None:
    """Give the figure beside Today in the Contents, for the reader's own calendar day."""
    n, late = due_count(access, timezone.localdate(timezone=zoneinfo.ZoneInfo(access.user.time_zone)))
    return Count(n, late) if n else None


def sections(entries: Iterable[Entry], now: datetime, zone: tzinfo) -> list[Section]:
    """Sort into late, today and tomorrow, and the rest of the next seven days; later ones are left out."""
    today = now.astimezone(zone).date()
    late, near, week = [], [], []
    for entry in sorted(entries, key=lambda each: (each.ends_at(zone), each.client_name, each.title)):
        ahead = (entry.day(zone) - today).days
        if entry.is_late(now, zone):
            late.append(entry)
        elif ahead <= 1:
            near.append(entry)
        elif ahead <= WEEK:
            week.append(entry)
    calm = [replace(each.shown(now, zone), state="idle") for each in week]
    return [
        Section("late", "Overdue", [each.shown(now, zone) for each in late]),
        Section("near", "Today and tomorrow", [each.shown(now, zone) for each in near]),
        Section("week", "Next seven days", calm),
    ]


def counted(n: int, one: str = "thing", many: str = "things") -> str:
    """Say a small number in words: "two things"."""
    number = NUMBERS[n] if n < len(NUMBERS) else f"{n:,}"
    return f"{number} {one if n == 1 else many}"


def standfirst(parts: Sequence[Section], today: date) -> tuple[str, str]:
    """Say in one or two sentences what is owed: first what is late (or empty), then the rest."""
    n = {part.key: len(part.entries) for part in parts}
    first = (
        f"{counted(n['late']).capitalize()} {'is' if n['late'] == 1 else 'are'} overdue." if n["late"] else ""
    )
    verb = "falls" if n["near"] == 1 else "fall"
    if n["near"]:
        what = counted(n["near"], "more", "more") if first else counted(n["near"])
        rest = f"{what.capitalize()} {verb} due by tomorrow evening"
        rest += f", {counted(n['week'], 'more', 'more')} within seven days." if n["week"] else "."
    elif n["week"]:
        rest = f"Nothing else is due before the day after tomorrow; {counted(n['week'], 'thing')} within seven days."
        rest = rest if first else rest.replace("Nothing else", "Nothing")
    else:
        last = today + timedelta(days=WEEK + 1)
        rest = f"Nothing {'else ' if first else ''}is owed before {last:%A} {last.day} {last:%B}."
    return first, rest
