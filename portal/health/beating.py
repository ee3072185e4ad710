"""Signs of life, written from inside the loops that do the work: beat's own loop and each worker's.

So a process that lives but is stuck, or cut off from the broker, falls silent. A dead database is no reason to end.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import psycopg
from celery.beat import PersistentScheduler
from celery.signals import heartbeat_sent, worker_shutdown

from portal.health import actions
from portal.health.models import Heartbeat

EVERY_SECONDS = 20.0
logger = logging.getLogger(__name__)


class Pulse:
    """One process's sign of life: at most one write in EVERY_SECONDS, however often the loop turns."""

    def __init__(self, kind: str, name: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.kind, self.name, self.clock = kind, name, clock
        self.written_at: float | None = None
        self.begins, self.is_cut_off = True, False

    def beat(self) -> None:
        """Write, when it is time. Without a database it says so once, and tries again at the next time."""
        now = self.clock()
        if self.written_at is not None and now - self.written_at < EVERY_SECONDS:
            return
        self.written_at = now
        try:
            actions.say_alive(kind=self.kind, name=self.name, begins=self.begins)
        except psycopg.Error as error:
            if not self.is_cut_off:
                logger.warning("no sign of life of %s could be written: %s", self.name, type(error).__name__)
            self.is_cut_off = True
            return
        if self.is_cut_off:
            logger.info("signs of life of %s are written again", self.name)
        self.begins = self.is_cut_off = False

    def end(self) -> None:
        """Say that the process ends in good order; without a database its row is dropped after a day."""
        try:
            actions.say_ended(kind=self.kind, name=self.name)
        except psycopg.Error:
            logger.warning("the end of %s could not be written", self.name)


class BeatingScheduler(PersistentScheduler):  # type: ignore[misc]
    """Celery's own scheduler, whose loop also says that it turns. CELERY_BEAT_SCHEDULER names it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.pulse = Pulse(Heartbeat.Kind.BEAT, socket.gethostname())
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Take one turn of the loop. Gives the seconds until the next."""
        pause: float = super().tick(*args, **kwargs)
        self.pulse.beat()
        return pause

    def close(self) -> None:
        """End in good order."""
        super().close()
        self.pulse.end()


_workers: dict[str, Pulse] = {}


def worker_works(sender: Any, **kwargs: Any) -> None:
    """Take the beat of a worker's event loop, every two seconds, as its sign of life."""
    name = str(sender.eventer.hostname)
    _workers.setdefault(name, Pulse(Heartbeat.Kind.WORKER, name)).beat()


def worker_ends(**kwargs: Any) -> None:
    """Take the workers of this process off the list."""
    while _workers:
        _workers.popitem()[1].end()


def listen() -> None:
    """Hear Celery's signals; called once, when the apps are ready."""
    heartbeat_sent.connect(worker_works, dispatch_uid="health.worker_works")
    worker_shutdown.connect(worker_ends, dispatch_uid="health.worker_ends")
