"""What the system page and the checks ask: who lives, what waits, which migrations are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import psycopg
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Min, QuerySet

from portal.deadlines.models import Deadline
from portal.health.models import Heartbeat
from portal.outbox.models import Delivery

MOST = 999
ALIVE = f"""
SELECT kind, name, version, started_at, seen_at, clock_timestamp() - seen_at
FROM {Heartbeat._meta.db_table} ORDER BY kind, seen_at DESC, name LIMIT 200
"""


@dataclass(frozen=True)
class SignOfLife:
    """When a process was last seen, and how long that is ago by the database's clock."""

    kind: str
    name: str
    version: str
    started_at: datetime
    seen_at: datetime
    ago: timedelta


@dataclass(frozen=True)
class Pile:
    """How many wait, counted to MOST, and since when the oldest of them does."""

    n: int
    since: datetime | None = None

    def __str__(self) -> str:
        return f"more than {MOST:,}" if self.n > MOST else f"{self.n:,}"

    def waits(self, now: datetime) -> timedelta:
        """How long the oldest waits at `now`."""
        return now - self.since if self.since else timedelta(0)


@dataclass(frozen=True)
class Work:
    """What stands before the machinery in one practice. `sent_at` is when the last message went."""

    steps: Pile
    due: Pile
    later: Pile
    dead: Pile
    sent_at: datetime | None


def signs_of_life(database: psycopg.Connection[Any]) -> list[SignOfLife]:
    """List beat and the workers, the latest sign of each kind first."""
    return [SignOfLife(*row) for row in database.execute(ALIVE).fetchall()]


@cache
def migrations_on_disk() -> frozenset[tuple[str, str]]:
    """Name the last migration of every app of this installation, as (app, migration)."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def missing_migrations(database: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    """List those of `migrations_on_disk` that the database has not seen."""
    applied = database.execute("SELECT app, name FROM django_migrations").fetchall()
    return sorted(migrations_on_disk() - set(applied))


def work_of_practice(now: datetime) -> Work:
    """Say what waits in the scope's practice. A count and an instant for each pile, however high it is."""
    deliveries = Delivery.objects.under_way()
    last = (
        Delivery.objects.filter(state=Delivery.State.SENT).order_by("-id").values_list("ended_at", flat=True)
    )
    return Work(
        steps=_pile(Deadline.objects.steps_due(now), "next_step_at"),
        due=_pile(deliveries.filter(next_attempt_at__lte=now), "next_attempt_at"),
        later=_pile(deliveries.filter(next_attempt_at__gt=now), "next_attempt_at"),
        dead=_pile(Delivery.objects.dead(), "ended_at"),
        sent_at=last.first(),
    )


def version_of_database() -> str:
    """Name the database server's version, such as "18.6"."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        return str(cursor.fetchone()[0]).split()[0]


def _pile(rows: QuerySet[Any], since: str) -> Pile:
    return Pile(rows.order_by()[: MOST + 1].count(), rows.order_by().aggregate(at=Min(since))["at"])
