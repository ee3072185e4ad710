"""Machinery that works or stands still, as a test wishes; heartbeats are written past the test's transaction."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from portal.health import checks
from portal.health.actions import TABLE
from portal.health.patience import brief_connection
from portal.health.queries import SignOfLife, signs_of_life


def of_now() -> list[SignOfLife]:
    """The signs of life in the database."""
    with brief_connection() as database:
        return signs_of_life(database)


def grow_old(name: str, ago: timedelta) -> None:
    """As if a process had been silent that long."""
    with brief_connection() as database:
        database.execute(f"UPDATE {TABLE} SET seen_at = seen_at - %s WHERE name = %s", [ago, name])


@pytest.fixture
def heartbeats(db: None) -> Iterator[Callable[[], list[SignOfLife]]]:
    """An empty table of signs of life, emptied again at the end: they are committed past the test's transaction."""
    with brief_connection() as database:
        database.execute(f"DELETE FROM {TABLE}")
    yield of_now
    with brief_connection() as database:
        database.execute(f"DELETE FROM {TABLE}")


@pytest.fixture
def real_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at the machinery as it is."""
    monkeypatch.setattr(checks.machinery, "ask", checks.look)
