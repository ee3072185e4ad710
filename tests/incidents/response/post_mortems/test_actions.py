"""Writing a post-mortem together, and its review by somebody else."""

from __future__ import annotations

import pytest

from incidents.response.models import Incident, PostMortem, PostMortemSection
from incidents.response.post_mortems.actions import (
    LONGEST,
    SectionChanged,
    ask_review,
    give_review,
    other_reviewers,
    write_section,
)
from portal.accounts.models import User
from portal.lib.fields import SecretRefused
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from tests.incidents.response.made import fresh
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, write_all

pytestmark = pytest.mark.django_db


def write(
    incident: Incident, by: User, text: str, version: int = 0, key: str = "summary"
) -> PostMortemSection:
    return write_section(incident, key, text, version=version, by=by, now=RESOLVED)


def test_the_first_section_starts_the_post_mortem(in_a: object, client_a1: Client, alice: User) -> None:
    incident = resolved(client_a1, alice)
    assert write(incident, alice, "It broke.\r\nTwice. ").text == "It broke.\nTwice."
    post_mortem = PostMortem.objects.get(incident=incident)
    assert (post_mortem.author, post_mortem.state, post_mortem.short_form) == (alice, "draft", True)
    assert post_mortem.internal
    assert post_mortem.sections.get().internal


def test_a_major_incident_needs_the_full_form(in_a: object, client_a1: Client, alice: User) -> None:
    incident = resolved(client_a1, alice, "SEV2")
    write(incident, alice, "It broke.")
    assert not PostMortem.objects.get(incident=incident).short_form


def test_writing_does_not_disturb_whoever_edits_the_incident(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = resolved(client_a1, alice)
    write(incident, alice, "It broke.")
    assert fresh(incident).version == incident.version


def test_a_section_that_somebody_else_saved_is_not_overwritten(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = resolved(client_a1, alice)
    first = write(incident, alice, "By Alice.")
    write(incident, bob, "By Bob.", version=first.version)
    with pytest.raises(SectionChanged) as caught:
        write(incident, alice, "By Alice again.", version=first.version)
    assert (caught.value.current.text, caught.value.yours) == ("By Bob.", "By Alice again.")
    assert write(incident, alice, "Both.", version=caught.value.current.version).version == 3


def test_two_who_begin_the_same_section_see_each_other(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = resolved(client_a1, alice)
    write(incident, alice, "By Alice.")
    with pytest.raises(SectionChanged):
        write(incident, bob, "By Bob.")
    assert write(incident, bob, "By Alice.").version == 1, "the same text is no conflict"


@pytest.mark.parametrize("text", ["x" * (LONGEST + 1)])
def test_a_text_has_its_limit(in_a: object, client_a1: Client, alice: User, text: str) -> None:
    with pytest.raises(Refused, match="at most 20,000"):
        write(resolved(client_a1, alice), alice, text)


def test_an_unknown_section_and_a_secret_are_refused(in_a: object, client_a1: Client, alice: User) -> None:
    incident = resolved(client_a1, alice)
    with pytest.raises(Refused, match="no such section"):
        write(incident, alice, "x", key="gossip")
    with pytest.raises(SecretRefused):
        write(incident, alice, "The key was AKIA" + "IOSFODNN7ABCDEFG and it leaked.")


def test_a_review_is_asked_for_when_nothing_is_missing(in_a: object, client_a1: Client, alice: User) -> None:
    incident = resolved(client_a1, alice)
    with pytest.raises(Refused, match="Nothing of the post-mortem"):
        ask_review(incident, by=alice, now=RESOLVED)
    write(incident, alice, "It broke.")
    with pytest.raises(Refused, match="Write “Impact”.*preventive measure"):
        ask_review(incident, by=alice, now=RESOLVED)
    for_all = resolved(client_a1, alice)
    assert ask_review(write_all(for_all, alice), by=alice, now=RESOLVED).state == "in_review"
    assert fresh(for_all).status == Incident.Status.REVIEW


def test_somebody_other_than_the_author_reviews(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = write_all(resolved(client_a1, alice), alice)
    with pytest.raises(Refused, match="No review has been asked for"):
        give_review(incident, approved=True, by=bob, now=RESOLVED)
    ask_review(incident, by=alice, now=RESOLVED)
    with pytest.raises(Refused, match="Somebody else reviews it"):
        give_review(incident, approved=True, by=alice, now=RESOLVED)
    with pytest.raises(Refused, match="what is to be changed"):
        give_review(incident, approved=False, by=bob, now=RESOLVED)
    back = give_review(incident, approved=False, note="Why did nobody see it?", by=bob, now=RESOLVED)
    assert (back.state, back.review_note, back.reviewed_by) == ("draft", "Why did nobody see it?", None)
    ask_review(incident, by=alice, now=RESOLVED)
    done = give_review(incident, approved=True, by=bob, now=RESOLVED)
    assert (done.state, done.reviewed_by) == ("reviewed", bob)


def test_what_is_changed_after_its_review_is_a_draft_again(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = write_all(resolved(client_a1, alice), alice)
    ask_review(incident, by=alice, now=RESOLVED)
    give_review(incident, approved=True, by=bob, now=RESOLVED)
    write(incident, alice, "Another summary.", version=1)
    post_mortem = PostMortem.objects.get(incident=incident)
    assert (post_mortem.state, post_mortem.reviewed_by) == ("draft", None)


def test_the_clients_people_cannot_review(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User, now: object
) -> None:
    assert set(other_reviewers(client_a1, alice, RESOLVED)) == {bob}
    assert set(other_reviewers(client_a1, bob, RESOLVED)) == {alice}
