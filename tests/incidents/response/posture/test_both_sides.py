"""Both sides see the same posture of incidents, and many cost as many queries as one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.posture import sources
from clients.posture.queries import facts_for, posture_of
from clients.posture.rules.rollup import Posture
from incidents.response.actions import acknowledge
from incidents.response.breach_actions import record_no_clock, start_clocks
from incidents.response.models import Incident, IncidentLink, Measure
from incidents.response.post_mortems.actions import ask_review
from incidents.response.post_mortems.sharing import share
from incidents.response.timeline_actions import add_entry
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW, agree, opened
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, reviewed, write_all

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CONTROLS = [f"INC-0{number}" for number in range(1, 10)]
LATER = RESOLVED + 60 * HOUR


def busy(client: Client, by: User, reviewer: User) -> None:
    """Incidents in every state: shared whole and in part, late and unshared, breaches with and without clocks."""
    agree(client, by, "scale", channel="phone")
    for whole in (True, False):
        incident = write_all(resolved(client, by), by)
        ask_review(incident, by=by, now=RESOLVED)
        reviewed(incident, reviewer)
        share(incident, by=by, now=RESOLVED + HOUR, whole=whole)
    write_all(resolved(client, by, title="Never shared"), by)
    facts = {"personal_data": "yes", "jurisdictions": ["GB"]}
    record_no_clock(opened(client, by, facts=facts), by=by, now=NOW, why="Only among us")
    start_clocks(opened(client, by, facts=facts), ["uk-gdpr-ico"], by=by, now=NOW)
    silent = opened(client, by, "SEV1")
    acknowledge(silent, by=by, now=NOW + 2 * HOUR)
    add_entry(silent, "Only among us", at=NOW + 3 * HOUR, by=by, now=NOW + 3 * HOUR, internal=True)
    hidden = {"subject_type": "registers.credential", "subject_id": "7", "subject": "Only among us"}
    IncidentLink.objects.create(
        practice_id=client.practice_id,
        client=client,
        incident=silent,
        effect="exposed",
        internal=True,
        **hidden,
    )
    opened(client, by, "SEV1", drill=True)


def shown(found: Posture) -> list[object]:
    standings = [found.of(control_id) for control_id in CONTROLS]
    return [each.finding for each in standings if each is not None]


def test_a_client_person_sees_the_same_findings_as_a_consultant(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    busy(client_a1, alice, bob)
    ours = shown(posture_of(client_a1, LATER))
    assert len({each.result for each in ours}) > 1  # type: ignore[attr-defined]
    for person in (bob, carol):
        with enter(scope_of(person), switch=True):
            assert shown(posture_of(client_a1, LATER)) == ours
    assert "Only among us" not in repr(ours)
    assert "Words on" not in repr(facts_for(client_a1, LATER))


def test_what_only_the_practice_sees_of_it_is_no_fact(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    busy(client_a1, alice, bob)
    known = facts_for(client_a1, LATER).responses
    assert known is not None
    unshared = next(each for each in known.incidents if each.post_mortem and not each.shared)
    assert not [each for each in known.measures if each.number == unshared.pk]
    assert Measure.objects.filter(incident__number=unshared.pk).count() == 2
    assert len(known.incidents) == Incident.objects.filter(drill=False).count() == 6


def test_fifty_incidents_cost_as_many_queries_as_one(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User
) -> None:
    for client in (client_a1, client_a2):
        agree(client, alice, "scale")
        incident = write_all(resolved(client, alice), alice)
        for others in Incident.objects.filter(pk=incident.pk):
            ask_review(others, by=alice, now=RESOLVED)
            reviewed(others, bob)
            share(others, by=alice, now=RESOLVED + HOUR)
    for number in range(50):
        Incident.objects.create(
            practice_id=client_a2.practice_id,
            client=client_a2,
            number=1000 + number,
            title="Down",
            severity="SEV2",
            detected_at=NOW,
            reported_at=NOW,
            personal_data="yes",
            jurisdictions=["GB", "EU"],
        )
    counts = []
    for client in (client_a1, client_a2):
        with CaptureQueriesContext(connection) as seen:
            found = facts_for(client, LATER).responses
        counts.append((len(seen), len(found.incidents) if found else 0))
    assert counts == [(23, 1), (23, 51)]


def test_this_room_tells_what_it_keeps() -> None:
    assert len(sources._readers) == 1
    assert {"incidents", "measures", "response-plan"} <= set(sources._addresses)
