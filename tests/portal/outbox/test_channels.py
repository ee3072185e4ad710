"""Channels, preferences and trying again: by actions, on record, and out of reach of others."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.outbox import channel_actions as channels
from portal.outbox import kinds
from portal.outbox.actions import channels_of, set_preference, try_again
from portal.outbox.models import Channel, Delivery, Message, Preference
from portal.outbox.queries import channels_of_person, counts_by_state, oldest_unsent
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import enter
from tests.conftest import everything_of, scope_of
from tests.portal.outbox.conftest import channel_of, empty, letter, prefer, send
from tests.portal.outbox.servers import Hook

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pokes")]
ADDRESS = "https://hooks.example.test/very-secret"


def add(by: User, now: datetime, **fields: Any) -> Channel:
    given: dict[str, Any] = {"kind": "webhook", "name": "Ours", "address": ADDRESS}
    with enter(scope_of(by), switch=True):
        return channels.add_channel(by=by, now=now, **{**given, **fields})


def events(practice: Practice) -> list[AuditEvent]:
    with enter(everything_of(practice), switch=True):
        return list(AuditEvent.objects.order_by("pk"))


def payloads(practice: Practice) -> str:
    return " ".join(str(event.payload) for event in events(practice))


class TestChannels:
    def test_the_address_is_sealed_and_the_trail_says_only_that_there_is_one(
        self, practice_a: Practice, alice: User, now: datetime
    ) -> None:
        channel = add(alice, now)
        with enter(scope_of(alice), switch=True), connection.cursor() as cursor:
            assert Channel.objects.get(pk=channel.pk).address == ADDRESS
            cursor.execute("SELECT address FROM outbox_channel")
            assert "very-secret" not in cursor.fetchone()[0]
        assert "channel.add" in payloads(practice_a)
        assert "very-secret" not in payloads(practice_a)

    def test_every_change_is_on_record(
        self, practice_a: Practice, client_a1: Client, alice: User, now: datetime
    ) -> None:
        channel = add(alice, now, client=client_a1)
        with enter(scope_of(alice), switch=True):
            channels.edit_channel(channel, by=alice, name="Operations", address=f"{ADDRESS}-2")
            channels.turn_off(channel, by=alice)
            channels.turn_on(channel, by=alice)
            channels.send_test(channel, by=alice, now=now)
            removed = channels.remove_channel(channel, by=alice, now=now)
        assert (removed.enabled, removed.address, removed.removed_at) == (False, "", now)
        said = payloads(practice_a)
        for verb in ("edit", "disable", "enable", "test", "remove"):
            assert f"channel.{verb}" in said
        assert "very-secret" not in said

    def test_a_removed_channel_frees_its_name_and_takes_nothing_more(
        self, practice_a: Practice, alice: User, now: datetime
    ) -> None:
        channel = add(alice, now)
        with pytest.raises(Refused, match="this name"):
            add(alice, now)
        with enter(scope_of(alice), switch=True):
            channels.remove_channel(channel, by=alice, now=now)
            with pytest.raises(Refused, match="removed"):
                channels.turn_on(channel, by=alice)
        assert add(alice, now).pk != channel.pk

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"address": "http://example.test/"}, "https://"),
            ({"name": " "}, "name"),
            ({"kind": "slack"}, "Slack"),
            ({"kind": "sms", "address": "+447700900123"}, "SMS_PROVIDER_URL"),
        ],
    )
    def test_what_cannot_work_is_refused_in_words(
        self, alice: User, now: datetime, settings: Any, fields: dict[str, Any], says: str
    ) -> None:
        settings.SMS_PROVIDER_URL = ""
        with pytest.raises(Refused, match=says):
            add(alice, now, **fields)

    def test_a_test_tells_that_it_arrived(
        self, practice_a: Practice, alice: User, now: datetime, hook: Hook
    ) -> None:
        channel = add(alice, now, address=f"{hook.address}/in")
        with enter(scope_of(alice), switch=True):
            channels.send_test(channel, by=alice, now=now)
            with pytest.raises(Refused, match="on its way"):
                channels.send_test(channel, by=alice, now=now)
        assert empty(practice_a, now) == {"sent": 1}
        with enter(scope_of(alice), switch=True):
            assert Channel.objects.get(pk=channel.pk).tested_at == now

    def test_a_clients_person_tests_a_channel_of_their_own(
        self, practice_a: Practice, carol: User, now: datetime, hook: Hook
    ) -> None:
        channel = add(carol, now, person=carol, address=f"{hook.address}/in")
        with enter(scope_of(carol), switch=True):
            channels.send_test(channel, by=carol, now=now)
        assert empty(practice_a, now) == {"sent": 1}
        with enter(scope_of(carol), switch=True):
            assert [each.tested_at for each in channels_of_person(carol)] == [now]

    def test_a_client_has_its_own_channels_and_the_practices(
        self,
        practice_a: Practice,
        client_a1: Client,
        client_a2: Client,
        alice: User,
        bob: User,
        now: datetime,
    ) -> None:
        add(alice, now, name="Practice")
        add(alice, now, name="Alder", client=client_a1)
        add(alice, now, name="Birch", client=client_a2)
        add(bob, now, name="Bob's", person=bob)
        with enter(everything_of(practice_a), switch=True):
            assert [each.name for each in channels_of(client_a1)] == ["Alder", "Practice"]


class TestIsolation:
    def test_nobody_reads_or_takes_another_persons_channels_and_wishes(
        self, practice_a: Practice, alice: User, bob: User, now: datetime
    ) -> None:
        channel = add(bob, now, person=bob)
        prefer(bob, now, mode="daily")
        with enter(scope_of(alice), switch=True):
            assert not Channel.objects.exists()
            assert not Preference.objects.exists()
            assert Preference.objects.filter(user=bob).update(hour=3) == 0
            with pytest.raises(Refused, match="own"):
                channels.add_channel(by=alice, now=now, kind="webhook", name="x", address=ADDRESS, person=bob)
            with pytest.raises(Channel.DoesNotExist):
                channels.turn_off(channel, by=alice)
            with pytest.raises(ProgrammingError), transaction.atomic():
                Preference.objects.create(practice=practice_a, user=bob, changed_at=now)

    def test_another_practice_sees_nothing(
        self, practice_a: Practice, practice_b: Practice, client_a1: Client, alice: User, bob: User, dan: User,
        now: datetime,
    ) -> None:  # fmt: skip
        add(alice, now)
        send(practice_a, now, letter("one", client_a1, bob))
        with enter(everything_of(practice_b), switch=True):
            assert not any(model.objects.exists() for model in (Channel, Message, Delivery))
            with pytest.raises(Delivery.DoesNotExist):
                try_again(Delivery(pk=1, practice=practice_a), by=dan, now=now)

    def test_a_clients_people_see_their_own_client_and_nothing_internal(
        self,
        practice_a: Practice,
        client_a1: Client,
        client_a2: Client,
        bob: User,
        carol: User,
        now: datetime,
    ) -> None:
        shared = channel_of(practice_a, now, client=client_a1, internal=False, name="Shared")
        channel_of(practice_a, now, client=client_a1, internal=True, name="Ours")
        channel_of(practice_a, now, name="Practice's")
        send(
            practice_a,
            now,
            letter("internal", client_a1, bob),
            letter("theirs", client_a1, carol, internal=False),
            letter("of-birch", client_a2, carol, internal=False),
            letter("of-nobody", None, carol, internal=False),
        )
        with enter(scope_of(carol), switch=True):
            assert [each.pk for each in Channel.objects.all()] == [shared.pk]
            assert [each.message.key for each in Delivery.objects.select_related("message")] == ["theirs"]
            assert [each.key for each in Message.objects.all()] == ["theirs"]

    def test_a_consultant_sees_the_messages_of_their_clients(
        self,
        practice_a: Practice,
        client_a1: Client,
        client_a2: Client,
        alice: User,
        bob: User,
        now: datetime,
    ) -> None:
        send(practice_a, now, letter("alder", client_a1, alice), letter("birch", client_a2, alice))
        with enter(scope_of(bob), switch=True):
            assert [each.key for each in Message.objects.all()] == ["alder"]

    @pytest.mark.parametrize(
        "table", ["outbox_message", "outbox_delivery", "outbox_channel", "outbox_preference"]
    )
    def test_nothing_is_ever_deleted(self, practice_a: Practice, table: str) -> None:
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with enter(everything_of(practice_a), switch=True), refused, connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")

    def test_what_was_said_is_never_changed(self, practice_a: Practice) -> None:
        refused = pytest.raises(ProgrammingError, match="permission denied")
        with enter(everything_of(practice_a), switch=True), refused:
            Message.objects.update(subject="other")


class TestPreferences:
    def test_they_are_kept_once_and_on_record(
        self, practice_a: Practice, bob: User, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(kinds, "_titles", {})
        monkeypatch.setattr(kinds, "_optional", set())
        kinds.register("credential.renewal", "Credential renewal")
        kinds.register("clock", "Clock", may_opt_out=False)
        wishes: dict[str, Any] = {"hour": 7, "weekday": 2, "by_email": True, "by": bob, "now": now}
        with enter(scope_of(bob), switch=True):
            set_preference(bob, mode="daily", opt_outs=["credential.renewal"], **wishes)
            kept = set_preference(bob, mode="weekly", opt_outs=["credential.renewal"], **wishes)
            assert Preference.objects.get() == kept
            assert (kept.mode, kept.hour, kept.opt_outs) == ("weekly", 7, ["credential.renewal"])
            with pytest.raises(Refused, match="done without"):
                set_preference(bob, mode="daily", opt_outs=["clock"], **wishes)
            with pytest.raises(Refused, match="hour"):
                set_preference(bob, mode="daily", opt_outs=[], **{**wishes, "hour": 24})
        assert "preference.set" in payloads(practice_a)

    def test_nobody_chooses_for_another(self, alice: User, bob: User, now: datetime) -> None:
        with enter(scope_of(alice), switch=True), pytest.raises(Refused, match="themselves"):
            set_preference(
                bob, by=alice, now=now, mode="daily", hour=8, weekday=0, by_email=True, opt_outs=[]
            )


class TestWatching:
    def test_the_oldest_that_should_have_gone_is_known(
        self, practice_a: Practice, client_a1: Client, bob: User, now: datetime
    ) -> None:
        prefer(bob, now, mode="daily", hour=12)
        send(practice_a, now, letter("digest", client_a1, bob))
        send(practice_a, now + timedelta(minutes=5), letter("urgent", client_a1, bob, urgent=True))
        with enter(everything_of(practice_a), switch=True):
            assert oldest_unsent(now) is None
            assert oldest_unsent(now + timedelta(hours=1)) == now + timedelta(minutes=5)
            assert counts_by_state() == {"queued": 2, "sending": 0, "sent": 0, "dead": 0, "dropped": 0}


def test_trying_again_is_on_record(
    practice_a: Practice, client_a1: Client, alice: User, bob: User, now: datetime
) -> None:
    (row,) = send(practice_a, now, letter("one", client_a1, bob))
    with enter(scope_of(alice), switch=True):
        Delivery.objects.update(
            state="dead", next_attempt_at=None, ended_at=now, last_error="No.", attempts=12
        )
        again = try_again(row, by=alice, now=now)
        assert (again.state, again.attempts, again.envelope) == ("queued", 0, row.envelope)
    assert any(event.payload.get("action") == "delivery.try_again" for event in events(practice_a))
