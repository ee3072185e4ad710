"""A deadline that changes hands on Today stays with its new owner, whatever changes in the record afterwards."""

from __future__ import annotations

from datetime import date

import pytest

from incidents.response.actions import edit_facts, record_instant
from incidents.response.breach_actions import start_clocks
from incidents.response.kinds import MEASURE, NOTICE
from incidents.response.models import Incident, Responder
from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE, duty_of
from incidents.response.post_mortems.measures import add_measure, edit_measure
from portal.accounts.models import User
from portal.deadlines.actions import reassign_deadline
from portal.deadlines.handing_over import hand_over_several
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.tenancy.models import Assignment, Client
from tests.incidents.response.made import NOW, agree, fresh, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(in_a: object, client_a1: Client, alice: User, bob: User) -> Incident:
    agree(client_a1, alice, "growth")
    facts = {"personal_data": "yes", "jurisdictions": ["GB"]}
    found = opened(client_a1, alice, "SEV1", lead=alice, facts=facts)
    start_clocks(found, ["uk-gdpr-processor"], by=alice, now=NOW)
    return fresh(found)


def running(kind: str) -> Deadline:
    return Deadline.objects.open().select_related("client", "owner").get(kind=kind)


def give(kind: str, owner: User, by: User, backup: User | None = None) -> None:
    reassign_deadline(running(kind), by=by, owner=owner, backup_owner=backup, now=NOW, why="On call")


def change(incident: Incident, by: User) -> None:
    edit_facts(fresh(incident), {"summary": "More is known"}, by=by, now=NOW)


@pytest.mark.parametrize("kind", [RESPONSE, UPDATE, NOTICE])
def test_what_was_handed_over_stays_with_the_new_owner(
    incident: Incident, alice: User, bob: User, kind: str
) -> None:
    give(kind, bob, alice)
    assert running(kind).owner == bob
    change(incident, alice)
    assert running(kind).owner == bob


def test_the_response_takes_the_lead_along_and_a_word_to_the_client_does_not(
    incident: Incident, alice: User, bob: User
) -> None:
    give(UPDATE, bob, alice)
    assert (fresh(incident).lead, running(RESPONSE).owner) == (alice, alice)
    give(RESPONSE, bob, alice)
    assert fresh(incident).lead == bob
    assert running(NOTICE).owner == bob


def test_the_post_mortem_changes_hands_after_the_resolution(
    incident: Incident, alice: User, bob: User
) -> None:
    record_instant(incident, "resolved_at", NOW, by=alice, now=NOW)
    give(POST_MORTEM, bob, alice)
    change(incident, alice)
    assert running(POST_MORTEM).owner == bob


def test_a_backup_that_is_chosen_anew_is_the_deputy(incident: Incident, alice: User, bob: User) -> None:
    give(RESPONSE, alice, alice, backup=bob)
    assert Responder.objects.get(role="deputy").user == bob
    assert duty_of(fresh(incident), NOW).backup == bob


def test_a_measure_itself_changes_hands(incident: Incident, alice: User, bob: User) -> None:
    values = {"kind": "preventive", "text": "Check for a key", "owner": alice, "due_on": date(2026, 12, 1)}
    measure = add_measure(incident, values, by=alice, now=NOW)
    give(MEASURE, bob, alice)
    measure.refresh_from_db()
    assert measure.owner == bob
    measure.incident = fresh(incident)
    edit_measure(measure, {"priority": True}, version=measure.version, by=alice, now=NOW)
    assert running(MEASURE).owner == bob


def test_a_measure_takes_no_other_backup_than_the_lead(incident: Incident, alice: User, bob: User) -> None:
    values = {"kind": "preventive", "text": "Check for a key", "owner": alice, "due_on": date(2026, 12, 1)}
    add_measure(incident, values, by=alice, now=NOW)
    with pytest.raises(Refused, match="who leads its incident"):
        give(MEASURE, alice, alice, backup=bob)


def test_several_of_one_incident_are_handed_over_together(incident: Incident, alice: User, bob: User) -> None:
    rows = list(Deadline.objects.open().filter(kind__in=[RESPONSE, UPDATE, NOTICE]).select_related("client"))
    hand_over_several(rows, by=alice, owner=bob, now=NOW, why="On call")
    change(incident, alice)
    assert {running(kind).owner for kind in (RESPONSE, UPDATE, NOTICE)} == {bob}


def test_whoever_works_for_the_client_no_more_answers_for_nothing(
    incident: Incident, client_a1: Client, alice: User, bob: User
) -> None:
    give(RESPONSE, bob, alice)
    Assignment.objects.filter(user=bob).update(until_at=NOW)
    assert duty_of(fresh(incident), NOW).owner != bob
