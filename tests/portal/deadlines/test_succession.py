"""What somebody had who left passes on: to the backup owner, then the lead, then an owner of the practice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from portal.audit.models import AuditEvent
from portal.deadlines.models import Deadline
from portal.deadlines.reminding.scan import Scanned, scan
from portal.deadlines.succession import PASSED_ON, succeed, succeed_everyone
from portal.outbox.models import Message
from portal.tenancy.models import Assignment, Member
from portal.tenancy.permissions import Role
from tests.conftest import make_assignment, make_member, make_user
from tests.portal.deadlines.arranging import opened, told

pytestmark = pytest.mark.usefixtures("in_a", "alice")


@pytest.fixture
def lea(practice_a: Any, client_a1: Any) -> Any:
    """The lead of client A1."""
    user = make_user("Lea Lind", "lea@northlight.test")
    make_member(practice_a, user, Role.CONSULTANT)
    make_assignment(client_a1, user, Role.LEAD)
    return user


@pytest.fixture
def mary(practice_a: Any, client_a1: Any) -> Any:
    """Another consultant of client A1."""
    user = make_user("Mary Mill", "mary@northlight.test")
    make_member(practice_a, user, Role.CONSULTANT)
    make_assignment(client_a1, user, Role.CONSULTANT)
    return user


def loses_assignment(user: Any, now: Any) -> None:
    Assignment.objects.filter(user=user).update(until_at=now)


def owners(*rows: Deadline) -> list[tuple[str, str]]:
    for row in rows:
        row.refresh_from_db()
    return [(str(row.owner), str(row.backup_owner)) for row in rows]


class TestSucceed:
    def test_the_backup_owner_takes_it_before_the_lead(
        self, client_a1: Any, bob: Any, lea: Any, mary: Any, now: Any
    ) -> None:
        row = opened(client_a1, owner=bob, backup_owner=mary)
        loses_assignment(bob, now)
        assert succeed(bob, [client_a1], now=now, by=None) == 1
        assert owners(row) == [("Mary Mill", "None")]

    def test_without_a_backup_owner_the_lead_takes_it(
        self, client_a1: Any, bob: Any, lea: Any, now: Any
    ) -> None:
        row = opened(client_a1, owner=bob)
        loses_assignment(bob, now)
        succeed(bob, None, now=now, by=None)
        assert owners(row) == [("Lea Lind", "None")]

    def test_with_neither_an_owner_of_the_practice_takes_it(self, client_a1: Any, bob: Any, now: Any) -> None:
        row = opened(client_a1, owner=bob)
        loses_assignment(bob, now)
        succeed(bob, None, now=now, by=None)
        assert owners(row) == [("Alice Archer", "None")]

    def test_whoever_leaves_the_practice_keeps_nothing_whatever_assignments_are_left(
        self, client_a1: Any, bob: Any, lea: Any, now: Any
    ) -> None:
        row = opened(client_a1, owner=bob)
        Member.objects.filter(user=bob).update(until_at=now)
        succeed(bob, None, now=now, by=None)
        assert owners(row) == [("Lea Lind", "None")]

    def test_a_backup_owner_who_leaves_is_crossed_out_and_nobody_is_told(
        self, client_a1: Any, bob: Any, lea: Any, now: Any
    ) -> None:
        row = opened(client_a1, owner=lea, backup_owner=bob)
        loses_assignment(bob, now)
        assert succeed(bob, None, now=now, by=None) == 0
        assert owners(row) == [("Lea Lind", "None")]
        assert not Message.objects.exists()

    def test_a_backup_owner_who_has_left_as_well_is_passed_by(
        self, client_a1: Any, bob: Any, mary: Any, lea: Any, now: Any
    ) -> None:
        row = opened(client_a1, owner=bob, backup_owner=mary)
        loses_assignment(bob, now)
        loses_assignment(mary, now)
        succeed(bob, None, now=now, by=None)
        assert owners(row) == [("Lea Lind", "Mary Mill")]
        succeed(mary, None, now=now, by=None)
        assert owners(row) == [("Lea Lind", "None")]

    def test_whoever_still_works_for_the_client_keeps_theirs(
        self, client_a1: Any, client_a2: Any, bob: Any, now: Any
    ) -> None:
        make_assignment(client_a2, bob, Role.CONSULTANT)
        stays, goes = opened(client_a1, owner=bob), opened(client_a2, owner=bob)
        Assignment.objects.filter(user=bob, client=client_a2).update(until_at=now)
        assert succeed(bob, None, now=now, by=None) == 1
        assert [owner for owner, _ in owners(stays, goes)] == ["Bob Baker", "Alice Archer"]
        assert succeed(bob, None, now=now, by=None) == 0

    def test_other_clients_than_those_named_are_left_alone(
        self, client_a1: Any, client_a2: Any, bob: Any, now: Any
    ) -> None:
        row = opened(client_a2, owner=bob)
        assert succeed(bob, [client_a1], now=now, by=None) == 0
        assert owners(row) == [("Bob Baker", "None")]

    def test_what_is_internal_never_passes_to_a_client_person(
        self, client_a1: Any, bob: Any, carol: Any, now: Any
    ) -> None:
        row = opened(client_a1, owner=bob, backup_owner=carol, internal=True)
        loses_assignment(bob, now)
        succeed(bob, None, now=now, by=None)
        assert owners(row) == [("Alice Archer", "Carol Clarke")]

    def test_what_has_ended_keeps_its_owner(self, client_a1: Any, bob: Any, now: Any) -> None:
        row = opened(client_a1, owner=bob)
        Deadline.objects.update(outcome="met", ended_at=now, next_step_at=None)
        loses_assignment(bob, now)
        assert succeed(bob, None, now=now, by=None) == 0
        assert owners(row) == [("Bob Baker", "None")]

    def test_it_is_in_the_trail_with_its_reason(self, client_a1: Any, alice: Any, bob: Any, now: Any) -> None:
        row = opened(client_a1, owner=bob)
        loses_assignment(bob, now)
        succeed(bob, None, now=now, by=alice)
        event = AuditEvent.objects.order_by("pk").last()
        assert event.payload["action"] == "deadline.succeed"
        assert event.payload["why"] == "its owner works for this client no more"
        assert event.payload["id"] == str(row.pk)
        assert set(event.payload["changes"]) == {"owner_id"}

    def test_the_new_owner_hears_of_all_of_them_in_one_message(
        self, client_a1: Any, bob: Any, lea: Any, now: Any
    ) -> None:
        for number in range(12):
            opened(client_a1, number, owner=bob)
        loses_assignment(bob, now)
        assert succeed(bob, None, now=now, by=None) == 12
        message = Message.objects.get()
        assert (message.kind, message.person) == (PASSED_ON, lea)
        assert message.subject == "12 deadlines of Alder & Sons are yours now"
        assert message.lines[1] == "Renew the Xero token 0: due 26 Nov 2026"
        assert message.lines[-1] == "And 2 more."
        assert "Bob" not in " ".join([message.subject, *message.lines])


class TestFoundOut:
    def test_the_scan_passes_it_on_before_it_reminds(
        self, client_a1: Any, bob: Any, lea: Any, now: Any
    ) -> None:
        rows = [opened(client_a1, number, owner=bob) for number in range(3)]
        loses_assignment(bob, now)
        assert scan(now) == Scanned(deadlines=3, reminders=3, messages=3, passed_on=3)
        assert {owner for owner, _ in owners(*rows)} == {"Lea Lind"}
        assert told(rows[0]) == [("-P7D", "Lea Lind", "owner")]
        assert Message.objects.filter(kind=PASSED_ON).count() == 1

    def test_a_succession_that_fails_keeps_no_reminder_back(
        self, client_a1: Any, bob: Any, lea: Any, now: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = opened(client_a1, owner=bob)
        loses_assignment(bob, now)

        def fails(*args: Any, **kwargs: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr("portal.deadlines.succession._letters", fails)
        assert scan(now) == Scanned(deadlines=1, reminders=1, messages=1)
        assert owners(row) == [("Bob Baker", "None")]
        assert told(row) == [("-P7D", "Lea Lind", "lead")]

    def test_the_night_finds_terms_that_ran_out_by_themselves(
        self, client_a1: Any, client_a2: Any, bob: Any, lea: Any, now: Any
    ) -> None:
        first = opened(client_a1, 1, owner=bob)
        second = opened(client_a1, 2, owner=lea, backup_owner=bob)
        Assignment.objects.filter(user=bob).update(until_at=now + timedelta(hours=1))
        assert succeed_everyone(now) == 0
        assert succeed_everyone(now + timedelta(hours=1)) == 1
        assert owners(first, second) == [("Lea Lind", "None"), ("Lea Lind", "None")]
