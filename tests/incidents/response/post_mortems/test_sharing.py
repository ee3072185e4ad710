"""Sharing a post-mortem: what the client sees, who hears of it, and the clock that it ends."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.actions import record_instant, reopen
from incidents.response.models import Measure, PostMortem, PostMortemSection
from incidents.response.obligations import POST_MORTEM
from incidents.response.post_mortems.actions import ask_review, write_section
from incidents.response.post_mortems.sharing import add_addendum, make_document, share
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.outbox.models import Message
from portal.tenancy.models import Client
from portal.tenancy.scope import narrowed
from tests.incidents.response.made import at, deadline_of, fresh, lead_ins
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, reviewed, write_all

pytestmark = pytest.mark.django_db
IN_TIME, LATE = RESOLVED + timedelta(hours=47), RESOLVED + timedelta(hours=49)


@pytest.fixture
def ready(in_a: object, client_a1: Client, alice: User, bob: User) -> object:
    """Written by Alice, reviewed by Bob."""
    incident = write_all(resolved(client_a1, alice), alice)
    ask_review(incident, by=alice, now=RESOLVED)
    reviewed(incident, bob)
    return fresh(incident)


def test_sharing_meets_the_48_hours_at_its_instant(ready: object, alice: User) -> None:
    share(ready, by=alice, now=IN_TIME)
    deadline = deadline_of(ready, POST_MORTEM)
    assert (deadline.outcome, deadline.ended_at, deadline.late_at) == ("met", IN_TIME, None)
    assert deadline.due_at == RESOLVED + timedelta(hours=48)
    assert fresh(ready).lessons_shared_at == IN_TIME


def test_what_was_late_stays_late(ready: object, alice: User) -> None:
    share(ready, by=alice, now=LATE)
    deadline = deadline_of(ready, POST_MORTEM)
    assert (deadline.outcome, deadline.ended_at) == ("met", LATE)
    assert deadline.late_at == deadline.due_at


def test_the_client_sees_it_from_then_on(ready: object, alice: User, client_a1: Client) -> None:
    with narrowed(internal=False, clients=frozenset({client_a1.pk})):
        assert not PostMortem.objects.exists()
        assert not PostMortemSection.objects.exists()
        assert not Measure.objects.exists()
    share(ready, by=alice, now=IN_TIME)
    with narrowed(internal=False, clients=frozenset({client_a1.pk})):
        assert PostMortem.objects.get().shared_at == IN_TIME
        assert PostMortemSection.objects.count() == 7
        assert Measure.objects.count() == 2
    assert "Post-mortem shared." in lead_ins(ready)


def test_only_summary_and_message_may_be_shared(ready: object, alice: User, client_a1: Client) -> None:
    share(ready, by=alice, now=IN_TIME, whole=False)
    with narrowed(internal=False, clients=frozenset({client_a1.pk})):
        keys = PostMortemSection.objects.values_list("key", flat=True)
        assert set(keys) == {"summary", "client_message"}


def test_the_clients_people_get_a_letter_and_a_document_is_asked_for(
    ready: object, alice: User, carol: User
) -> None:
    post_mortem = share(ready, by=alice, now=IN_TIME)
    message = Message.objects.get(kind="incident.post_mortem_shared")
    assert (message.person, message.internal) == (carol, False)
    assert message.url == f"/c/alder/incidents/{ready.number}/post-mortem/"
    document = Document.objects.get()
    assert post_mortem.document == document
    assert (document.kind, document.title) == ("post_mortem", f"Post-mortem of {ready.reference}")


def test_a_drill_tells_nobody_outside(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    incident = write_all(resolved(client_a1, alice, drill=True), alice)
    ask_review(incident, by=alice, now=RESOLVED)
    reviewed(incident, bob)
    share(incident, by=alice, now=IN_TIME)
    assert not Message.objects.filter(kind="incident.post_mortem_shared").exists()
    assert not Document.objects.exists()
    assert deadline_of(incident, POST_MORTEM).outcome == "met"
    with narrowed(internal=False, clients=frozenset({client_a1.pk})):
        assert not PostMortemSection.objects.exists()


def test_it_is_shared_once_and_not_before_review_and_resolution(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = resolved(client_a1, alice)
    with pytest.raises(Refused, match="Nothing of the post-mortem"):
        share(incident, by=alice, now=IN_TIME)
    write_section(incident, "summary", "It broke.", version=0, by=alice, now=RESOLVED)
    with pytest.raises(Refused, match="Before it can be shared"):
        share(incident, by=alice, now=IN_TIME)
    complete = write_all(resolved(client_a1, alice), alice)
    with pytest.raises(Refused, match="Somebody other than the author"):
        share(complete, by=alice, now=IN_TIME, why="I am in a hurry")
    ask_review(complete, by=alice, now=RESOLVED)
    reviewed(complete, bob)
    share(complete, by=bob, now=IN_TIME)
    with pytest.raises(Refused, match="shared already"):
        share(complete, by=bob, now=IN_TIME)


def test_where_nobody_else_is_there_a_reason_is_owed(in_a: object, client_a1: Client, alice: User) -> None:
    incident = write_all(resolved(client_a1, alice), alice)
    ask_review(incident, by=alice, now=RESOLVED)
    with pytest.raises(Refused, match="Nobody else is there"):
        share(incident, by=alice, now=IN_TIME)
    shared = share(incident, by=alice, now=IN_TIME, why="I work alone.")
    assert shared.review_note == "Not reviewed by somebody else: I work alone."
    assert shared.reviewed_by is None


def test_what_was_shared_is_added_to_and_not_rewritten(ready: object, alice: User, bob: User) -> None:
    with pytest.raises(Refused, match="has not been shared"):
        add_addendum(ready, "summary", "More is known.", by=bob, now=IN_TIME)
    share(ready, by=alice, now=IN_TIME)
    with pytest.raises(Refused, match="add an addendum instead"):
        write_section(ready, "summary", "Nothing happened.", version=1, by=alice, now=LATE)
    section = add_addendum(ready, "summary", "More is known.", by=bob, now=at(23, 9))
    assert section.text == (
        "Words on Summary.\n\n**Added 23 November 2026, 09:00 UTC, Bob Baker.** More is known."
    )


def test_it_is_printed_again_once_shared(ready: object, alice: User) -> None:
    with pytest.raises(Refused, match="once it is shared"):
        make_document(ready, by=alice, now=IN_TIME)
    first = share(ready, by=alice, now=IN_TIME).document
    assert make_document(ready, by=alice, now=LATE).number != first.number


def test_an_incident_that_came_back_owes_an_addendum_within_48_hours_of_its_second_resolution(
    ready: object, alice: User
) -> None:
    share(ready, by=alice, now=IN_TIME)
    again = IN_TIME + timedelta(hours=5)
    reopen(fresh(ready), by=alice, now=IN_TIME + timedelta(hours=1), why="It came back")
    record_instant(fresh(ready), "resolved_at", again, by=alice, now=again)
    second = deadline_of(ready, POST_MORTEM)
    assert (second.outcome, second.due_at) == ("", again + timedelta(hours=48))
    add_addendum(
        fresh(ready), "summary", "It came back once more.", by=alice, now=again + timedelta(hours=49)
    )
    second.refresh_from_db()
    assert (second.outcome, second.late_at) == ("met", second.due_at)
    first = Deadline.objects.filter(kind=POST_MORTEM).earliest("pk")
    assert (first.outcome, first.ended_at, first.late_at) == ("met", IN_TIME, None)
