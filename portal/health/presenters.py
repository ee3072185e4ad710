"""The machinery in rows and words: the parts with what to do, the processes, the versions."""

from __future__ import annotations

import platform
from datetime import datetime, timedelta

import django
from celery import __version__ as celery_version
from django.http import HttpRequest

from portal import __version__
from portal.health.checks import Machinery, is_silent, length
from portal.health.queries import Pile, SignOfLife, Work, version_of_database
from portal.shell.tables import Cell, Column, Empty, Row, Table, headings

BEHIND = timedelta(minutes=5)
CROWDED = 1_000
PARTS = (
    Column("part", "Part", narrow="lead"),
    Column("state", "State", narrow="side"),
    Column("words", "What is seen"),
    Column("todo", "What to do"),
)
PROCESSES = (
    Column("name", "Process", narrow="lead"),
    Column("state", "State", narrow="side"),
    Column("since", "Running for"),
    Column("version", "Version"),
)
MORE_WORKERS = "See that workers run, or start more of them; the log of a worker says what fails."
Line = tuple[str, str, str, str]
OK, SOON, LATE, IDLE = "ok", "soon", "late", "idle"
WORDS = {OK: "Works", SOON: "Look at it", LATE: "Stands still", IDLE: "Nothing to do"}


def standfirst(found: Machinery, work: Work, now: datetime) -> tuple[str, str]:
    """Say in a sentence or two how it stands: first what is wrong (or empty), then the rest."""
    broken = [check.title for check in found.failing]
    if broken:
        verb = "stands" if len(broken) == 1 else "stand"
        return (
            f"{', '.join(broken)} {verb} still.",
            "Nothing is lost: what is owed goes out once it runs again.",
        )
    if any(state == LATE for _, state, _, _ in _piles(work, now)):
        return "The work is behind.", "Everything runs, but not fast enough, or something keeps failing."
    return "", "Everything runs."


def parts_table(found: Machinery, work: Work, now: datetime, request: HttpRequest) -> Table:
    """List every part: the machinery's own, then what waits in this practice."""
    lines: list[Line] = [
        (check.title, OK if check.ok else LATE, check.words, check.todo) for check in found.checks
    ]
    if found.broker:
        lines.append(_queue(found.broker.waiting))
    lines += _piles(work, now)
    rows = [
        Row(
            cells=(
                Cell("lead", title),
                Cell("status", WORDS[state], state=state),
                Cell("text", words),
                Cell("text", todo) if todo else Cell("muted", "Nothing"),
            ),
            state=LATE if state == LATE else "",
        )
        for title, state, words, todo in lines
    ]
    return Table("Parts of the machinery", "Parts of the machinery", headings(PARTS, request), rows)


def processes_table(found: Machinery, request: HttpRequest) -> Table:
    """List beat and the workers that were seen within a day."""
    rows = [_process(sign) for sign in found.signs]
    nobody = Empty("Nobody has been seen", "Beat and workers stand here from their first sign of life on.")
    return Table("Processes", "Beat and workers, last seen first", headings(PROCESSES, request), rows, nobody)


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
    words = f"{waiting:,} {'task waits' if waiting == 1 else 'tasks wait'} for a worker."
    if waiting > CROWDED:
        return "Queue", SOON, words, MORE_WORKERS
    return "Queue", OK if waiting else IDLE, words, ""


def _piles(work: Work, now: datetime) -> list[Line]:
    dead = "Open the list of messages: each says why, and has a button to try again."
    last = f"The last one went {length(now - work.sent_at)} ago." if work.sent_at else "None has gone yet."
    return [
        _pile("Deadlines", work.steps, now, "reminders are to be worked out", "Every reminder due is worked out."),
        _pile("Messages", work.due, now, "are to go", f"None is to go now. {last}"),
        ("Messages for later", IDLE if not work.later.n else OK, f"{work.later} wait for their hour or for a"
         " next attempt.", ""),
        ("Not delivered", SOON if work.dead.n else IDLE, f"{work.dead} could not be delivered.",
         dead if work.dead.n else ""),
    ]  # fmt: skip


def _pile(title: str, pile: Pile, now: datetime, words: str, none: str) -> Line:
    if not pile.n:
        return title, IDLE, none, ""
    waits = pile.waits(now)
    late = waits > BEHIND
    seen = f"{pile} {words}, the oldest for {length(waits)}."
    return title, LATE if late else OK, seen, MORE_WORKERS if late else ""
