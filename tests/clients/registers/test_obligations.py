"""Every change of a record and what it does to the record's deadlines, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.registers import actions, obligations
from clients.registers.catalogue import REGISTERS
from clients.registers.models import Credential, Record
from clients.registers.transfers.actions import import_rows, keep_draft
from portal.accounts import people_actions
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.deadlines.rules.calendars import due_after
from portal.lib.refused import Refused
from portal.tenancy.actions import edit_client, end_client
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import make_assignment, make_client, make_member, make_user, scope_of

pytestmark = pytest.mark.usefixtures("in_a")
Make = Callable[..., Record]


def today() -> date:
    return timezone.localdate(timezone=ZoneInfo("Europe/London"))


def days(number: int) -> date:
    return today() + timedelta(days=number)


def of(record: Record) -> list[Deadline]:
    rows = Deadline.objects.filter(subject_type=record._meta.label_lower, subject_id=str(record.pk))
    return list(rows.select_related("owner", "backup_owner").order_by("id"))


def open_of(record: Record) -> dict[str, Deadline]:
    return {each.kind: each for each in of(record) if each.is_open}


def ended_of(record: Record) -> list[tuple[str, str, str]]:
    return [(each.kind, each.outcome, each.ended_why) for each in of(record) if not each.is_open]


class TestAddAndEdit:
    @pytest.mark.parametrize(
        ("register", "values", "kind", "title"),
        [
            ("credentials", {"renewal_on": days(20)}, "credential.renewal", "Renew xero-sync"),
            ("credentials", {"rotated_on": days(-70), "rotation_interval_days": 90}, "credential.rotation",
             "Rotate xero-sync"),
            ("integrations", {"renewal_on": days(20)}, "integration.review", "Review xero-sync"),
            ("sub-processors", {"next_assessment_on": days(20)}, "sub_processor.review", "Assess xero-sync again"),
            ("sub-processors", {"dpa_review_on": days(20)}, "dpa.review", "Review the DPA with xero-sync"),
        ],
    )  # fmt: skip
    def test_a_date_on_a_new_record_is_a_deadline(
        self,
        register: str,
        values: dict[str, Any],
        kind: str,
        title: str,
        make: Make,
        client_a1: Client,
        alice: User,
    ) -> None:
        row = make(register, client_a1, "xero-sync", owner=alice, **values)
        (deadline,) = of(row)
        assert (deadline.kind, deadline.title, deadline.due_on) == (kind, title, days(20))
        assert (deadline.owner, deadline.internal, deadline.subject) == (alice, True, "xero-sync")
        assert deadline.next_step_at is not None

    def test_a_record_with_an_owner_and_no_date_owes_nothing(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        assert of(make("workflows", client_a1, owner=alice)) == []

    def test_another_date_moves_the_deadline(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(20))
        actions.edit_record(row, {"renewal_on": days(40)}, by=alice)
        (deadline,) = of(row)
        assert (deadline.due_on, deadline.is_open, deadline.late_at) == (days(40), True, None)

    def test_a_postponed_date_does_not_make_the_late_one_forgotten(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("integrations", client_a1, owner=alice, renewal_on=days(-3))
        actions.edit_record(row, {"renewal_on": days(40)}, by=alice)
        (deadline,) = of(row)
        assert deadline.is_open and deadline.late_at is not None

    def test_a_date_taken_away_cancels_it(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("integrations", client_a1, owner=alice, renewal_on=days(3))
        actions.edit_record(row, {"renewal_on": None}, by=alice)
        assert ended_of(row) == [("integration.review", "cancelled", "it is no longer owed")]

    def test_a_review_that_is_written_down_by_hand_meets_it_and_opens_the_next(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("sub-processors", client_a1, owner=alice, dpa_signed_on=days(-370), dpa_review_on=days(-3))
        actions.edit_record(row, {"dpa_signed_on": days(0), "dpa_review_on": days(365)}, by=alice)
        assert ended_of(row) == [("dpa.review", "met", "a review was recorded")]
        assert of(row)[0].late_at is not None, "late and met stays late"
        assert open_of(row)["dpa.review"].due_on == days(365)
        assert open_of(row)["dpa.review"].late_at is None

    def test_name_owner_and_backup_follow_the_record(
        self, make: Make, client_a1: Client, alice: User, bob: User
    ) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(20))
        actions.edit_record(row, {"name": "xero-new", "owner": bob, "backup_owner": alice}, by=alice)
        deadline = open_of(row)["credential.renewal"]
        assert (deadline.title, deadline.owner, deadline.backup_owner) == ("Renew xero-new", bob, alice)

    def test_nothing_is_written_when_the_transaction_fails(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(20))
        with pytest.raises(RuntimeError), transaction.atomic():
            actions.edit_record(row, {"renewal_on": days(40)}, by=alice)
            raise RuntimeError
        assert open_of(row)["credential.renewal"].due_on == days(20)

    def test_what_the_clients_own_person_owns_is_marked_for_them(
        self, make: Make, client_a1: Client, carol: User, alice: User
    ) -> None:
        theirs = make("integrations", client_a1, "theirs", owner=carol, renewal_on=days(20))
        ours = make("integrations", client_a1, "ours", owner=alice, renewal_on=days(20))
        hidden = make("integrations", client_a1, "hidden", owner=carol, renewal_on=days(20), internal=True)
        assert not open_of(theirs)["integration.review"].internal
        assert open_of(ours)["integration.review"].internal
        assert open_of(hidden)["integration.review"].internal
        with enter(scope_of(carol), switch=True):
            assert [each.subject for each in Deadline.objects.all()] == ["theirs"]


class TestRotation:
    def test_a_rotation_meets_it_and_opens_the_next(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(-2), rotation_interval_days=90)
        actions.rotate(row, by=alice, rotated_on=today(), today=today())
        assert ended_of(row) == [("credential.renewal", "met", "a rotation was recorded")]
        late, follows = of(row)
        assert late.late_at is not None and late.ended_by_id == alice.pk
        assert (follows.kind, follows.due_on, follows.late_at) == ("credential.rotation", days(90), None)

    def test_one_in_time_is_met_in_time(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(2), rotation_interval_days=90)
        actions.rotate(row, by=alice, rotated_on=today(), today=today())
        assert of(row)[0].late_at is None

    def test_a_second_one_of_the_same_day_counts_as_well(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("credentials", client_a1, owner=alice, rotated_on=today(), rotation_interval_days=90)
        actions.rotate(row, by=alice, rotated_on=today(), today=today())
        assert [each[1] for each in ended_of(row)] == ["met"]
        assert open_of(row)["credential.rotation"].due_on == days(90)

    def test_the_earlier_of_both_dates_stands_alone(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(200), rotated_on=today(),
                   rotation_interval_days=90)  # fmt: skip
        assert set(open_of(row)) == {"credential.rotation"}
        actions.edit_record(row, {"renewal_on": days(10)}, by=alice)
        assert set(open_of(row)) == {"credential.renewal"}
        assert ended_of(row) == [("credential.rotation", "cancelled", "it is no longer owed")]


class TestOutOfUse:
    @pytest.mark.parametrize("verb", [actions.retire_record, actions.revoke])
    def test_what_is_out_of_use_owes_nothing_and_says_why(
        self, verb: Any, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("credentials", client_a1, "old-key", renewal_on=days(-2))
        verb(row, by=alice, why="Replaced by the new account")
        word = "retired" if verb is actions.retire_record else "revoked"
        assert {each[1:] for each in ended_of(row)} == {("cancelled", f"old-key was {word}")}
        assert open_of(row) == {}
        assert of(row)[0].late_at is not None

    def test_taken_into_use_again_it_owes_again(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("integrations", client_a1, renewal_on=days(5))
        row = actions.retire_record(row, by=alice, why="Paused")
        actions.unretire_record(row, by=alice)
        assert set(open_of(row)) == {"integration.review", "record.owner"}


class TestOwner:
    def test_a_record_without_one_has_three_business_days_of_the_client(
        self, make: Make, client_a1: Client
    ) -> None:
        row = make("workflows", client_a1, "Invoices")
        deadline = open_of(row)["record.owner"]
        zone = ZoneInfo(client_a1.time_zone)
        assert deadline.due_on == due_after(deadline.started_at, "P3D", "business:GB-ENG", zone)[1]
        assert deadline.calendar == "business:GB-ENG"
        assert (deadline.title, deadline.owner) == ("Name an owner for Invoices", None)

    def test_naming_one_meets_it(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("workflows", client_a1)
        actions.reassign(row, by=alice, owner=alice, why="Takes it over")
        assert ended_of(row) == [("record.owner", "met", "an owner was named")]
        assert open_of(row) == {}

    def test_taking_one_away_opens_it(self, make: Make, client_a1: Client, alice: User) -> None:
        row = make("credentials", client_a1, owner=alice, renewal_on=days(5))
        actions.edit_record(row, {"owner": None}, by=alice)
        assert set(open_of(row)) == {"credential.renewal", "record.owner"}
        assert open_of(row)["credential.renewal"].owner is None

    def test_other_changes_do_not_start_the_time_anew(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("workflows", client_a1)
        since = timezone.now() - timedelta(days=30)
        Deadline.objects.filter(subject_id=str(row.pk)).update(started_at=since)
        actions.edit_record(row, {"description": "Sends them"}, by=alice)
        (deadline,) = of(row)
        assert deadline.started_at == since
        assert deadline.due_at < timezone.now()

    def test_handing_several_over_meets_all(
        self, make: Make, client_a1: Client, alice: User, bob: User
    ) -> None:
        rows = [make("credentials", client_a1, f"key-{n}", renewal_on=days(9)) for n in range(3)]
        assert actions.hand_over(rows, by=alice, owner=bob, why="Bob takes them") == 3
        assert {each.owner for row in rows for each in open_of(row).values()} == {bob}
        assert all(ended_of(row) == [("record.owner", "met", "an owner was named")] for row in rows)

    def test_the_days_are_those_of_the_clients_holidays(
        self, make: Make, practice_a: Any, client_a1: Client
    ) -> None:
        client_a1.holiday_calendar = "DE-BY"
        deadline = open_of(make("workflows", client_a1))["record.owner"]
        assert deadline.calendar == "business:DE-BY"


class TestAccess:
    @pytest.fixture
    def lead(self, practice_a: Any, client_a1: Client) -> User:
        user = make_user("Lena Lead", "lena@northlight.test")
        make_member(practice_a, user, Role.CONSULTANT)
        make_assignment(client_a1, user, Role.LEAD)
        return user

    def end(self, user: User, client: Client, by: User) -> None:
        term = Assignment.objects.get(user=user, client=client)
        people_actions.end_access(by=by, term=term, why="Other work")

    def test_the_backup_takes_the_deadline_and_the_record_wants_an_owner(
        self, make: Make, client_a1: Client, alice: User, bob: User, lead: User
    ) -> None:
        row = make("credentials", client_a1, owner=bob, backup_owner=alice, renewal_on=days(9))
        self.end(bob, client_a1, alice)
        row.refresh_from_db()
        assert row.owner_id == bob.pk, "the record keeps the name until another one is named"
        assert open_of(row)["credential.renewal"].owner == alice
        assert open_of(row)["credential.renewal"].backup_owner is None
        naming = open_of(row)["record.owner"]
        assert naming.owner is None and "its owner left on" in naming.note

    def test_without_a_backup_the_lead_takes_it(
        self, make: Make, client_a1: Client, alice: User, bob: User, lead: User
    ) -> None:
        row = make("integrations", client_a1, owner=bob, renewal_on=days(9))
        self.end(bob, client_a1, alice)
        assert open_of(row)["integration.review"].owner == lead

    def test_naming_a_new_one_meets_it(
        self, make: Make, client_a1: Client, alice: User, bob: User, lead: User
    ) -> None:
        row = make("integrations", client_a1, owner=bob, renewal_on=days(9))
        self.end(bob, client_a1, alice)
        actions.reassign(row, by=alice, owner=alice, why="Takes it over")
        assert open_of(row)["integration.review"].owner == alice
        assert ("record.owner", "met", "an owner was named") in ended_of(row)

    def test_the_nightly_comparison_finds_nothing_to_change_afterwards(
        self, make: Make, client_a1: Client, alice: User, bob: User, lead: User
    ) -> None:
        row = make("credentials", client_a1, owner=bob, backup_owner=alice, renewal_on=days(9))
        make("workflows", client_a1)
        self.end(bob, client_a1, alice)
        before = [
            (each.pk, each.owner_id, each.due_at, each.note) for each in Deadline.objects.order_by("pk")
        ]
        compare(client_a1)
        assert [(e.pk, e.owner_id, e.due_at, e.note) for e in Deadline.objects.order_by("pk")] == before
        assert row.pk

    def test_a_member_who_leaves_loses_them_at_every_client(
        self, make: Make, client_a1: Client, client_a2: Client, alice: User, bob: User, lead: User
    ) -> None:
        make_assignment(client_a2, bob, Role.CONSULTANT)
        rows = [make("workflows", client, owner=bob) for client in (client_a1, client_a2)]
        people_actions.end_access(by=alice, term=Member.objects.get(user=bob), why="Left the practice")
        assert all(set(open_of(row)) == {"record.owner"} for row in rows)

    def test_an_end_that_is_to_come_changes_nothing_yet(
        self, make: Make, client_a1: Client, alice: User, bob: User
    ) -> None:
        row = make("workflows", client_a1, owner=bob)
        term = Assignment.objects.get(user=bob, client=client_a1)
        people_actions.end_access(by=alice, term=term, until_at=timezone.now() + timedelta(days=3))
        assert of(row) == []

    def test_the_clients_admin_may_remove_an_owner_without_seeing_what_follows(
        self, make: Make, client_a1: Client, alice: User, carol: User, lead: User
    ) -> None:
        row = make("integrations", client_a1, owner=carol, renewal_on=days(9))
        admin = make_user("Ada Admin", "ada@alder.test")
        make_assignment(client_a1, admin, Role.CLIENT_ADMIN)
        with enter(scope_of(admin), switch=True):
            self.end(carol, client_a1, admin)
            assert not Deadline.objects.exists()
        assert open_of(row)["integration.review"].owner == lead
        assert open_of(row)["integration.review"].internal

    def test_a_client_that_has_ended_owes_nothing(
        self, make: Make, client_a1: Client, client_a2: Client, alice: User
    ) -> None:
        row = make("credentials", client_a1, renewal_on=days(9))
        other = make("credentials", client_a2, renewal_on=days(9))
        end_client(by=alice, client=client_a1, ended_on=today(), why="The contract ran out")
        reasons = {each[1:] for each in ended_of(row)}
        assert reasons == {("cancelled", "the work for Alder & Sons has ended: The contract ran out")}
        assert set(open_of(other)) == {"credential.renewal", "record.owner"}
        client_a1.refresh_from_db()
        assert obligations.owed_by(client_a1) == []


def compare(client: Client) -> Any:
    """What the nightly comparison does with one source."""
    from portal.deadlines.actions import keep
    from portal.deadlines.obligations import Subject

    owed = obligations.owed_by(client)
    known = Deadline.objects.for_client(client).open().values_list("subject_type", "subject_id", "subject")
    subjects = {each.subject.key: each.subject for each in owed} | {
        (kind, pk): Subject(kind, pk, text) for kind, pk, text in known
    }
    return keep(
        client, owed, subjects=subjects.values(), kinds=obligations.KINDS, by=None, now=timezone.now()
    )


class TestComparison:
    def test_it_opens_what_records_of_before_owe(self, client_a1: Client, alice: User) -> None:
        old = Credential.objects.create(
            practice_id=client_a1.practice_id, client=client_a1, name="old", platform="xero",
            renewal_on=days(-40), next_due_on=days(-40),
        )  # fmt: skip
        kept = compare(client_a1)
        assert {each.kind for each in kept.opened} == {"credential.renewal", "record.owner"}
        assert {each.title for each in open_of(old).values()} == {"Renew old", "Name an owner for old"}
        again = compare(client_a1)
        assert (again.opened, again.moved, again.met, again.cancelled) == ([], [], [], [])

    def test_it_asks_as_many_queries_for_one_record_as_for_many(
        self, make: Make, client_a1: Client, client_a2: Client, alice: User, bob: User
    ) -> None:
        def queries(client: Client) -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                obligations.owed_by(client)
            return len(captured)

        for register in REGISTERS:
            make(register, client_a1, "one")
            for number in range(5):
                make(register, client_a2, f"many-{number}", owner=alice if number % 2 else None)
        assert queries(client_a1) == queries(client_a2)

    def test_it_stays_within_its_client(
        self, make: Make, client_a1: Client, client_a2: Client, client_b1: Client, dan: User
    ) -> None:
        make("credentials", client_a1, "mine", renewal_on=days(9))
        make("credentials", client_a2, "other", renewal_on=days(9))
        make("credentials", client_b1, "foreign", by=dan, renewal_on=days(9))
        assert {each.subject.text for each in obligations.owed_by(client_a1)} == {"mine"}
        assert obligations.owed_by(client_b1) == []

    def test_other_holidays_move_what_counts_business_days(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        row = make("workflows", client_a1)
        edit_client(by=alice, client=client_a1, facts={"holiday_calendar": "DE-BY"})
        compare(client_a1)
        assert open_of(row)["record.owner"].calendar == "business:DE-BY"


def draft_of(client: Client, by: User, lines: list[list[str]], header: list[str]) -> Any:
    return keep_draft(
        REGISTERS["credentials"], client, by=by, file_name="keys.csv", header=header,
        lines=list(enumerate(lines, start=2)),
    )  # fmt: skip


class TestImport:
    def deadline_queries(
        self, client: Client, by: User, lines: list[list[str]], seen: tuple[int, int]
    ) -> int:
        draft = draft_of(client, by, lines, ["Credential", "Platform", "Renews"])
        with CaptureQueriesContext(connection) as captured:
            import_rows(draft, REGISTERS["credentials"], client, by=by, seen=seen)
        return sum("deadlines_deadline" in query["sql"] for query in captured.captured_queries)

    def test_a_thousand_rows_cost_as_many_statements_about_deadlines_as_ten(
        self, practice_a: Any, client_a1: Client, client_a2: Client, alice: User
    ) -> None:
        def lines(number: int) -> list[list[str]]:
            return [[f"key-{n}", "xero", days(n % 90 - 5).isoformat()] for n in range(number)]

        few = self.deadline_queries(client_a1, alice, lines(10), (10, 0))
        many = self.deadline_queries(client_a2, alice, lines(1000), (1000, 0))
        assert Deadline.objects.for_client(client_a2).open().count() == 2000
        batches = 2000 // 500 - 1
        assert many <= few + batches

    def test_changed_rows_move_and_rotated_ones_meet_their_deadlines(
        self, make: Make, client_a1: Client, alice: User
    ) -> None:
        moved = make("credentials", client_a1, "moved", owner=alice, renewal_on=days(-3))
        rotated = make("credentials", client_a1, "rotated", owner=alice, renewal_on=days(-3))
        header = ["Credential", "Renews", "Last rotated"]
        lines = [["moved", days(30).isoformat(), ""], ["rotated", days(30).isoformat(), days(-1).isoformat()]]
        draft = draft_of(client_a1, alice, lines, header)
        import_rows(draft, REGISTERS["credentials"], client_a1, by=alice, seen=(0, 2))
        assert ended_of(moved) == [] and open_of(moved)["credential.renewal"].late_at is not None
        assert ended_of(rotated) == [("credential.renewal", "met", "a rotation was recorded")]
        assert open_of(rotated)["credential.renewal"].due_on == days(30)


def test_a_deadline_is_due_at_the_end_of_the_day_where_the_client_is(
    make: Make, practice_a: Any, alice: User
) -> None:
    client = make_client(practice_a, "Far Away", "far", time_zone="Pacific/Auckland")
    row = make("credentials", client, owner=alice, renewal_on=date(2027, 1, 10))
    assert open_of(row)["credential.renewal"].due_at == datetime(2027, 1, 10, 11, tzinfo=UTC)


def test_a_refused_change_leaves_the_deadlines_alone(make: Make, client_a1: Client, alice: User) -> None:
    row = make("credentials", client_a1, owner=alice, renewal_on=days(9))
    with pytest.raises(Refused):
        actions.edit_record(row, {"renewal_on": days(20), "owner": make_user("X", "x@x.test")}, by=alice)
    assert open_of(row)["credential.renewal"].due_on == days(9)
