"""The daily snapshots: every practice in its own scope, once a day, whatever happens to one client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from clients.posture import tasks
from clients.posture.models import Snapshot
from portal.celery import app
from portal.tenancy import system
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import enter
from tests.conftest import everything_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch, practice_a: Practice, practice_b: Practice) -> Iterator[None]:
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    # The system role reads by a connection of its own, which does not see this test's transaction.
    monkeypatch.setattr(tasks, "practice_ids", lambda: [practice_a.pk, practice_b.pk])
    yield
    app.conf.update(task_always_eager=False)


def taken(practice: Practice) -> list[Any]:
    with enter(everything_of(practice), switch=True):
        return sorted(Snapshot.objects.values_list("client__slug", flat=True))


def test_every_active_client_of_every_practice_gets_one_a_day(
    practice_a: Practice, practice_b: Practice, client_a1: Client, client_a2: Client, client_b1: Client
) -> None:
    assert tasks.snapshots.delay().get() == 2
    tasks.snapshots.delay()
    assert taken(practice_a) == ["alder", "birch"]
    assert taken(practice_b) == ["cedar"]


def test_an_ended_client_gets_none(practice_a: Practice, client_a1: Client, client_a2: Client) -> None:
    with enter(everything_of(practice_a), switch=True):
        Client.objects.filter(pk=client_a2.pk).update(status="ended", ended_on="2026-11-01")
    tasks.snapshots.delay()
    assert taken(practice_a) == ["alder"]


def test_one_client_s_trouble_does_not_keep_the_others_from_theirs(
    monkeypatch: pytest.MonkeyPatch, practice_a: Practice, client_a1: Client, client_a2: Client
) -> None:
    real = tasks.take_snapshot

    def troubled(client: Client, now: Any) -> Any:
        if client.slug == "alder":
            raise RuntimeError("boom")
        return real(client, now)

    monkeypatch.setattr(tasks, "take_snapshot", troubled)
    tasks.snapshots.delay()
    assert taken(practice_a) == ["birch"]


def test_without_a_scope_nothing_is_taken(client_a1: Client, practice_a: Practice) -> None:
    assert tasks.snapshot_practice.delay().get() == 0
    assert taken(practice_a) == []


def test_the_clock_knows_the_task() -> None:
    assert app.conf.beat_schedule["posture.snapshots"]["task"] == tasks.snapshots.name
    assert tasks.practice_ids is not system.practice_ids
