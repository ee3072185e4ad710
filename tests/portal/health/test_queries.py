"""What the machinery is asked: migrations, and work as one practice sees it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal import __version__
from portal.deadlines.actions import keep
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.embedded.paths import CHECKOUT
from portal.health import queries
from portal.health.patience import SECONDS, brief_connection

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


def owe(client: Any, number: int) -> None:
    """Let so many deadlines of a client wait for the scan."""
    owed = [
        Obligation(
            "credential.renewal",
            Subject("registers.credential", str(n), f"Key {n}"),
            "Renew it",
            Due(at=NOW + timedelta(days=3), calendar="clock"),
            started_at=NOW,
        )
        for n in range(number)
    ]
    keep(
        client, owed, subjects=[each.subject for each in owed], kinds=["credential.renewal"], by=None, now=NOW
    )


def test_the_last_migration_of_every_room_is_known_and_applied() -> None:
    assert {app for app, _ in queries.migrations_on_disk()} >= {"health", "deadlines", "outbox", "tenancy"}
    with brief_connection() as database:
        assert queries.missing_migrations(database) == []


def test_what_waits_costs_the_same_for_one_and_for_many(client_a1: Any, in_a: Any) -> None:
    costs = []
    for number in (1, 3):
        owe(client_a1, number)
        with CaptureQueriesContext(connection) as made:
            work = queries.work_of_practice(NOW + timedelta(minutes=1))
        assert work.steps == queries.Pile(number, NOW)
        costs.append(len(made))
    assert costs[0] == costs[1]


def test_counting_stops_where_it_tells_nothing_more(
    client_a1: Any, in_a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 2)
    owe(client_a1, 5)
    assert str(queries.work_of_practice(NOW).steps) == "more than 2"


def test_a_look_may_not_hold_the_database_for_long() -> None:
    with brief_connection() as database:
        row = database.execute("SHOW statement_timeout").fetchone()
    assert row == (f"{SECONDS}s",)


def test_the_version_is_the_one_of_the_project() -> None:
    assert f'version = "{__version__}"' in (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
