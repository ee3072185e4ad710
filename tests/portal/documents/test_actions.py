"""Documents from asked for to issued: numbers, one task at a time, failures in words, nothing left lying."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents import actions, press, progress, tasks
from portal.documents.fingerprints import fingerprint
from portal.documents.models import Document, DocumentFingerprint, StoredFile
from portal.documents.queries import practices_with_left_lying
from portal.lib.refused import Refused
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import EMPTY, Scope, enter
from tests.conftest import everything_of, make_client, make_practice, scope_of

PAGES = Callable[..., Document]
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(in_a: Scope, client_a1: Client, now: datetime) -> Document:
    return actions.ask_for("pack", client_a1, by=None, at=now)


class TestNumbers:
    def test_they_count_from_one_each_day_of_the_practice(self, client_a1: Client, in_a: Scope) -> None:
        late = datetime(2026, 7, 1, 22, 59, tzinfo=UTC)  # 23:59 in London
        numbers = [actions.next_number(client_a1, late + timedelta(minutes=each)) for each in (0, 0, 1)]
        assert numbers == ["2026-07-01-0001", "2026-07-01-0002", "2026-07-02-0001"]

    def test_clients_of_one_practice_share_them_and_practices_do_not(
        self, client_a1: Client, client_a2: Client, client_b1: Client, now: datetime
    ) -> None:
        with enter(Scope(practice=client_a1.practice_id, clients=frozenset({client_a1.pk}))):
            first = actions.ask_for("pack", client_a1, by=None, at=now)
        with enter(Scope(practice=client_a1.practice_id, clients=frozenset({client_a2.pk}))):
            second = actions.ask_for("pack", client_a2, by=None, at=now)
        with enter(everything_of(client_b1.practice_id)):
            other = actions.ask_for("pack", client_b1, by=None, at=now)
        assert [first.number, second.number, other.number] == [
            "2026-11-19-0001",
            "2026-11-19-0002",
            "2026-11-19-0001",
        ]

    def test_a_number_that_was_rolled_back_is_given_again(
        self, client_a1: Client, in_a: Scope, now: datetime
    ) -> None:
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            actions.next_number(client_a1, now)
            raise ZeroDivisionError
        assert actions.next_number(client_a1, now).endswith("-0001")


@pytest.mark.django_db(transaction=True)
def test_those_who_ask_at_the_same_time_get_different_numbers(now: datetime) -> None:
    practice = make_practice("Crowded", "crowded")
    clients = [make_client(practice, f"Client {n}", f"client-{n}") for n in range(4)]
    numbers: list[str] = []
    together = threading.Barrier(len(clients))

    def ask(client: Client) -> None:
        together.wait()
        try:
            with enter(everything_of(practice)):
                numbers.extend(actions.ask_for("pack", client, by=None, at=now).number for _ in range(4))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"2026-11-19-{n:04d}" for n in range(1, 17)]


class TestMaking:
    def test_it_ends_ready_with_its_file_and_its_public_mark(
        self, made: PAGES, client_a1: Client, in_a: Scope
    ) -> None:
        document = Document.objects.get(pk=made(client_a1).pk)
        assert document.is_ready
        assert document.pages == 3
        assert document.data_fingerprint == fingerprint(document.data)
        file = StoredFile.objects.get()
        assert (file.pk, file.sha256) == (document.file_id, document.pdf_sha256)
        mark = DocumentFingerprint.objects.get()
        assert (mark.fingerprint, mark.number) == (document.data_fingerprint, document.number)
        assert mark.practice_name == "Northlight Automation"
        assert "alder" not in str(vars(mark)).casefold()

    def test_a_second_task_leaves_it_alone_and_the_same_one_takes_it_up_again(
        self, asked: Document, now: datetime
    ) -> None:
        assert actions.take_up(asked.pk, task="one", at=now) is not None
        assert actions.take_up(asked.pk, task="two", at=now) is None
        again = actions.take_up(asked.pk, task="one", at=now)
        assert again is not None
        assert again.attempts == 2

    def test_coming_twice_does_no_harm(self, made: PAGES, client_a1: Client, in_a: Scope) -> None:
        document = made(client_a1)
        assert press.make(document.pk, task="another") is None
        assert StoredFile.objects.count() == 1

    def test_one_that_lost_its_claim_finishes_nothing(
        self, asked: Document, now: datetime, monkeypatch: pytest.MonkeyPatch, quick: None
    ) -> None:
        def meanwhile(*args: Any, **options: Any) -> Any:
            Document.objects.filter(pk=asked.pk).update(taken_by="somebody else")
            return press.Rendered(b"%PDF", 1)

        monkeypatch.setattr(press, "render_pdf", meanwhile)
        assert press.make(asked.pk, task="slow") is None
        assert not StoredFile.objects.exists()
        assert not DocumentFingerprint.objects.exists()

    def test_five_under_way_are_enough(self, client_a1: Client, in_a: Scope, now: datetime) -> None:
        for _ in range(5):
            actions.ask_for("pack", client_a1, by=None, at=now)
        with pytest.raises(Refused, match="Wait until one is ready"):
            actions.ask_for("pack", client_a1, by=None, at=now)

    def test_a_refusal_is_said_in_its_own_words(
        self, asked: Document, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: Any, **options: Any) -> None:
            raise Refused("Install Pango.")

        monkeypatch.setattr(press, "render_pdf", refuse)
        failed = press.make(asked.pk, task="t")
        assert failed is not None
        assert (failed.state, failed.error) == ("failed", "Install Pango.")

    def test_a_mistake_is_hidden_from_the_reader_and_can_be_tried_again(
        self, asked: Document, alice: User, monkeypatch: pytest.MonkeyPatch, now: datetime
    ) -> None:
        def break_down(*args: Any, **options: Any) -> None:
            raise ZeroDivisionError("an inner matter")

        monkeypatch.setattr(press, "render_pdf", break_down)
        failed = press.make(asked.pk, task="t")
        assert failed is not None
        assert failed.is_failed
        assert "Try again" in failed.error
        assert "inner" not in failed.error
        monkeypatch.setattr(press, "render_pdf", lambda *args, **options: press.Rendered(b"%PDF", 1))
        actions.ask_again(failed, by=alice, at=now)
        again = press.make(asked.pk, task="t")
        assert again is not None
        assert again.is_ready
        assert again.number == asked.number

    def test_only_what_failed_is_made_again(
        self, made: PAGES, client_a1: Client, alice: User, in_a: Scope, now: datetime
    ) -> None:
        with pytest.raises(Refused):
            actions.ask_again(made(client_a1), by=alice, at=now)

    def test_the_trail_has_every_step_and_no_contents(
        self, made: PAGES, client_a1: Client, in_a: Scope
    ) -> None:
        document = made(client_a1)
        events = list(AuditEvent.objects.filter(object="documents_document").order_by("pk"))
        assert [event.action for event in events] == ["pack.make", "pack.render", "pack.issue"]
        assert document.number in str(events[0].payload)
        assert "plumbline/pack" not in str([event.payload for event in events])
        file = AuditEvent.objects.get(object="documents_storedfile")
        assert "%PDF" not in str(file.payload)


class TestMarks:
    def test_the_serving_role_can_neither_change_nor_remove_one(
        self, made: PAGES, client_a1: Client, in_a: Scope
    ) -> None:
        made(client_a1)
        for statement in (
            "UPDATE documents_documentfingerprint SET number = 'x'",
            "DELETE FROM documents_documentfingerprint",
        ):
            with (
                pytest.raises(Exception, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_a_file_can_neither_be_changed_nor_removed(
        self, made: PAGES, client_a1: Client, in_a: Scope
    ) -> None:
        made(client_a1)
        for statement in ("UPDATE documents_storedfile SET content = ''", "DELETE FROM documents_storedfile"):
            with (
                pytest.raises(Exception, match="permission denied"),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)

    def test_a_document_cannot_be_internal(self, asked: Document) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.filter(pk=asked.pk).update(internal=True)


class TestTask:
    def test_whoever_asked_gets_a_link_and_no_contents(
        self, client_a1: Client, bob: User, quick: None, now: datetime
    ) -> None:
        with enter(scope_of(bob)):
            document = actions.ask_for("pack", client_a1, by=bob, at=now)
            assert tasks.render.apply(args=[document.pk]).get() == "ready"
        (message,) = mail.outbox
        assert message.to == ["bob@northlight.test"]
        assert f"/c/alder/documents/{document.pk}/" in message.body
        assert "Alder & Sons" not in message.subject + message.body

    def test_internal_rows_stay_out_whoever_asked(
        self, client_a1: Client, alice: User, quick: None, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[bool] = []
        real = press.kind_of("pack")
        from dataclasses import replace

        from portal.tenancy.scope import current

        def look(document: Document, at: datetime) -> Any:
            seen.append(current().internal)
            return real.build(document, at)

        monkeypatch.setattr(press, "kind_of", lambda kind: replace(real, build=look))
        with enter(scope_of(alice)):
            press.make(actions.ask_for("pack", client_a1, by=alice, at=now).pk, task="t")
        assert seen == [False]

    def test_a_broker_that_is_down_loses_nothing(
        self, asked: Document, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def down(*args: Any) -> None:
            raise ConnectionError("no broker")

        monkeypatch.setattr(tasks.render, "delay", down)
        tasks.send(asked.pk)
        assert Document.objects.get(pk=asked.pk).state == "queued"


class TestSweep:
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        sent: list[int] = []
        monkeypatch.setattr(tasks, "send", sent.append)
        return sent

    @pytest.mark.parametrize("state", ["queued", "rendering"])
    def test_what_lies_too_long_is_sent_again(
        self, asked: Document, in_a: Scope, monkeypatch: pytest.MonkeyPatch, state: str
    ) -> None:
        sent = self.sent(monkeypatch)
        old = timezone.now() - timedelta(minutes=11)
        Document.objects.filter(pk=asked.pk).update(state=state, taken_by="dead", sent_at=old)
        assert tasks.sweep_practice() == 1
        assert sent == [asked.pk]
        document = Document.objects.get(pk=asked.pk)
        assert (document.state, document.taken_by) == ("queued", "")
        assert document.sent_at > old
        assert tasks.sweep_practice() == 0

    def test_what_is_fresh_or_done_is_left_alone(
        self, made: PAGES, client_a1: Client, in_a: Scope, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = self.sent(monkeypatch)
        actions.ask_for("pack", client_a1, by=None, at=timezone.now())
        done = made(client_a1)
        Document.objects.filter(pk=done.pk).update(sent_at=timezone.now() - timedelta(days=3))
        assert tasks.sweep_practice() == 0
        assert sent == []

    def test_a_third_death_is_told(self, asked: Document, in_a: Scope, now: datetime) -> None:
        Document.objects.filter(pk=asked.pk).update(attempts=3)
        assert press.make(asked.pk, task="t") is None
        document = Document.objects.get(pk=asked.pk)
        assert document.is_failed
        assert "three times" in document.error

    def test_the_clock_asks_each_practice_that_has_something_lying(
        self, practice_a: Practice, asked: Document, client_b1: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        scopes: list[Any] = []
        from portal.tenancy.scope import current

        monkeypatch.setattr(tasks.sweep_practice, "delay", lambda: scopes.append(current().practice))
        with enter(EMPTY, switch=True):
            monkeypatch.setattr(tasks, "practices_with_left_lying", lambda before: [practice_a.pk])
            assert tasks.sweep() == 1
        assert scopes == [practice_a.pk]


@pytest.mark.django_db(transaction=True, databases=["default", "system"])
def test_practices_with_something_lying_are_listed_by_the_systems_role(now: datetime) -> None:
    practice = make_practice("Sleepy", "sleepy")
    client = make_client(practice, "One", "one")
    with enter(everything_of(practice)):
        actions.ask_for("pack", client, by=None, at=now)
    with enter(Scope(practice=practice.pk, clients=None, internal=True), switch=True):
        assert practices_with_left_lying(now + timedelta(minutes=1)) == [practice.pk]
        assert practices_with_left_lying(now) == []


class TestProgress:
    def test_it_is_told_while_it_is_made(self, asked: Document, now: datetime) -> None:
        assert progress.of(asked).words == "Waiting for its turn"
        document = actions.take_up(asked.pk, task="t", at=now)
        assert document is not None
        assert progress.of(document).percent == 5
        progress.note(document, 40, "Laying out the pages")
        found = progress.of(document)
        assert (found.percent, found.rest, found.words) == (40, 60, "Laying out the pages")

    def test_without_a_cache_the_state_is_told(
        self, asked: Document, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Down:
            def get(self, *args: Any) -> None:
                raise ConnectionError

            set = get

        monkeypatch.setattr(progress, "cache", Down())
        document = actions.take_up(asked.pk, task="t", at=now)
        assert document is not None
        progress.note(document, 40, "Laying out the pages")
        assert progress.of(document).words == "Begun"
