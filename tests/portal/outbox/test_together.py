"""Several senders at once, and the clock: nothing is sent twice, nothing is left, no practice is woken in vain."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections

from portal.accounts.models import User
from portal.outbox import poke, tasks
from portal.outbox.actions import post
from portal.outbox.models import Delivery, Message
from portal.outbox.queries import oldest_unsent, practices_with_due
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import current, enter
from portal.tenancy.system import as_operator
from tests.conftest import everything_of
from tests.portal.outbox.conftest import empty, letter, look, prefer, send
from tests.portal.outbox.servers import Mailbox

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])
SENDERS, LETTERS = 4, 24


def at_once(work: Callable[[], Any], number: int = SENDERS) -> list[Any]:
    """Run the same work in several threads that begin together; give what each gave."""
    ready, results, errors = threading.Barrier(number), [], []

    def run() -> None:
        try:
            ready.wait(timeout=30)
            results.append(work())
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert errors == []
    return results


def test_senders_at_the_same_time_send_everything_once(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox, pokes: list[Any]
) -> None:
    send(practice_a, now, *(letter(f"n-{number}", client_a1, bob) for number in range(LETTERS)))
    done = at_once(lambda: empty(practice_a, now))
    assert sum(each.get("sent", 0) for each in done) == LETTERS
    subjects = [mail["Subject"] for mail in mailbox.mails]
    assert sorted(subjects) == sorted({f"Renew n-{number}" for number in range(LETTERS)})
    assert {(row.state, row.attempts) for row in look(practice_a)} == {("sent", 1)}


def test_a_digest_is_never_sent_in_parts(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox, pokes: list[Any]
) -> None:
    prefer(bob, now, mode="daily", hour=12)
    send(practice_a, now, *(letter(f"n-{number}", client_a1, bob) for number in range(LETTERS)))
    at_once(lambda: empty(practice_a, now + timedelta(hours=2)))
    assert [mail["Subject"] for mail in mailbox.mails] == [f"Your digest: {LETTERS} reminders"]


def test_the_same_letters_posted_at_the_same_time_are_there_once(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, pokes: list[Any]
) -> None:
    def work() -> int:
        letters = [letter(f"n-{number}", client_a1, bob) for number in range(LETTERS)]
        with enter(everything_of(practice_a), switch=True):
            return post(
                letters if threading.get_ident() % 2 else letters[::-1], now=now, practice_id=practice_a.pk
            )

    assert sum(at_once(work)) == LETTERS
    with enter(everything_of(practice_a), switch=True):
        assert Message.objects.count() == Delivery.objects.count() == LETTERS


def test_only_practices_with_something_due_are_woken(
    practice_a: Practice, practice_b: Practice, client_a1: Client, bob: User, now: datetime, pokes: list[Any]
) -> None:
    later = now + timedelta(hours=1)
    send(practice_a, now, letter("one", client_a1, bob, not_before=later))
    assert practices_with_due(now) == []
    assert practices_with_due(later) == [practice_a.pk]
    assert oldest_unsent(later, everywhere=True) == later


def test_the_sweep_wakes_a_sender_in_the_practices_own_scope(
    practice_a: Practice, practice_b: Practice, client_a1: Client, bob: User, now: datetime,
    pokes: list[Any], mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    send(practice_a, now - timedelta(days=400), letter("one", client_a1, bob))
    asked: list[Any] = []
    monkeypatch.setattr(tasks, "send_soon", asked.append)
    assert tasks.sweep() == 1
    assert asked == [practice_a.pk]
    with as_operator(practice_a.pk, "a test"):
        assert tasks.send_practice.apply().get() == {"sent": 1}
    assert len(mailbox.mails) == 1


def test_a_sender_is_woken_by_name_with_the_scope_in_the_message(
    practice_a: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []

    class Signature:
        def __init__(self, name: str) -> None:
            self.name = name

        def apply_async(self, **options: Any) -> None:
            sent.append((self.name, options))

    monkeypatch.setattr(poke.app, "signature", Signature)
    poke.send_soon(practice_a.pk)
    ((name, options),) = sent
    assert name == "outbox.send_practice"
    assert options["headers"]["scope"]["practice"] == str(practice_a.pk)
    assert current().practice is None


def test_without_a_broker_the_message_stands_and_the_log_says_so(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def broken(name: str) -> Any:
        raise ConnectionRefusedError("amqp://user:password@broker")

    monkeypatch.setattr(poke.app, "signature", broken)
    (row,) = send(practice_a, now, letter("one", client_a1, bob))
    assert row.state == "queued"
    assert "the sender was not woken (ConnectionRefusedError)" in caplog.text
    assert "password" not in caplog.text
