"""The escalation path: places, checks that hold or not, the deadlines that follow, nothing personal in the trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clients.engagements.actions.checked import Invalid
from clients.engagements.actions.contacts import edit_contact, retire_contact, verify_contact
from clients.engagements.models import Contact
from clients.engagements.obligations import VERIFICATION
from clients.engagements.rules.escalation import MOST
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.deadlines.rules.calendars import add_business_days
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.clients.engagements.made import add, day, ended_deadlines, now, open_deadlines, today
from tests.conftest import make_assignment, make_user, scope_of

pytestmark = pytest.mark.django_db


def path(client: Client, side: str = "client") -> list[tuple[int, str]]:
    rows = Contact.objects.for_client(client).live().filter(side=side).in_order()
    return [(row.position, row.name.split()[0]) for row in rows]


class TestPlaces:
    def test_a_contact_goes_to_the_end_or_where_it_is_wished(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        add(client_a1, alice, "Ann Ash")
        add(client_a1, alice, "Ben Birch")
        add(client_a1, alice, "Cat Cedar", position=1)
        add(client_a1, alice, "Pat Pine", side="practice")
        assert path(client_a1) == [(1, "Cat"), (2, "Ann"), (3, "Ben")]
        assert path(client_a1, "practice") == [(1, "Pat")]

    def test_moving_and_retiring_closes_the_gaps(self, in_a: object, client_a1: Client, alice: User) -> None:
        ann, ben, _ = (add(client_a1, alice, name) for name in ("Ann Ash", "Ben Birch", "Cat Cedar"))
        edit_contact(ann, {}, by=alice, now=now(), position=3)
        assert path(client_a1) == [(1, "Ben"), (2, "Cat"), (3, "Ann")]
        retire_contact(ben, by=alice, now=now(), why="Left the company")
        assert path(client_a1) == [(1, "Cat"), (2, "Ann")]

    def test_a_side_has_nine_contacts_at_most(self, in_a: object, client_a1: Client, alice: User) -> None:
        for number in range(MOST):
            add(client_a1, alice, f"Person{number} Ash")
        with pytest.raises(Refused, match="9 contacts at most"):
            add(client_a1, alice, "Zoe Zelkova")


class TestDetails:
    def test_somebody_who_cannot_be_reached_is_no_contact(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        with pytest.raises(Invalid) as raised:
            add(client_a1, alice, email="", phone="")
        assert list(raised.value.problems) == ["email"]
        assert add(client_a1, alice, email="", phone="+44 20 7946 0018").phone

    @pytest.mark.parametrize("phone", ["call me", "12", "+44 20 7946 0018 <script>"])
    def test_a_telephone_number_is_one(
        self, in_a: object, client_a1: Client, alice: User, phone: str
    ) -> None:
        with pytest.raises(Invalid):
            add(client_a1, alice, phone=phone)

    def test_a_person_of_the_portal_stands_on_their_own_side(
        self, in_a: object, client_a1: Client, alice: User, bob: User, carol: User, dan: User
    ) -> None:
        assert add(client_a1, alice, "Carol Clarke", user=carol).user == carol
        assert add(client_a1, alice, "Bob Baker", side="practice", user=bob).user == bob
        for side, stranger in (("client", bob), ("practice", carol), ("client", dan)):
            with pytest.raises(Invalid):
                add(client_a1, alice, "Somebody Else", side=side, user=stranger)

    def test_new_details_need_a_new_check_and_a_new_role_does_not(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        ann = add(client_a1, alice, verified_on=day(-30), details_on=day(-40))
        ann = edit_contact(ann, {"role": "Director"}, by=alice, now=now())
        assert ann.verified_on == day(-30)
        ann = edit_contact(ann, {"phone": "+44 20 7946 0018"}, by=alice, now=now())
        assert (ann.verified_on, ann.verified_by, ann.details_on) == (None, None, today())
        [deadline] = open_deadlines(client_a1, VERIFICATION)
        assert deadline.due_on == add_business_days(today(), 5, "GB-ENG")

    def test_a_retired_contact_is_not_changed_any_more(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        ann = add(client_a1, alice)
        with pytest.raises(Refused, match="reason"):
            retire_contact(ann, by=alice, now=now(), why=" ")
        retire_contact(ann, by=alice, now=now(), why="Left")
        for change in (
            lambda: edit_contact(ann, {"role": "x"}, by=alice, now=now()),
            lambda: verify_contact(ann, by=alice, now=now()),
            lambda: retire_contact(ann, by=alice, now=now(), why="Left"),
        ):
            with pytest.raises(Refused, match="retired already"):
                change()


class TestDeadlines:
    def test_a_new_contact_is_verified_within_five_business_days(
        self, in_a: object, client_a1: Client, alice: User, bob: User
    ) -> None:
        make_assignment(client_a1, make_user("Lea Lime", "lea@northlight.test"), Role.LEAD)
        add(client_a1, alice, side="practice")
        [deadline] = open_deadlines(client_a1, VERIFICATION)
        assert deadline.due_on == add_business_days(today(), 5, "GB-ENG")
        assert (deadline.calendar, deadline.duration, deadline.internal) == ("business:GB-ENG", "P5D", True)
        assert str(deadline.owner) == "Lea Lime"

    def test_the_clients_own_are_its_admins_or_approvers_and_marked_for_it(
        self, in_a: object, client_a1: Client, alice: User, carol: User
    ) -> None:
        lead = make_user("Lea Lime", "lea@northlight.test")
        make_assignment(client_a1, lead, Role.LEAD)
        ann = add(client_a1, alice)
        [deadline] = open_deadlines(client_a1, VERIFICATION)
        assert (deadline.owner, deadline.backup_owner, deadline.internal) == (carol, lead, False)
        admin = make_user("Ada Alder", "ada@alder.test")
        make_assignment(client_a1, admin, Role.CLIENT_ADMIN)
        edit_contact(ann, {"role": "Director"}, by=alice, now=now())
        assert open_deadlines(client_a1, VERIFICATION)[0].owner == admin

    def test_verifying_meets_it_and_opens_the_next_in_180_days(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        ann = add(client_a1, alice, details_on=day(-30))
        verify_contact(ann, by=alice, now=now())
        [met] = ended_deadlines(client_a1, VERIFICATION)
        [following] = open_deadlines(client_a1, VERIFICATION)
        assert (met.outcome, met.ended_by) == ("met", alice)
        assert met.late_at is not None, "done late stays late"
        assert following.due_on == day(180)

    def test_a_check_of_somebody_else_leaves_the_others_as_they_are(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        ann, _ = add(client_a1, alice), add(client_a1, alice, "Ben Birch")
        verify_contact(ann, by=alice, now=now())
        assert len(ended_deadlines(client_a1, VERIFICATION)) == 1
        assert len(open_deadlines(client_a1, VERIFICATION)) == 2

    def test_a_check_cannot_lie_in_the_future(self, in_a: object, client_a1: Client, alice: User) -> None:
        ann = add(client_a1, alice)
        with pytest.raises(Invalid, match="after today"):
            verify_contact(ann, by=alice, now=now(), verified_on=today() + timedelta(days=2))

    def test_retiring_cancels_what_was_owed_and_says_why(
        self, in_a: object, client_a1: Client, alice: User
    ) -> None:
        ann, _ = add(client_a1, alice), add(client_a1, alice, "Ben Birch")
        retire_contact(ann, by=alice, now=now(), why="Left the company")
        [gone] = ended_deadlines(client_a1, VERIFICATION)
        assert (gone.outcome, gone.ended_why) == ("cancelled", "the contact was retired")
        [left] = open_deadlines(client_a1, VERIFICATION)
        assert left.title == "Verify the primary contact of the client", "those behind have moved up"

    def test_a_clients_approver_keeps_the_contacts_of_their_side(
        self, client_a1: Client, alice: User, carol: User
    ) -> None:
        with enter(scope_of(carol), switch=True):
            ann = add(client_a1, carol)
            verify_contact(ann, by=carol, now=now())
            assert len(open_deadlines(client_a1, VERIFICATION)) == 1
            assert len(ended_deadlines(client_a1, VERIFICATION)) == 1


def test_the_trail_holds_neither_name_nor_address_of_a_contact(
    in_a: object, client_a1: Client, alice: User
) -> None:
    ann = add(client_a1, alice, "Ann Ashworth", phone="+44 20 7946 0018")
    edit_contact(ann, {"email": "other@people.test", "name": "Anna Ashworth"}, by=alice, now=now())
    verify_contact(ann, by=alice, now=now())
    events = list(AuditEvent.objects.for_client(client_a1).order_by("pk"))
    assert {"contact.add", "contact.edit", "contact.verify"} <= {event.action for event in events}
    told: Any = str([(event.payload, event.object) for event in events])
    for private in ("Ashworth", "people.test", "7946"):
        assert private not in told
