"""Today as a page: its sections, clocks and waits, read and put into words. Links every row to its people at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal.deadlines import queries
from portal.deadlines.presenters.entries import (
    Reader,
    RunningClock,
    Wait,
    entry,
    running,
    snoozed_entry,
    wait,
)
from portal.deadlines.presenters.filters import TodayFilters
from portal.deadlines.rules.today import (
    LATE,
    NEAR,
    TITLES,
    WEEK,
    Tally,
    asked_at,
    standfirst,
    waiting_words,
    window,
)
from portal.shell.ledger import Entry

MOST = 50
MOST_ASIDE = 6
MOST_CLOCKS = MOST_WAITING = 99


@dataclass(frozen=True)
class Section:
    """A part of the page: its title, how many there are, and the oldest of them."""

    key: str
    title: str
    count: Tally
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Aside:
    """The clocks that run and who keeps us waiting, the most pressing of each; and how many there are."""

    clocks: Sequence[RunningClock]
    clock_count: Tally
    waits: Sequence[Wait]
    wait_count: Tally


@dataclass(frozen=True)
class Page:
    """Everything that Today shows. `first` is what is late, in words; `rest` what comes, and who keeps us waiting."""

    sections: Sequence[Section]
    aside: Aside
    snoozed: Tally
    first: str
    rest: str

    @property
    def late(self) -> Tally:
        return self.sections[0].count


def page(reader: Reader, filters: TodayFilters, *, mine: bool) -> Page:
    """Read Today for one person. The number of queries does not depend on the number of rows, up to MOST a section."""
    access, now, zone = reader.access, reader.now, reader.zone
    borders = window(now, zone)
    everyones = filters.narrow(queries.in_reach(access))
    rows = queries.mine(everyones, access, now) if mine else everyones
    awake = queries.awake(rows, now)
    parts = {key: queries.section(awake, key, borders) for key in (LATE, NEAR, WEEK)}
    found = {key: list(part[:MOST]) for key, part in parts.items()}
    clocks = list(queries.clocks(awake, now)[: MOST_CLOCKS + 1])
    waiting = list(queries.waiting(everyones, access, now)[: MOST_WAITING + 1])
    queries.linked([*(row for each in found.values() for row in each), *clocks[:MOST_ASIDE],
                    *waiting[:MOST_ASIDE]])  # fmt: skip
    late, near, week, put_off = queries.tallies(*parts.values(), queries.snoozed(rows, now))
    sections = [
        Section(key, TITLES[key], count, [entry(row, reader, key) for row in found[key]])
        for key, count in zip(parts, (late, near, week), strict=True)
    ]
    aside = Aside(
        [running(row, now) for row in clocks[:MOST_ASIDE]],
        Tally(min(len(clocks), MOST_CLOCKS), len(clocks) > MOST_CLOCKS),
        [wait(row, reader) for row in waiting[:MOST_ASIDE]],
        Tally(min(len(waiting), MOST_WAITING), len(waiting) > MOST_WAITING),
    )
    first, rest = standfirst(late, near, week, borders.today)
    oldest = asked_at(waiting[0].started_at, waiting[0].due_at) if waiting else None
    rest = " ".join(filter(None, (rest, waiting_words(aside.wait_count, oldest, now, zone))))
    return Page(sections, aside, put_off, first, rest)


def snoozed(reader: Reader, filters: TodayFilters, *, mine: bool) -> Section:
    """Read what somebody put off, the first to come back first."""
    access, now = reader.access, reader.now
    rows = filters.narrow(queries.in_reach(access))
    put_off = queries.snoozed(queries.mine(rows, access, now) if mine else rows, now)
    [count] = queries.tallies(put_off)
    entries = [snoozed_entry(row, reader) for row in queries.linked(put_off[:MOST])]
    return Section("snoozed", "Snoozed", count, entries)
