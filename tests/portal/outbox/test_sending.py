"""Deliveries over mail: what is read back from a real mail server, and what failures leave behind."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from django.db import connection

from portal.accounts.models import User
from portal.lib.refused import Refused
from portal.outbox import sending
from portal.outbox.actions import try_again
from portal.outbox.models import Delivery
from portal.outbox.rules.backoff import MOST_ATTEMPTS
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.scope import enter
from portal.tenancy.system import as_operator
from tests.conftest import everything_of, scope_of
from tests.portal.outbox.conftest import empty, letter, look, prefer, send
from tests.portal.outbox.servers import Mailbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pokes")]


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_mail_has_text_and_html_with_what_when_and_where(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
) -> None:
    send(practice_a, now, letter("one", client_a1, bob, due_on=now.date(), lines=("CRM <token>",)))
    assert empty(practice_a, now) == {"sent": 1}
    (mail,) = mailbox.mails
    assert mailbox.recipients == ["bob@northlight.test"]
    plain, html = text_of(mail, "plain"), text_of(mail, "html")
    for said in (
        "Renew one",
        "Alder",
        "Due Thursday 19 November 2026, today",
        "http://127.0.0.1:8000/c/alder/",
    ):
        assert said in plain
        assert said in html
    assert "Alder & Sons" in plain
    assert "CRM <token>" in plain
    assert "CRM &lt;token&gt;" in html
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<http://127.0.0.1:8000/account/messages/>"
    assert "<script" not in html
    assert "<form" not in html


def test_the_delivery_says_that_it_was_sent(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
) -> None:
    (before,) = send(practice_a, now, letter("one", client_a1, bob))
    empty(practice_a, now + timedelta(minutes=1))
    (row,) = look(practice_a)
    assert (row.state, row.ended_at, row.attempts) == ("sent", now + timedelta(minutes=1), 1)
    assert (row.next_attempt_at, row.claimed_until, row.last_error) == (None, None, "")
    assert mailbox.mails[0]["Message-ID"] == f"<{before.envelope}@northlight.test>"


def test_nothing_goes_before_its_time(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
) -> None:
    later = now + timedelta(hours=2)
    send(practice_a, now, letter("one", client_a1, bob, not_before=later))
    assert empty(practice_a, later - timedelta(seconds=1)) == {}
    assert empty(practice_a, later) == {"sent": 1}


def test_urgent_ones_go_first(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
) -> None:
    send(practice_a, now, letter("calm", client_a1, bob), letter("urgent", client_a1, bob, urgent=True))
    empty(practice_a, now)
    assert [mail["Subject"] for mail in mailbox.mails] == ["Renew urgent", "Renew calm"]


class TestDigests:
    def test_all_of_a_slot_go_as_one_with_late_things_first(
        self, practice_a: Practice, client_a1: Client, client_a2: Client, alice: User, now: datetime,
        mailbox: Mailbox,
    ) -> None:  # fmt: skip
        prefer(alice, now, mode="daily", hour=12)
        send(
            practice_a,
            now,
            letter("coming", client_a1, alice, due_at=now + timedelta(days=3)),
            letter("late-birch", client_a2, alice, due_at=now - timedelta(days=2)),
            letter("late-alder", client_a1, alice, late=True),
        )
        assert empty(practice_a, datetime(2026, 11, 19, 12, 9, tzinfo=UTC)) == {}
        assert empty(practice_a, datetime(2026, 11, 19, 12, 10, tzinfo=UTC)) == {"sent": 3}
        (mail,) = mailbox.mails
        assert mail["Subject"] == "Your digest: 2 late, 1 to come"
        for kind in ("plain", "html"):
            text = text_of(mail, kind)
            order = [text.index(f"Renew {key}") for key in ("late-alder", "late-birch", "coming")]
            assert order == sorted(order)
        assert len({row.envelope for row in look(practice_a)}) == 1

    def test_what_is_written_at_the_hour_goes_with_it_and_later_with_the_next(
        self, practice_a: Practice, client_a1: Client, bob: User, mailbox: Mailbox, now: datetime
    ) -> None:
        prefer(bob, now, mode="daily", hour=8)
        hour = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
        send(practice_a, hour - timedelta(hours=3), letter("night", client_a1, bob))
        send(practice_a, hour + timedelta(seconds=20), letter("at-eight", client_a1, bob))
        send(practice_a, hour + timedelta(minutes=10), letter("after", client_a1, bob))
        assert empty(practice_a, hour + timedelta(minutes=11)) == {"sent": 2}
        assert empty(practice_a, hour + timedelta(days=1, minutes=10)) == {"sent": 1}
        assert [mail["Subject"] for mail in mailbox.mails] == [
            "Your digest: 2 reminders",
            "Your digest: 1 reminder",
        ]

    def test_two_people_get_two_digests(
        self, practice_a: Practice, client_a1: Client, alice: User, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        for person in (alice, bob):
            prefer(person, now, mode="daily", hour=12)
            send(practice_a, now, letter(f"a-{person.name}", client_a1, person))
        assert empty(practice_a, now + timedelta(hours=2)) == {"sent": 2}
        assert sorted(mailbox.recipients) == ["alice@northlight.test", "bob@northlight.test"]

    def test_one_that_commits_late_is_not_merged_into_what_has_gone(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        prefer(bob, now, mode="daily", hour=12)
        at = datetime(2026, 11, 19, 12, 10, tzinfo=UTC)
        send(practice_a, now, letter("in-time", client_a1, bob))
        empty(practice_a, at)
        send(practice_a, now, letter("slow-commit", client_a1, bob))
        assert empty(practice_a, at) == {"sent": 1}
        first, second = mailbox.mails
        assert first["Message-ID"] != second["Message-ID"]
        assert "slow-commit" in text_of(second, "plain")


class TestFailures:
    def test_a_refused_mailbox_is_a_dead_letter_at_once(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        mailbox.refusal = "550 no such user bob@northlight.test here"
        send(practice_a, now, letter("one", client_a1, bob))
        assert empty(practice_a, now) == {"dead": 1}
        (row,) = look(practice_a)
        assert row.last_error == "The mail server refuses this mailbox (550)."

    def test_a_busy_server_is_asked_again_later_under_the_same_id(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        mailbox.refusal = "451 later"
        (before,) = send(practice_a, now, letter("one", client_a1, bob))
        assert empty(practice_a, now) == {"queued": 1}
        (row,) = look(practice_a)
        assert row.next_attempt_at == now + timedelta(minutes=1)
        mailbox.refusal = ""
        assert empty(practice_a, now + timedelta(minutes=1)) == {"sent": 1}
        assert mailbox.mails[0]["Message-ID"] == f"<{before.envelope}@northlight.test>"

    def test_after_twelve_attempts_it_is_given_up(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, settings: Any
    ) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        send(practice_a, now, letter("one", client_a1, bob))
        at, tries = now, 0
        while (row := look(practice_a)[0]).next_attempt_at is not None:
            at, tries = row.next_attempt_at, tries + 1
            empty(practice_a, at)
        assert tries == MOST_ATTEMPTS
        assert row.state == "dead"
        assert row.last_error.startswith(
            "Given up after 12 attempts. The last one: The mail server could not"
        )
        assert timedelta(hours=12) < at - now < timedelta(hours=36)

    def test_a_dead_letter_can_be_tried_again(
        self, practice_a: Practice, client_a1: Client, alice: User, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        mailbox.refusal = "550 no"
        send(practice_a, now, letter("one", client_a1, bob))
        empty(practice_a, now)
        mailbox.refusal = ""
        with enter(scope_of(alice), switch=True):
            try_again(Delivery.objects.get(), by=alice, now=now)
        assert empty(practice_a, now) == {"sent": 1}
        with enter(scope_of(alice), switch=True), pytest.raises(Refused, match="not delivered"):
            try_again(Delivery.objects.get(), by=alice, now=now)

    def test_a_sender_that_died_is_followed_by_another_with_the_same_id(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        send(practice_a, now, letter("one", client_a1, bob))
        with as_operator(practice_a.pk, "a test"):
            parcel = sending.claim(now)
        assert parcel is not None
        assert empty(practice_a, now + timedelta(seconds=119)) == {}
        assert empty(practice_a, now + sending.LEASE) == {"sent": 1}
        assert mailbox.mails[0]["Message-ID"] == f"<{parcel.envelope}@northlight.test>"

    def test_what_kills_every_sender_is_given_up_in_the_end(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        send(practice_a, now, letter("one", client_a1, bob))
        with as_operator(practice_a.pk, "a test"):
            for number in range(MOST_ATTEMPTS):
                assert sending.claim(now + sending.LEASE * number)
        assert empty(practice_a, now + sending.LEASE * MOST_ATTEMPTS) == {"dead": 1}
        assert mailbox.mails == []
        assert "never ended" in look(practice_a)[0].last_error

    def test_an_idle_connection_that_the_server_ended_is_opened_anew(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        send(practice_a, now, letter("one", client_a1, bob), letter("two", client_a1, bob))
        real = sending.settling.settle

        def settle_and_hang_up(*args: Any) -> None:
            real(*args)
            if backend := mailers[0]._backend:
                backend.connection.sock.close()

        mailers: list[Any] = []
        made = sending.Mailer
        monkeypatch.setattr(sending, "Mailer", lambda: mailers.append(made()) or mailers[0])
        monkeypatch.setattr(sending.settling, "settle", settle_and_hang_up)
        assert empty(practice_a, now) == {"sent": 2}

    def test_a_fault_of_ours_is_tried_again_and_logged_without_its_words(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox,
        monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    ) -> None:  # fmt: skip
        def fail(*args: Any) -> None:
            raise KeyError("bob@northlight.test")

        monkeypatch.setattr(sending, "compose", fail)
        send(practice_a, now, letter("one", client_a1, bob))
        assert empty(practice_a, now) == {"queued": 1}
        assert "KeyError" in look(practice_a)[0].last_error
        assert "KeyError" in caplog.text
        assert "bob@" not in caplog.text


class TestPeopleWhoLeft:
    def test_whoever_left_the_practice_hears_nothing_more(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        send(practice_a, now, letter("one", client_a1, bob))
        with enter(everything_of(practice_a), switch=True):
            Member.objects.filter(user=bob).update(until_at=now)
        assert empty(practice_a, now) == {"dropped": 1}
        assert "no longer works" in look(practice_a)[0].last_error

    def test_whoever_lost_the_client_hears_nothing_of_it(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox
    ) -> None:
        prefer(bob, now, mode="daily", hour=12)
        send(practice_a, now, letter("theirs", client_a1, bob), letter("ours", None, bob))
        with enter(everything_of(practice_a), switch=True):
            Assignment.objects.filter(user=bob).update(until_at=now)
        assert empty(practice_a, now + timedelta(hours=2)) == {"dropped": 1, "sent": 1}
        assert "theirs" not in text_of(mailbox.mails[0], "plain")

    def test_a_clients_person_never_gets_what_is_internal(
        self, practice_a: Practice, client_a1: Client, carol: User, now: datetime, mailbox: Mailbox
    ) -> None:
        send(practice_a, now, letter("in", client_a1, carol), letter("out", client_a1, carol, internal=False))
        assert empty(practice_a, now) == {"dropped": 1, "sent": 1}
        assert [mail["Subject"] for mail in mailbox.mails] == ["Renew out"]


def test_no_address_is_in_a_row_a_log_or_the_trail(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, mailbox: Mailbox,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    mailbox.refusal = "550 bob@northlight.test is unknown"
    send(practice_a, now, letter("one", client_a1, bob))
    empty(practice_a, now)
    with as_operator(practice_a.pk, "a test"), connection.cursor() as cursor:
        for table in ("outbox_message", "outbox_delivery", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
            assert "bob@" not in str(cursor.fetchone()[0])
    assert "bob@" not in "\n".join(
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith(("mail.log", "django.db"))
    )
