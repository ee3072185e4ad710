"""Beat's tasks list the practices that have work, and each works in its own scope alone."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from portal.celery import app
from portal.deadlines import tasks
from portal.deadlines.models import Deadline
from portal.tenancy.scope import EMPTY, current, enter
from tests.conftest import everything_of
from tests.portal.deadlines.arranging import opened, told

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


@pytest.fixture(autouse=True)
def _eager() -> Any:
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False)


@pytest.fixture
def due(
    practice_a: Any, practice_b: Any, client_a1: Any, client_b1: Any, bob: Any, dan: Any
) -> dict[Any, Deadline]:
    """One deadline of each practice that is a day late by the clock on the wall."""
    now = timezone.now()
    late = now.date().replace(year=now.year - 1)
    found = {}
    for client, owner in ((client_a1, bob), (client_b1, dan)):
        with enter(everything_of(client.practice_id), switch=True):
            row = opened(client, owner=owner, on=late, now=now, started_at=now.replace(year=now.year - 2))
            found[client.practice_id] = row
    return found


def test_a_scan_is_asked_for_of_every_practice_with_something_due(
    due: dict[Any, Deadline], practice_a: Any, practice_b: Any
) -> None:
    assert tasks.scan.delay().get() == 2
    for practice in (practice_a, practice_b):
        with enter(everything_of(practice), switch=True):
            assert len({who for _, who, _ in told()}) >= 1
            assert {row[0] for row in told()} == {told()[0][0]}
    assert tasks.scan.delay().get() == 0, "nothing is left to do"


def test_each_practice_is_scanned_in_its_own_scope(
    due: dict[Any, Deadline], practice_a: Any, practice_b: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(tasks, "scan_now", lambda now: seen.append(current()) or tasks_scanned())
    tasks.scan.delay()
    assert {scope.practice for scope in seen} == {practice_a.pk, practice_b.pk}
    assert all(scope.person is None and scope.internal for scope in seen)
    assert current() == EMPTY


def tasks_scanned() -> Any:
    from portal.deadlines.reminding.scan import Scanned

    return Scanned()


def test_a_practice_with_much_to_do_gets_several_workers(
    due: dict[Any, Deadline], practice_a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    monkeypatch.setattr(tasks, "due_by_practice", lambda now: {practice_a.pk: 2 * tasks.SHARE})
    monkeypatch.setattr(tasks.scan_practice, "apply_async", lambda **options: sent.append(options))
    tasks.scan.delay()
    assert sent == [{"expires": tasks.EXPIRES}] * 3


def test_running_it_twice_reminds_once(due: dict[Any, Deadline], practice_a: Any) -> None:
    tasks.scan.delay()
    with enter(everything_of(practice_a), switch=True):
        before = told()
        Deadline.objects.update(next_step_at=timezone.now())
    tasks.scan.delay()
    with enter(everything_of(practice_a), switch=True):
        assert told() == before


def test_the_comparison_is_asked_for_of_every_practice(
    due: dict[Any, Deadline], practice_a: Any, practice_b: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portal.deadlines.comparison import Compared

    seen = []
    monkeypatch.setattr(
        tasks, "compare_practice_now", lambda now: seen.append(current().practice) or Compared(opened=2)
    )
    assert tasks.compare.delay().get() == 2
    assert seen == [practice_a.pk, practice_b.pk]


@pytest.mark.parametrize("name", ["deadlines.scan", "deadlines.compare"])
def test_beat_knows_them_by_name_and_workers_give_back_what_they_could_not_finish(name: str) -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} >= {name}
    for task in (name, f"{name}_practice"):
        assert app.tasks[task].acks_late
    assert app.conf.task_reject_on_worker_lost
