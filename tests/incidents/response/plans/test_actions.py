"""Versions of a plan: written, offered, approved in writing by somebody else, kept as approved."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from clients.engagements.actions.contacts import add_contact, retire_contact
from clients.engagements.actions.support import agree_support
from clients.engagements.models import Contact
from incidents.response.models import ResponsePlan
from incidents.response.plans import actions, queries
from incidents.response.plans.reading import digest, read
from incidents.response.rules.plans import differences
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents import tasks
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.outbox.models import Message
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW
from tests.incidents.response.plans.made import TEXT, approved, ready, written

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=30)


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def test_the_plan_in_force_is_the_last_that_was_approved(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    first = approved(client_a1, bob, alice)
    assert (first.version, first.approved_as, first.internal) == (1, alice.name, False)
    assert queries.plan_in_force(client_a1) == first
    draft = written(client_a1, bob, LATER, text="Other words.")
    assert (draft.version, draft.internal) == (2, True)
    assert queries.plan_in_force(client_a1) == first, "a draft changes nothing"
    second = actions.approve_plan(draft, name="A. Archer", by=alice, now=LATER)
    first.refresh_from_db()
    assert (first.superseded_at, second.superseded_at) == (LATER, None)
    assert queries.plan_in_force(client_a1) == second
    assert [each.version for each in queries.versions_of(client_a1)] == [2, 1]


def test_what_was_approved_stays_whatever_changes_later(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    plan = approved(client_a1, bob, alice)
    before = plan.snapshot
    assert before["text"] == TEXT
    agree_support(client_a1, {"sev1_target": "PT2H"}, by=alice)
    person = Contact.objects.for_client(client_a1).live().get(name="Backup client")
    retire_contact(person, by=alice, now=LATER, why="Has left")
    values = {"name": "Nina New", "role": "Operations", "phone": "+44 20 7946 0018"}
    add_contact(client_a1, "client", values, by=alice, now=LATER)
    plan.refresh_from_db()
    assert plan.snapshot == before
    told = differences(plan.snapshot, read(client_a1, plan, LATER.date()))
    assert told == [
        "The response target for SEV1 was 4 hours and is 2 hours.",
        f"New on the escalation path of {client_a1.name}: Nina New.",
        f"No longer on the escalation path of {client_a1.name}: Backup client.",
    ]
    with pytest.raises(Refused, match="stays as it was"):
        actions.offer_plan(plan, by=alice, now=LATER)


def test_gaps_refuse_the_approval_and_say_what_to_do(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    plan = written(client_a1, bob, jurisdictions=[])
    with pytest.raises(Refused) as refused:
        actions.approve_plan(plan, name="Alice", by=alice, now=NOW)
    words = str(refused.value)
    for part in ("No support is agreed", "has no contact. Add a primary", "Nothing says which laws apply"):
        assert part in words
    with pytest.raises(Refused, match="Before it can be offered"):
        actions.offer_plan(plan, by=bob, now=NOW)
    ready(client_a1, alice, sev2_target="")
    with pytest.raises(Refused, match="No response target is agreed for SEV2"):
        actions.approve_plan(plan, name="Alice", by=alice, now=NOW)
    assert queries.plan_in_force(client_a1) is None


def test_somebody_other_than_the_author_approves_where_there_is_one(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    ready(client_a1, alice)
    plan = written(client_a1, alice)
    with pytest.raises(Refused, match="other than its author"):
        actions.approve_plan(plan, name="Alice", by=alice, now=NOW)
    with pytest.raises(Refused, match="A lead, an owner"):
        actions.approve_plan(plan, name="Bob", by=bob, now=NOW)
    with pytest.raises(Refused, match="A lead, an owner"):
        actions.approve_plan(plan, name="Carol", by=carol, now=NOW)
    actions.offer_plan(plan, by=alice, now=NOW)
    assert actions.approve_plan(plan, name="Carol", by=carol, now=NOW).approved_by == carol


def test_whoever_works_alone_approves_their_own(in_a: object, client_a2: Client, alice: User) -> None:
    ready(client_a2, alice)
    plan = actions.approve_plan(written(client_a2, alice), name="Alice Archer", by=alice, now=NOW)
    assert plan.approved_by == alice


def test_a_person_of_the_client_approves_what_was_offered_and_the_deadlines_follow(
    client_a1: Client, alice: User, bob: User, carol: User, in_a: object
) -> None:
    ready(client_a1, alice)
    plan = written(client_a1, bob)
    with enter(scope_of(carol), switch=True):
        assert queries.draft_of(client_a1) is None, "a draft is internal"
    actions.offer_plan(plan, by=bob, now=NOW)
    with enter(scope_of(carol), switch=True):
        seen = queries.draft_of(client_a1)
        assert seen == plan
        done = actions.approve_plan(seen, name="Carol Clarke", by=carol, now=NOW, note="Agreed by the board.")
    assert (done.approved_as, done.approval_note) == ("Carol Clarke", "Agreed by the board.")
    letters = Message.objects.filter(kind=actions.OFFERED)
    assert [letter.person for letter in letters] == [carol]
    news = Message.objects.get(kind=actions.APPROVED)
    assert (news.person, news.internal) == (bob, True)


def test_an_approval_of_other_words_than_were_read_is_refused(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    plan = written(client_a1, bob)
    seen = digest(plan, read(client_a1, plan, NOW.date()))
    agree_support(client_a1, {"sev1_target": "PT2H"}, by=bob)
    with pytest.raises(Refused, match="has changed since you opened it"):
        actions.approve_plan(plan, name="Alice", by=alice, now=NOW, seen=seen)
    with pytest.raises(Refused, match="Enter your name"):
        actions.approve_plan(plan, name=" ", by=alice, now=NOW)


def test_who_saves_later_sees_what_stands_there(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    values = {"text": "Mine.", "jurisdictions": ["GB"]}
    first = actions.write_plan(client_a1, values, by=alice, now=NOW, revision=0)
    again = actions.write_plan(client_a1, {"text": "Better."}, by=bob, now=NOW, revision=first.revision)
    assert (again.pk, again.revision, again.jurisdictions) == (first.pk, 2, ["GB"])
    with pytest.raises(actions.PlanChanged) as conflict:
        actions.write_plan(client_a1, values, by=alice, now=NOW, revision=first.revision)
    assert (conflict.value.current.text, conflict.value.yours) == ("Better.", "Mine.")
    with pytest.raises(Refused, match="not a jurisdiction"):
        actions.write_plan(client_a1, {"jurisdictions": ["ZZ"]}, by=alice, now=NOW)


def test_changing_an_offered_draft_takes_it_back(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    plan = actions.offer_plan(written(client_a1, bob), by=bob, now=NOW)
    assert (plan.internal, plan.offered_by) == (False, bob)
    plan = written(client_a1, bob, text="Anew.")
    assert (plan.internal, plan.offered_at) == (True, None)
    with pytest.raises(Refused, match="has not been offered"):
        actions.take_back_plan(plan, by=bob, now=NOW)
    actions.take_back_plan(actions.offer_plan(plan, by=bob, now=NOW), by=bob, now=NOW)
    assert ResponsePlan.objects.get(pk=plan.pk).internal


def test_every_step_is_on_record_with_its_verb(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    plan = actions.offer_plan(written(client_a1, bob), by=bob, now=NOW)
    actions.approve_plan(plan, name="Alice", by=alice, now=NOW)
    verbs = {event.payload["action"] for event in AuditEvent.objects.filter(client_id=client_a1.pk)}
    assert {"plan.write", "plan.offer", "plan.approve", "response_plan.make"} <= verbs


def test_an_approval_asks_for_its_pdf(in_a: object, client_a1: Client, alice: User, bob: User) -> None:
    ready(client_a1, alice)
    plan = approved(client_a1, bob, alice)
    assert plan.document == Document.objects.get(kind="response_plan")
    again = actions.print_plan(plan, by=bob, now=LATER)
    assert again != plan.document
    with pytest.raises(Refused, match="once it is approved"):
        actions.print_plan(written(client_a1, bob, LATER), by=bob, now=LATER)


def test_plans_of_another_practice_are_not_there(
    in_a: object, client_a1: Client, alice: User, bob: User, dan: User
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    with enter(scope_of(dan), switch=True), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM response_responseplan")
        assert cursor.fetchone() == (0,)
