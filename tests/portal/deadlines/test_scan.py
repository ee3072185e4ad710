"""The scan takes the one step that is due, tells whom it concerns, once, and keeps its place."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.audit.models import AuditEvent
from portal.deadlines import actions
from portal.deadlines.models import Absence, Deadline, Reminder
from portal.deadlines.models import Policy as Override
from portal.deadlines.reminding import scan as scanning
from portal.deadlines.reminding.scan import Scanned, scan
from portal.outbox.models import Channel, Delivery, Message, Preference
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_member, make_user
from tests.portal.deadlines.arranging import CLOCK, EIGHT, IN_A_WEEK, opened, register_clock, told

pytestmark = pytest.mark.usefixtures("in_a", "alice")
BOB, ALICE, CAROL = "Bob Baker", "Alice Archer", "Carol Clarke"


class TestSteps:
    def test_the_step_that_is_due_reminds_the_owner_and_the_next_is_waited_for(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        row = opened(client_a1, owner=bob)
        assert scan(now) == Scanned(deadlines=1, reminders=1, messages=1)
        row.refresh_from_db()
        assert told(row) == [("-P7D", BOB, "owner")]
        assert (row.stepped_at, row.next_step_at) == (now, datetime(2026, 11, 25, 9, tzinfo=UTC))

    def test_scanning_again_finds_nothing(self, client_a1: Any, bob: Any, now: datetime) -> None:
        opened(client_a1, owner=bob)
        scan(now)
        assert scan(now) == Scanned()

    def test_a_reminder_that_exists_is_not_sent_again(self, client_a1: Any, bob: Any, now: datetime) -> None:
        row = opened(client_a1, owner=bob)
        scan(now)
        Deadline.objects.filter(pk=row.pk).update(next_step_at=EIGHT, stepped_at=None)
        assert scan(now) == Scanned(deadlines=1)
        assert Message.objects.count() == 1

    def test_steps_before_it_was_opened_are_passed_over(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        row = opened(client_a1, owner=bob, on=date(2026, 11, 24), now=now)
        assert scan(now).reminders == 0
        row.refresh_from_db()
        assert row.next_step_at == datetime(2026, 11, 23, 9, tzinfo=UTC)

    def test_what_is_long_past_when_it_is_imported_is_one_message_and_not_ten(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        started = datetime(2026, 1, 1, tzinfo=UTC)
        for number in range(3):
            opened(client_a1, number, owner=bob, on=date(2026, 9, 1), now=now, started_at=started)
        scan(now)
        assert {step for step, _, _ in told()} == {"+P79D"}
        assert Message.objects.filter(person=bob).count() == 3

    def test_after_a_week_without_workers_only_the_last_step_is_taken(self, client_a1: Any, bob: Any) -> None:
        row = opened(client_a1, owner=bob)
        scan(datetime(2026, 11, 26, 12, tzinfo=UTC))
        assert [step for step, who, _ in told(row) if who == BOB] == ["PT0S"]

    def test_a_moved_deadline_is_reminded_of_anew(self, client_a1: Any, bob: Any, now: datetime) -> None:
        row = opened(client_a1, owner=bob)
        scan(now)
        opened(client_a1, owner=bob, on=IN_A_WEEK + timedelta(days=1), now=now)
        scan(now + timedelta(days=1))
        assert [step for step, _, _ in told(row)] == ["-P7D", "-P7D"]

    def test_what_has_ended_is_not_reminded_of(self, client_a1: Any, bob: Any, now: datetime) -> None:
        row = opened(client_a1, owner=bob)
        actions.keep(client_a1, [], subjects=[_subject(row)], kinds=[row.kind], by=None, now=EIGHT)
        assert scan(now) == Scanned()

    def test_a_snoozed_one_waits_and_then_takes_the_step_that_it_slept_through(
        self, client_a1: Any, alice: Any, bob: Any, now: datetime
    ) -> None:
        row = opened(client_a1, owner=bob)
        scan(EIGHT)
        until = datetime(2026, 11, 20, 12, tzinfo=UTC)
        actions.snooze_deadline(row, by=alice, until=until, now=EIGHT, why="it waits for the bank")
        Deadline.objects.filter(pk=row.pk).update(next_step_at=EIGHT)  # as a changed policy asks for
        assert scan(now).reminders == 0
        assert scan(until - timedelta(seconds=1)) == Scanned()
        scan(until)
        assert told(row) == [("-P7D", BOB, "owner")]

    def test_the_scan_keeps_its_place_without_an_event(self, client_a1: Any, bob: Any, now: datetime) -> None:
        opened(client_a1, owner=bob)
        before = AuditEvent.objects.count()
        scan(now)
        assert AuditEvent.objects.count() == before

    def test_an_override_of_the_client_holds_before_the_practices(
        self, client_a1: Any, client_a2: Any, alice: Any, bob: Any, now: datetime
    ) -> None:
        first, second = opened(client_a1, owner=bob), opened(client_a2, owner=alice)
        for client, before in ((None, ["P30D"]), (client_a1, ["P6D"])):
            Override.objects.create(
                practice=client_a1.practice,
                client=client,
                kind=first.kind,
                rules={"before": before},
                changed_by=alice,
            )
        scan(now)
        first.refresh_from_db()
        second.refresh_from_db()
        assert first.next_step_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
        assert second.next_step_at == datetime(2026, 11, 26, 9, tzinfo=UTC)
        assert told() == []


def _subject(row: Deadline) -> Any:
    from portal.deadlines.obligations import Subject

    return Subject(row.subject_type, row.subject_id, row.subject)


class TestPeople:
    def test_the_backup_owner_hears_of_it_from_a_week_before(
        self, client_a1: Any, alice: Any, bob: Any, now: datetime
    ) -> None:
        opened(client_a1, owner=bob, backup_owner=alice)
        scan(now)
        assert told() == [("-P7D", BOB, "owner"), ("-P7D", ALICE, "backup")]

    def test_while_the_owner_is_away_the_backup_owner_hears_of_it_and_why(
        self, client_a1: Any, alice: Any, bob: Any, now: datetime
    ) -> None:
        opened(client_a1, owner=bob, backup_owner=alice)
        Absence.objects.create(
            practice=client_a1.practice, user=bob, from_on=date(2026, 11, 16), until_on=date(2026, 11, 20)
        )
        scan(now)
        assert [(row.person, row.why) for row in Reminder.objects.all()] == [
            (alice, "the owner is away until 20 Nov 2026")
        ]
        assert "You hear of it because the owner is away until 20 Nov 2026." in Message.objects.get().lines

    def test_without_an_owner_the_lead_hears_of_it_and_without_a_lead_the_practices_owner(
        self, client_a1: Any, client_a2: Any, practice_a: Any, now: datetime
    ) -> None:
        lead = make_user("Lea Lind", "lea@northlight.test")
        make_member(practice_a, lead, Role.CONSULTANT)
        make_assignment(client_a1, lead, Role.LEAD)
        opened(client_a1)
        opened(client_a2)
        scan(now)
        assert sorted(told()) == [("-P7D", ALICE, "practice_owner"), ("-P7D", "Lea Lind", "lead")]

    def test_what_is_internal_never_reaches_the_clients_people(
        self, client_a1: Any, carol: Any, now: datetime
    ) -> None:
        opened(client_a1, 1, owner=carol, internal=True)
        opened(client_a1, 2, owner=carol, internal=False)
        scan(now)
        assert [(row.deadline.internal, str(row.person)) for row in Reminder.objects.order_by("pk")] == [
            (True, ALICE),
            (False, CAROL),
        ]
        assert Reminder.objects.first().why == "its owner is one of the client's people"

    def test_an_account_that_was_closed_is_passed_by(
        self, client_a1: Any, alice: Any, bob: Any, now: datetime
    ) -> None:
        opened(client_a1, owner=bob)
        bob.is_active = False
        bob.save()
        scan(now)
        assert told() == [("-P7D", ALICE, "owner")]


class TestMessages:
    def test_a_message_says_what_of_which_client_by_when_and_no_more(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        row = opened(client_a1, owner=bob, note="scope: accounting.transactions")
        scan(now)
        message = Message.objects.get()
        assert message.subject == "Renew the Xero token 7 (Alder & Sons)"
        assert message.lines == [
            "Test renewal: Xero token 7, Alder & Sons.",
            "It is due Thursday 26 November 2026.",
            f"Reference: D-{row.pk}.",
        ]
        assert (message.url, message.late, message.urgent, message.internal) == (
            "/c/alder/",
            False,
            False,
            True,
        )
        assert message.key == f"reminder:{Reminder.objects.get().pk}"

    def test_a_clock_is_urgent_and_says_the_minute_in_the_clients_zone(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        register_clock()
        client_a1.time_zone = "Europe/Berlin"
        client_a1.save()
        opened(client_a1, owner=bob, kind=CLOCK, at=now + timedelta(hours=4), now=now)
        scan(now)
        message = Message.objects.get()
        assert message.urgent
        assert "It is due Thursday 19 November 2026, 15:30 (Europe/Berlin)." in message.lines

    def test_late_ones_say_so(self, client_a1: Any, bob: Any) -> None:
        opened(client_a1, owner=bob)
        scan(datetime(2026, 11, 27, 12, tzinfo=UTC))
        message = Message.objects.filter(person=bob).get()
        assert message.late
        assert message.subject.startswith("Overdue: ")
        assert "It was due Thursday 26 November 2026." in message.lines

    def test_whoever_does_without_a_kind_gets_none_of_it_and_that_is_on_record(
        self, client_a1: Any, practice_a: Any, bob: Any, now: datetime
    ) -> None:
        row = opened(client_a1, owner=bob)
        Preference.objects.create(practice=practice_a, user=bob, opt_outs=[row.kind], changed_at=now)
        scan(now)
        assert [delivery.state for delivery in Delivery.objects.all()] == ["dropped"]
        assert Reminder.objects.count() == 1

    def test_a_channel_of_the_practice_hears_of_it_and_one_of_the_client_only_what_is_not_internal(
        self, client_a1: Any, client_a2: Any, practice_a: Any, bob: Any, now: datetime
    ) -> None:
        channels = {
            name: Channel.objects.create(
                practice=practice_a,
                client=client,
                name=name,
                kind=kind,
                address="https://hooks.example.test/x",
                internal=internal,
                created_at=now,
                urgent_only=urgent,
            )
            for name, client, kind, internal, urgent in (
                ("ours", None, "slack", True, False),
                ("theirs", client_a1, "teams", False, False),
                ("of another", client_a2, "slack", True, False),
                ("by phone", None, "sms", True, False),
                ("alarms", None, "slack", True, True),
            )
        }
        opened(client_a1, 1, owner=bob)
        opened(client_a1, 2, owner=bob, internal=False)
        scan(now)
        found = [
            (row.deadline.internal, row.channel_name)
            for row in Reminder.objects.filter(person=None).order_by("deadline_id", "pk")
            if setattr(row, "channel_name", _named(channels, row.recipient)) is None
        ]
        assert found == [(True, "ours"), (False, "ours"), (False, "theirs")]

    def test_a_kind_whose_page_cannot_be_found_leads_to_the_client(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        from dataclasses import replace

        from portal.deadlines import kinds

        def broken(deadline: Deadline) -> str:
            raise LookupError

        kinds.register(replace(kinds.kind_of("test.broken"), address=broken))
        opened(client_a1, owner=bob, kind="test.broken")
        scan(now)
        assert Message.objects.get().url == "/c/alder/"


def _named(channels: dict[str, Channel], recipient: str) -> str:
    return next(name for name, channel in channels.items() if recipient == f"channel:{channel.pk}")


class TestBatches:
    def test_all_batches_are_taken(self, client_a1: Any, bob: Any, now: datetime) -> None:
        for number in range(5):
            opened(client_a1, number, owner=bob)
        assert scan(now, size=2) == Scanned(deadlines=5, reminders=5, messages=5)

    def test_a_batch_asks_as_often_for_one_as_for_many(
        self, client_a1: Any, client_a2: Any, alice: Any, bob: Any, now: datetime
    ) -> None:
        opened(client_a1, 0, owner=bob)
        with CaptureQueriesContext(
            connection,
        ) as one:
            scan(now)
        for number in range(1, 13):
            opened(client_a1, number, owner=bob, backup_owner=alice)
            opened(client_a2, number, owner=alice)
        with CaptureQueriesContext(connection) as many:
            assert scan(now).deadlines == 24
        assert len(many) == len(one)
        assert len(one) < 30

    def test_one_that_cannot_be_worked_out_keeps_no_other_waiting(
        self, client_a1: Any, bob: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, good = opened(client_a1, 1, owner=bob), opened(client_a1, 2, owner=bob)
        whole = scanning.facts_of

        def facts_of(row: Deadline, client: Any) -> Any:
            if row.pk == bad.pk:
                raise ArithmeticError
            return whole(row, client)

        with monkeypatch.context() as patched:
            patched.setattr(scanning, "facts_of", facts_of)
            assert scan(now).reminders == 1
        assert told(good)
        assert scan(now + scanning.AGAIN_AFTER).reminders == 1
        assert told(bad) == [("-P7D", BOB, "owner")], "the step that it missed meanwhile is made good"

    def test_with_nobody_to_remind_the_step_is_tried_again(
        self, client_a1: Any, alice: Any, now: datetime
    ) -> None:
        row = opened(client_a1)
        alice.is_active = False
        alice.save()
        assert scan(now).reminders == 0
        alice.is_active = True
        alice.save()
        scan(now + scanning.AGAIN_AFTER)
        assert told(row) == [("-P7D", ALICE, "practice_owner")]

    def test_a_client_whose_work_has_ended_is_left_in_peace(
        self, client_a1: Any, bob: Any, now: datetime
    ) -> None:
        row = opened(client_a1, owner=bob)
        client_a1.status, client_a1.ended_on = "ended", now.date()
        client_a1.save()
        assert scan(now) == Scanned(deadlines=1)
        row.refresh_from_db()
        assert row.owner_id == bob.pk

    def test_only_the_practice_of_the_scope_is_scanned_and_clients_do_not_mix(
        self, client_a1: Any, client_a2: Any, client_b1: Any, alice: Any, bob: Any, dan: Any, now: datetime
    ) -> None:
        first, second = opened(client_a1, owner=bob), opened(client_a2, owner=alice)
        with enter(everything_of(client_b1.practice_id), switch=True):
            other = opened(client_b1, owner=dan)
        assert scan(now).reminders == 2
        assert {(row.client_id, str(row.person)) for row in Reminder.objects.all()} == {
            (first.client_id, BOB),
            (second.client_id, ALICE),
        }
        assert {(row.client_id, str(row.person)) for row in Message.objects.all()} == {
            (first.client_id, BOB),
            (second.client_id, ALICE),
        }
        with enter(everything_of(client_b1.practice_id), switch=True):
            assert told() == []
            scan(now)
            assert told(other) == [("-P7D", "Dan Dyer", "owner")]
