"""The machinery in rows and words: the parts with what to do, the processes, the versions."""

from __future__ import annotations

import platform
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import django
from celery import __version__ as celery_version
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from portal import __version__
from portal.health.checks import Machinery, is_silent, length
from portal.health.queries import Pile, SignOfLife, Work, version_of_database
from portal.outbox.models import Delivery
from portal.shell.tables import Cell, Column, Empty, Row, Table, headings

BEHIND = timedelta(minutes=5)
CROWDED = 1_000
PARTS = (
    Column("part", "Part", narrow="lead"),
    Column("state", "State", narrow="side"),
    Column("words", "What is seen"),
)
PROCESSES = (
    Column("name", "Process", narrow="lead"),
    Column("state", "State", narrow="side"),
    Column("since", "Running for"),
    Column("version", "Version"),
)
MORE_WORKERS = "See that workers run, or start more of them; the log of a worker says what fails."
OK, SOON, LATE, IDLE = "ok", "soon", "late", "idle"
WORDS = {OK: "Works", SOON: "Look at it", LATE: "Stands still", IDLE: "Nothing waits"}
PURPOSES = {
    "database": "Keeps everything",
    "migrations": "The database as this version needs it",
    "broker": "Hands tasks to workers",
    "beat": "The clock that asks for the work",
    "worker": "Do the work in the background",
}


@dataclass(frozen=True)
class Line:
    """A part of the machinery as the page lists it; `url` leads to the things that are counted."""

    title: str
    purpose: str
    state: str
    words: str
    todo: str = ""
    url: str = ""

    def row(self) -> Row:
        cells = (
            Cell("lead", self.title, self.purpose),
            Cell("status", WORDS[self.state], state=self.state),
            Cell("text", f"{self.words} {self.todo}".strip(), url=self.url),
        )
        return Row(cells=cells, state=LATE if self.state == LATE else "")


def standfirst(found: Machinery, work: Work, now: datetime) -> tuple[str, str]:
    """Say in a sentence or two how it stands: first what is wrong (or empty), then the rest."""
    broken = [check.title for check in found.failing]
    if broken:
        verb = "stands" if len(broken) == 1 else "stand"
        return (
            f"{', '.join(broken)} {verb} still.",
            "Nothing is lost: what is owed goes out once it runs again.",
        )
    if any(line.state == LATE for line in _piles(work, now)):
        return "The work is behind.", "Everything runs, but not fast enough, or something keeps failing."
    return "", "Everything runs."


def parts_table(found: Machinery, work: Work, now: datetime, request: HttpRequest) -> Table:
    """List every part: the machinery's own, then what waits in this practice."""
    lines = [
        Line(check.title, PURPOSES.get(check.name, ""), OK if check.ok else LATE, check.words, check.todo)
        for check in found.checks
    ]
    if found.broker:
        lines.append(_queue(found.broker.waiting))
    lines += _piles(work, now)
    rows = [line.row() for line in lines]
    return Table("Parts and their state", "Parts of the machinery", headings(PARTS, request), rows)


def processes_table(found: Machinery, request: HttpRequest) -> Table:
    """List beat and the workers that were seen within a day."""
    rows = [_process(sign) for sign in found.signs]
    nobody = Empty("Nobody has been seen", "Beat and workers stand here from their first sign of life on.")
    return Table(
        "Beat and workers", "Beat and workers, last seen first", headings(PROCESSES, request), rows, nobody
    )


def versions(found: Machinery) -> list[tuple[str, str]]:
    """Name what is installed, as (what, version)."""
    return [
        ("Plumbline", __version__),
        ("Python", platform.python_version()),
        ("Django", django.get_version()),
        ("Celery", celery_version),
        ("PostgreSQL", version_of_database()),
        ("Broker", found.broker.kind if found.broker else "Not known while it does not answer"),
    ]


def _process(sign: SignOfLife) -> Row:
    silent = is_silent(sign)
    words = f"Silent for {length(sign.ago)}" if silent else f"Seen {length(sign.ago)} ago"
    what = "Beat on this host" if sign.kind == "beat" else "Worker"
    return Row(
        cells=(
            Cell("lead", sign.name, what),
            Cell("status", words, state=LATE if silent else OK),
            Cell("muted", "Not running") if silent else Cell("text", length(sign.seen_at - sign.started_at)),
            Cell("text", sign.version),
        ),
        state=LATE if silent else "",
    )


def _queue(waiting: int) -> Line:
    words = f"{_counted(waiting, 'task waits', 'tasks wait')} for a worker."
    state = SOON if waiting > CROWDED else OK if waiting else IDLE
    return Line("Queue", "Tasks at the broker", state, words, MORE_WORKERS if state == SOON else "")


def _piles(work: Work, now: datetime) -> list[Line]:
    last = f"The last one went {length(now - work.sent_at)} ago." if work.sent_at else "None has gone yet."
    steps = Line("Deadlines", "Reminders to be worked out", IDLE, "Every reminder that is due is worked out.")
    due = Line("Messages", "On their way to people", IDLE, f"None is to go now. {last}")
    later = _counted_pile(work.later, "message waits", "messages wait")
    return [
        _pile(steps, work.steps, now, ("deadline is to be looked at", "deadlines are to be looked at")),
        _pile(due, work.due, now, ("message is to go", "messages are to go")),
        Line(
            "Messages for later",
            "Digests and further attempts",
            OK if work.later.n else IDLE,
            f"{later} for a later hour or the next attempt.",
        ),
        _dead_letters(work.dead),
    ]


def _dead_letters(pile: Pile) -> Line:
    """Link to the list of messages, narrowed to those that were given up."""
    words = f"{_counted_pile(pile, 'message was given up', 'messages were given up')}."
    line = Line("Not delivered", "After many attempts", IDLE, words)
    if not pile.n:
        return line
    url = f"{reverse('message_list')}?{urlencode({'state': Delivery.State.DEAD.value})}"
    return replace(line, state=SOON, todo="Each says why, and can be tried again.", url=url)


def _pile(empty: Line, pile: Pile, now: datetime, words: tuple[str, str]) -> Line:
    if not pile.n:
        return empty
    waits = pile.waits(now)
    late = waits > BEHIND
    seen = f"{_counted_pile(pile, *words)}, the oldest for {length(waits)}."
    return replace(empty, state=LATE if late else OK, words=seen, todo=MORE_WORKERS if late else "")


def _counted(number: int, one: str, many: str) -> str:
    return f"1 {one}" if number == 1 else f"{number:,} {many}" if number else f"No {one}"


def _counted_pile(pile: Pile, one: str, many: str) -> str:
    return _counted(pile.n, one, many) if pile.n < 2 else f"{pile} {many}".capitalize()
