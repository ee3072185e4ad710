"""Posting: one message a key, and preferences decide when and where."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.outbox.actions import post
from portal.outbox.models import Delivery, Message
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import ScopeError, enter
from tests.conftest import everything_of, make_user, scope_of
from tests.portal.outbox.conftest import channel_of, letter, prefer, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pokes")]


def test_a_letter_is_one_message_and_one_delivery_by_mail(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime
) -> None:
    (row,) = send(practice_a, now, letter("one", client_a1, bob))
    assert (row.state, row.medium, row.person, row.channel_id) == ("queued", "email", bob, None)
    assert (row.next_attempt_at, row.client, row.internal) == (now, client_a1, True)
    assert row.envelope is not None
    assert row.message.lines == ["CRM token of Lead intake"]


def test_an_equal_key_is_posted_once(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime
) -> None:
    with enter(everything_of(practice_a), switch=True):
        again = letter("one", client_a1, bob, subject="Something else")
        assert post([again, again], now=now, practice_id=practice_a.pk) == 1
        assert post([again, letter("two", client_a1, bob)], now=now, practice_id=practice_a.pk) == 1
        assert Message.objects.count() == Delivery.objects.count() == 2


def test_equal_keys_of_two_practices_are_two_messages(
    practice_a: Practice, practice_b: Practice, client_a1: Client, client_b1: Client, bob: User, dan: User,
    now: datetime,
) -> None:  # fmt: skip
    assert send(practice_a, now, letter("one", client_a1, bob))
    assert send(practice_b, now, letter("one", client_b1, dan))


def test_it_takes_the_same_number_of_statements_for_500_letters(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime
) -> None:
    people = [bob, *(make_user(f"Person {n}", f"p{n}@northlight.test") for n in range(9))]

    def statements(name: str, number: int) -> int:
        letters = [letter(f"{name}-{n}", client_a1, people[n % 10]) for n in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert post(letters, now=now, practice_id=practice_a.pk) == number
        return len(caught)

    with enter(everything_of(practice_a), switch=True):
        assert statements("few", 10) == statements("many", 500) <= 8


def test_the_sender_is_woken_once_the_transaction_stands(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime, pokes: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        send(practice_a, now, letter("one", client_a1, bob))
        assert pokes == []
    assert pokes == [practice_a.pk]
    with django_capture_on_commit_callbacks(execute=True):
        send(practice_a, now, letter("later", client_a1, bob, not_before=now + timedelta(hours=1)))
    assert pokes == [practice_a.pk]


def test_a_rolled_back_cause_leaves_no_message(
    practice_a: Practice, client_a1: Client, bob: User, now: datetime
) -> None:
    with enter(everything_of(practice_a), switch=True):
        with pytest.raises(RuntimeError), transaction.atomic():
            post([letter("one", client_a1, bob)], now=now, practice_id=practice_a.pk)
            raise RuntimeError
        assert not Message.objects.exists()


class TestPreferences:
    def test_a_daily_digest_waits_for_its_hour_in_the_persons_zone(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        bob.time_zone = "Europe/Athens"
        prefer(bob, now, mode="daily", hour=14)
        (row,) = send(practice_a, now, letter("one", client_a1, bob))
        assert row.batch == datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
        assert row.next_attempt_at == row.batch + timedelta(minutes=10)

    def test_a_weekly_digest_waits_for_its_day(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        prefer(bob, now, mode="weekly", hour=8, weekday=0)
        (row,) = send(practice_a, now, letter("one", client_a1, bob))
        assert row.batch == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

    def test_an_urgent_letter_waits_for_no_digest_and_heeds_no_opt_out(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        prefer(bob, now, mode="daily", opt_outs=["credential.renewal"])
        (row,) = send(practice_a, now, letter("one", client_a1, bob, urgent=True))
        assert (row.state, row.batch, row.next_attempt_at) == ("queued", None, now)

    def test_what_the_person_does_without_is_dropped_and_on_record(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        prefer(bob, now, opt_outs=["credential.renewal"])
        dropped, kept = send(
            practice_a, now, letter("one", client_a1, bob), letter("two", client_a1, bob, may_opt_out=False)
        )
        assert (dropped.state, dropped.ended_at) == ("dropped", now)
        assert "does without" in dropped.last_error
        assert kept.state == "queued"

    def test_every_channel_of_the_person_that_is_on_gets_it(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        channel_of(practice_a, now, person=bob, name="On", internal=False)
        channel_of(practice_a, now, person=bob, name="Off", internal=False, enabled=False)
        channel_of(practice_a, now, person=bob, name="Phone", kind="sms", internal=False, urgent_only=True)
        plain, urgent = letter("one", client_a1, bob), letter("two", client_a1, bob, urgent=True)
        rows = send(practice_a, now, plain, urgent)
        assert [(row.message.key, row.medium) for row in rows] == [
            ("one", "email"), ("one", "webhook"), ("two", "email"), ("two", "webhook"), ("two", "sms"),
        ]  # fmt: skip

    def test_mail_serves_when_nothing_else_is_on(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        prefer(bob, now, by_email=False)
        (row,) = send(practice_a, now, letter("one", client_a1, bob))
        assert row.medium == "email"

    def test_quiet_hours_of_the_caller_are_kept(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        later = now + timedelta(hours=20)
        (row,) = send(practice_a, now, letter("one", client_a1, bob, not_before=later))
        assert row.next_attempt_at == later


class TestChannels:
    def test_an_internal_letter_never_goes_to_the_clients_people(
        self, practice_a: Practice, client_a1: Client, now: datetime
    ) -> None:
        theirs = channel_of(practice_a, now, client=client_a1, internal=False, name="Shared")
        ours = channel_of(practice_a, now, client=client_a1, internal=True, name="Ours")
        rows = send(
            practice_a,
            now,
            letter("a", client_a1, channel=theirs),
            letter("b", client_a1, channel=ours),
            letter("c", client_a1, channel=theirs, internal=False),
        )
        assert [row.state for row in rows] == ["dropped", "queued", "queued"]
        assert "internal" in rows[0].last_error

    def test_a_channel_of_another_client_is_refused(
        self, practice_a: Practice, client_a1: Client, client_a2: Client, now: datetime
    ) -> None:
        theirs = channel_of(practice_a, now, client=client_a2, name="Birch")
        with pytest.raises(ValueError, match="somebody else"):
            send(practice_a, now, letter("a", client_a1, channel=theirs))

    def test_a_letter_of_another_practice_is_refused(
        self, practice_a: Practice, client_a1: Client, client_b1: Client, bob: User, dan: User, now: datetime
    ) -> None:
        with pytest.raises(ValueError, match="another practice"):
            send(practice_a, now, letter("a", client_b1, bob))
        with enter(everything_of(practice_a), switch=True), pytest.raises(ScopeError):
            post([letter("a", client_b1, dan)], now=now, practice_id=client_b1.practice_id)

    @pytest.mark.parametrize("url", ["https://elsewhere.test/", "//elsewhere.test", "c/alder/"])
    def test_links_lead_into_the_portal_alone(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime, url: str
    ) -> None:
        with pytest.raises(ValueError, match="page of the portal"):
            send(practice_a, now, letter("a", client_a1, bob, url=url))


def test_a_clients_person_can_cause_an_internal_letter(
    practice_a: Practice, client_a1: Client, carol: User, bob: User, now: datetime
) -> None:
    """An answer of the client is news for the consultant, whose preferences the client's people cannot read."""
    prefer(bob, now, mode="daily")
    with enter(scope_of(carol), switch=True):
        assert post([letter("a", client_a1, bob)], now=now, practice_id=practice_a.pk) == 1
        assert not Message.objects.exists()
    with enter(everything_of(practice_a), switch=True):
        assert Delivery.objects.get().batch is not None
