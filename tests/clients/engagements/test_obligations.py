"""What the room owes: the sources of the nightly comparison, a new client's first review, and the buttons."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clients.engagements.actions.contacts import verify_contact
from clients.engagements.deadline_kinds import contacts_page, reviews_page
from clients.engagements.obligations import (
    REVIEW,
    VERIFICATION,
    keep_review,
    owed_for_contacts,
    owed_for_review,
)
from portal.accounts.models import User
from portal.deadlines.kinds import kind_of, sources
from portal.deadlines.models import Deadline
from portal.tenancy.access import access_of
from portal.tenancy.actions import add_client, end_client
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from tests.clients.engagements.made import add, day, now, open_deadlines, review, today
from tests.conftest import make_assignment, make_user

pytestmark = pytest.mark.django_db


def step(deadline: Deadline, user: User) -> Any:
    return kind_of(deadline.kind).next_step(deadline, access_of(user, now()))


def test_a_new_client_owes_its_first_review_90_days_from_now(
    in_a: object, practice_a: Practice, alice: User
) -> None:
    facts = {"name": "Dogwood", "slug": "dogwood", "since_on": date(2020, 1, 1)}
    client = add_client(by=alice, practice=practice_a, facts=facts)
    [deadline] = open_deadlines(client, REVIEW)
    assert (deadline.due_on, deadline.internal, deadline.subject) == (day(90), True, "Dogwood")


def test_the_sources_owe_what_the_actions_have_opened(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    make_assignment(client_a1, make_user("Lea Lime", "lea@northlight.test"), Role.LEAD)
    ann = add(client_a1, alice)
    add(client_a1, alice, "Pat Pine", side="practice")
    verify_contact(ann, by=alice, now=now())
    review(client_a1, alice)
    assert {"engagements.contacts", "engagements.access_reviews"} <= set(sources())
    owed = [*owed_for_contacts(client_a1), *owed_for_review(client_a1)]
    found = {deadline.subject_id: deadline for deadline in Deadline.objects.for_client(client_a1).open()}
    assert len(owed) == len(found) == 3
    for each in owed:
        deadline = found[each.subject.id]
        assert (deadline.kind, deadline.due_on, deadline.title) == (each.kind, each.due.on, each.title)
        assert (deadline.owner, deadline.backup_owner) == (each.owner, each.backup_owner)


def test_a_client_whose_work_has_ended_owes_nothing(in_a: object, client_a1: Client, alice: User) -> None:
    add(client_a1, alice)
    end_client(by=alice, client=client_a1, ended_on=today())
    client_a1.refresh_from_db()
    assert owed_for_contacts(client_a1) == owed_for_review(client_a1) == []


def test_no_deadline_names_a_contact(in_a: object, client_a1: Client, alice: User) -> None:
    add(client_a1, alice, "Ann Ashworth")
    [deadline] = open_deadlines(client_a1, VERIFICATION)
    assert "Ash" not in f"{deadline.title} {deadline.subject} {deadline.note}"


def test_the_button_is_there_for_whoever_may_use_it(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    theirs = add(client_a1, alice)
    add(client_a1, alice, "Pat Pine", side="practice")
    keep_review(client_a1, by=alice, now=now())
    client, practice = open_deadlines(client_a1, VERIFICATION)
    [access] = open_deadlines(client_a1, REVIEW)
    viewer = make_user("Vic Vine", "vic@alder.test")
    make_assignment(client_a1, viewer, Role.CLIENT_VIEWER)
    verify = f"/c/alder/contacts/{theirs.pk}/verify/"
    assert [step(client, user) and step(client, user).url for user in (alice, bob, carol, viewer)] == [
        verify,
        verify,
        verify,
        None,
    ]
    assert step(practice, bob).label == "Verify"
    assert step(practice, carol) is None
    assert step(access, bob).url == reviews_page(access) == "/c/alder/access-reviews/"
    assert step(access, carol) is None
    assert contacts_page(client) == f"/c/alder/contacts/#contact-{theirs.pk}"
