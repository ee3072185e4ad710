"""Several workers scan one practice, some die: each reminder comes into being once, and none is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections, transaction

from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.reminding import scan as scanning
from portal.deadlines.reminding.scan import Scanned, scan
from portal.outbox.models import Delivery, Message
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.portal.deadlines.arranging import opened

pytestmark = pytest.mark.django_db(transaction=True)


def in_threads(practice: Any, work: Callable[[], object], number: int) -> list[object]:
    """Run the work at the same time in connections of their own; give what they gave or raised."""
    found: list[object] = []
    start = threading.Barrier(number)

    def run() -> None:
        try:
            with enter(everything_of(practice), switch=True):
                start.wait()
                found.append(work())
        except Exception as error:
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture
def forty(in_a: Any, client_a1: Any, client_a2: Any, alice: Any, bob: Any) -> list[Deadline]:
    """Twenty deadlines of each client, all with a step to two people."""
    return [
        opened(client, number, owner=alice, backup_owner=bob if client == client_a1 else None)
        for client in (client_a1, client_a2)
        for number in range(20)
    ]


def test_two_workers_share_the_work_and_remind_once(forty: list[Deadline], practice_a: Any, now: Any) -> None:
    done = in_threads(practice_a, lambda: scan(now, size=5), 4)
    assert all(isinstance(each, Scanned) for each in done), done
    assert sum(each.reminders for each in done) == 60
    assert Reminder.objects.count() == Message.objects.count() == 60
    assert Reminder.objects.values("deadline", "person").distinct().count() == 60
    assert not Deadline.objects.steps_due(now).exists()


def test_rows_that_another_worker_holds_are_passed_over_and_nobody_waits(
    forty: list[Deadline], practice_a: Any, now: Any
) -> None:
    held = forty[0]
    with transaction.atomic():
        Deadline.objects.select_for_update().get(pk=held.pk)
        done = in_threads(practice_a, lambda: scan(now), 1)
    assert done == [Scanned(deadlines=39, reminders=58, messages=58)]
    assert scan(now) == Scanned(deadlines=1, reminders=2, messages=2)


@pytest.mark.parametrize("dies_in", ["post", "_move_on"])
def test_a_scan_that_dies_before_its_commit_leaves_nothing_and_the_next_one_does_it(
    forty: list[Deadline], now: Any, monkeypatch: pytest.MonkeyPatch, dies_in: str
) -> None:
    whole = getattr(scanning, dies_in)

    def die(*args: Any, **kwargs: Any) -> None:
        whole(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scanning, dies_in, die)
        with pytest.raises(KeyboardInterrupt):
            scan(now, size=7)
    assert (Reminder.objects.count(), Message.objects.count(), Delivery.objects.count()) == (0, 0, 0)
    assert Deadline.objects.steps_due(now).count() == 40
    assert scan(now).reminders == 60


def test_a_connection_that_is_cut_in_the_middle_loses_one_batch_and_no_reminder(
    forty: list[Deadline], practice_a: Any, now: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches = []

    def cut(*args: Any, **kwargs: Any) -> None:
        batches.append(1)
        if len(batches) == 2:
            connection.connection.close()
        whole(*args, **kwargs)

    whole = scanning._move_on
    monkeypatch.setattr(scanning, "_move_on", cut)
    with pytest.raises(Exception, match="closed"):
        scan(now, size=10)
    connection.close()
    assert Deadline.objects.steps_due(now).count() == 30
    scan(now)
    assert Reminder.objects.count() == Message.objects.count() == 60
