"""The checks: each part failing alone, in words, and asked seldom."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from portal.health import broker, checks, patience, queries
from portal.health.actions import say_alive
from portal.health.checks import Kept, length, look
from tests.portal.health.conftest import grow_old

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def living(heartbeats: Any) -> None:
    """Beat and a worker."""
    say_alive(kind="beat", name="host")
    say_alive(kind="worker", name="celery@host")


def failing() -> dict[str, str]:
    return {check.name: check.words for check in look().failing}


def test_everything_is_well_with_beat_and_a_worker(living: None) -> None:
    found = look()
    assert found.ok
    assert [check.name for check in found.checks] == ["database", "migrations", "broker", "beat", "worker"]


def test_a_dead_beat_and_a_dead_worker_are_told_apart(living: None) -> None:
    grow_old("host", timedelta(minutes=5))
    assert failing() == {"beat": "Silent for 5 minutes."}
    say_alive(kind="beat", name="host")
    grow_old("celery@host", timedelta(hours=3))
    assert failing() == {"worker": "Silent for 3 hours."}


def test_one_living_process_of_a_kind_is_enough(living: None) -> None:
    say_alive(kind="worker", name="celery@other")
    grow_old("celery@host", timedelta(hours=3))
    assert failing() == {}
    worker = next(check for check in look().checks if check.name == "worker")
    assert worker.words.startswith("1 running")


def test_a_machinery_that_never_ran_is_not_well(heartbeats: Any) -> None:
    assert failing() == {
        "beat": "None has been seen for a day.",
        "worker": "None has been seen for a day.",
    }


def test_a_missing_migration_is_named_by_its_app(living: None, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = queries.migrations_on_disk() | {("deadlines", "9999_not_there")}
    monkeypatch.setattr(queries, "migrations_on_disk", lambda: wanted)
    assert failing() == {"migrations": "Not all are applied: deadlines."}


def test_a_database_out_of_reach_is_said_within_seconds_and_without_its_address(
    living: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: Any) -> Any:
        assert options["connect_timeout"] <= 3
        raise psycopg.OperationalError("connection to /nowhere failed")

    monkeypatch.setattr(patience.psycopg, "connect", refuse)
    found = look()
    monkeypatch.undo()
    assert {check.name for check in found.failing} == {"database", "migrations", "beat", "worker"}
    assert "nowhere" not in " ".join(check.words + check.todo for check in found.checks)


def test_a_database_without_our_table_lacks_migrations(living: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(database: Any) -> Any:
        raise psycopg.errors.UndefinedTable

    monkeypatch.setattr(queries, "signs_of_life", none)
    assert "migrations" in failing()
    assert "database" not in failing()


def test_a_broker_out_of_reach_fails_alone(living: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def down() -> Any:
        raise broker.BrokerError

    monkeypatch.setattr(broker, "look", down)
    assert set(failing()) == {"broker"}


def test_many_askers_at_once_cost_one_look() -> None:
    asked: list[int] = []
    clock = [0.0]

    def ask() -> int:
        time.sleep(0.01)  # long enough for the others to come
        asked.append(1)
        return len(asked)

    kept = Kept(ask, 2.0, lambda: clock[0])
    with ThreadPoolExecutor(8) as askers:
        assert set(askers.map(lambda _: kept(), range(40))) == {1}
    clock[0] = 1.9
    assert kept() == 1
    clock[0] = 2.0
    assert kept() == 2


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 seconds"),
        (1, "1 second"),
        (119, "119 seconds"),
        (120, "2 minutes"),
        (7199, "119 minutes"),
        (7200, "2 hours"),
        (172_799, "47 hours"),
        (172_800, "2 days"),
    ],
)
def test_lengths_are_said_in_the_largest_unit_that_tells_something(seconds: int, words: str) -> None:
    assert length(timedelta(seconds=seconds)) == words


def test_silence_is_longer_than_several_missed_signs() -> None:
    from portal.health.beating import EVERY_SECONDS

    assert checks.SILENT_AFTER.total_seconds() >= 3 * EVERY_SECONDS
