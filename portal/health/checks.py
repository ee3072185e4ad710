"""Whether the machinery runs: database, migrations, broker, beat, workers, each in words with what to do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

import psycopg

from portal.health import broker, queries
from portal.health.models import Heartbeat
from portal.health.patience import brief_connection
from portal.health.queries import SignOfLife

T = TypeVar("T")
SILENT_AFTER = timedelta(seconds=90)
KEPT_SECONDS = 2.0
START_BEAT = "Start one with “celery -A portal beat”, or look in the log of the one that should run."
START_WORKER = "Start one with “celery -A portal worker”, or look in the log of those that should run."
NOBODY_KNOWS = "The database, which keeps the signs of life, does not answer."


@dataclass(frozen=True)
class Check:
    """One part of the machinery: whether it works, in what words, and what to do when it does not."""

    name: str
    title: str
    ok: bool
    words: str
    todo: str = ""

    @property
    def state(self) -> str:
        return "ok" if self.ok else "failing"


@dataclass(frozen=True)
class Machinery:
    """All checks of one moment, and what they were made of."""

    checks: tuple[Check, ...]
    signs: tuple[SignOfLife, ...] = ()
    broker: broker.Seen | None = None

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    @property
    def failing(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if not check.ok)


class Kept(Generic[T]):
    """Asks once and gives the same answer for some seconds, to all threads: checkers may ask as often as they like."""

    def __init__(
        self, ask: Callable[[], T], seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.ask, self.seconds, self.clock = ask, seconds, clock
        self.lock = threading.Lock()
        self.answer: tuple[float, T] | None = None

    def __call__(self) -> T:
        with self.lock:
            if self.answer is None or self.clock() - self.answer[0] >= self.seconds:
                found = self.ask()
                self.answer = self.clock(), found
            return self.answer[1]

    def forget(self) -> None:
        """Ask anew at the next call."""
        self.answer = None


def look() -> Machinery:
    """Look at everything now: one short connection to the database and one to the broker."""
    seen, broker_check = _broker()
    try:
        with brief_connection() as database:
            signs = tuple(queries.signs_of_life(database))
            missing = queries.missing_migrations(database)
    except psycopg.errors.UndefinedTable:
        signs, missing = (), sorted(queries.migrations_on_disk())
    except psycopg.Error:
        return Machinery((*_without_database(), broker_check), broker=seen)
    checks = (
        Check("database", "Database", True, "It answers."),
        _migrations(missing),
        broker_check,
        _alive(signs, Heartbeat.Kind.BEAT, "Beat", START_BEAT),
        _alive(signs, Heartbeat.Kind.WORKER, "Workers", START_WORKER),
    )
    return Machinery(checks, signs, seen)


machinery = Kept(look, KEPT_SECONDS)


def is_silent(sign: SignOfLife) -> bool:
    """Whether it was seen too long ago to be taken for alive."""
    return sign.ago > SILENT_AFTER


def length(span: timedelta) -> str:
    """Say a length of time in the largest unit of which it has two: "12 seconds", "90 seconds", "4 minutes"."""
    seconds = max(int(span.total_seconds()), 0)
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return "1 second" if seconds == 1 else f"{seconds} seconds"


def _broker() -> tuple[broker.Seen | None, Check]:
    try:
        seen = broker.look()
    except broker.BrokerError:
        words = "It does not answer. Tasks wait in the database and are sent once it is back."
        return None, Check("broker", "Broker", False, words, "Start it, or look at CELERY_BROKER_URL.")
    return seen, Check("broker", "Broker", True, "It answers.")


def _migrations(missing: Sequence[tuple[str, str]]) -> Check:
    if not missing:
        return Check("migrations", "Migrations", True, "All are applied.")
    apps = ", ".join(sorted({app for app, _ in missing}))
    words = f"Not all are applied: {apps}."
    return Check("migrations", "Migrations", False, words, "Run “manage.py migrate” and restart.")


def _alive(signs: Sequence[SignOfLife], kind: str, title: str, todo: str) -> Check:
    """One living process of a kind is enough: several hosts may come and go."""
    name = str(kind)
    own = [sign for sign in signs if sign.kind == kind]
    if not own:
        return Check(name, title, False, "None has been seen for a day.", todo)
    latest = min(own, key=lambda sign: sign.ago)
    if is_silent(latest):
        return Check(name, title, False, f"Silent for {length(latest.ago)}.", todo)
    living = sum(not is_silent(sign) for sign in own)
    return Check(name, title, True, f"{living} running, last seen {length(latest.ago)} ago.")


def _without_database() -> tuple[Check, ...]:
    words = "It does not answer within seconds."
    return (
        Check("database", "Database", False, words, "Start it, or look at DATABASE_URL."),
        Check("migrations", "Migrations", False, NOBODY_KNOWS),
        Check("beat", "Beat", False, NOBODY_KNOWS),
        Check("worker", "Workers", False, NOBODY_KNOWS),
    )
