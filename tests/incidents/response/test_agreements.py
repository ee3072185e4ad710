"""What runs by an agreement follows it: the response, and our duty to tell the client of a breach."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clients.engagements.actions.support import agree_support
from incidents.response.actions import acknowledge, close, edit_facts, record_instant
from incidents.response.breach_actions import proposals_for, record_notified, start_clocks
from incidents.response.models import BreachClock, Incident, TimelineEntry
from incidents.response.obligations import RESPONSE
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, agree, deadline_of, fresh, lead_ins, opened

pytestmark = pytest.mark.django_db
TELL = "uk-gdpr-processor"
HOUR = timedelta(hours=1)
DPA = {"breach_notice_hours": 48, "breach_notice_source": "DPA, clause 8.2"}


def breach(client: Client, by: User) -> Incident:
    incident = opened(client, by, facts={"personal_data": "yes", "jurisdictions": ["GB"]})
    return fresh(incident)


def told(incident: Incident) -> BreachClock:
    return BreachClock.objects.get(incident=incident, clock=TELL)


def notice_of(clock: BreachClock) -> Deadline:
    return Deadline.objects.get(subject_type="response.breachclock", subject_id=str(clock.pk))


def test_our_duty_runs_as_long_as_the_contract_says_and_names_it(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", **DPA)
    incident = breach(client_a1, alice)
    assert proposals_for(incident)[0].words == "48 hours from awareness, by contract"
    start_clocks(incident, [TELL], by=alice, now=NOW)
    clock = told(incident)
    assert (clock.basis, clock.due_at) == ("contract", NOW + 48 * HOUR)
    assert "48 hours by contract: DPA, clause 8.2" in clock.terms
    assert notice_of(clock).source.startswith("48 hours by contract: DPA, clause 8.2. UK GDPR")


def test_without_agreed_hours_our_own_target_stands_and_is_called_so(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = breach(client_a1, alice)
    start_clocks(incident, [TELL], by=alice, now=NOW)
    clock = told(incident)
    assert (clock.basis, clock.due_at) == ("target", NOW + 24 * HOUR)
    assert "our own target" in notice_of(clock).source


@pytest.mark.parametrize("ends", [NOW.date() - timedelta(days=30), None])
def test_the_duty_outlasts_the_support(in_a: object, client_a1: Client, alice: User, ends: object) -> None:
    agree(client_a1, alice, "none", **DPA, ends_on=ends)
    assert proposals_for(breach(client_a1, alice))[0].basis == "contract"


def test_hours_that_are_agreed_later_move_the_running_clock_and_the_record_says_so(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = breach(client_a1, alice)
    start_clocks(incident, [TELL], by=alice, now=NOW)
    agree_support(client_a1, DPA, by=alice, now=NOW + HOUR)
    clock = told(incident)
    assert (clock.basis, clock.duration, clock.due_at) == ("contract", "PT48H", NOW + 48 * HOUR)
    assert notice_of(clock).due_at == clock.due_at
    entry = TimelineEntry.objects.get(incident=incident, lead_in="Clock moved.")
    assert entry.internal and "48 hours from awareness, by contract" in entry.text


def test_a_clock_that_was_decided_stays_as_it_was(in_a: object, client_a1: Client, alice: User) -> None:
    incident = breach(client_a1, alice)
    start_clocks(incident, [TELL], by=alice, now=NOW)
    record_notified(told(incident), by=alice, now=NOW + HOUR, at=NOW + HOUR)
    agree(client_a1, alice, "growth", **DPA)
    assert (told(incident).basis, told(incident).due_at) == ("target", NOW + 24 * HOUR)


def test_a_corrected_awareness_keeps_the_hours_of_the_contract(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", **DPA)
    incident = breach(client_a1, alice)
    start_clocks(incident, [TELL], by=alice, now=NOW)
    record_instant(incident, "detected_at", NOW - 3 * HOUR, by=alice, now=NOW, why="The log says so")
    record_instant(incident, "aware_at", NOW - 2 * HOUR, by=alice, now=NOW, why="The mail says so")
    assert told(incident).due_at == NOW + 46 * HOUR


def test_a_new_tier_moves_the_response_that_nobody_has_given_yet(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1")
    assert deadline_of(incident, RESPONSE).due_at == NOW + 4 * HOUR
    agree(client_a1, alice, "scale")
    assert deadline_of(incident, RESPONSE).due_at == NOW + HOUR


def test_closed_incidents_and_other_clients_stay_as_they_are(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    other = opened(client_a2, alice, "SEV1")
    done = opened(client_a1, alice, "SEV4", lead=alice)
    agree(client_a1, alice, "growth", post_mortem_for="significant")
    for name in ("contained_at", "resolved_at"):
        record_instant(done, name, NOW, by=alice, now=NOW)
    acknowledge(done, by=alice, now=NOW)
    edit_facts(done, {"personal_data": "no"}, by=alice, now=NOW)
    close(fresh(done), by=alice, now=NOW)
    versions = fresh(other).version, fresh(done).version
    agree(client_a1, alice, "scale")
    assert (fresh(other).version, fresh(done).version) == versions
    assert "Clock moved." not in lead_ins(fresh(done))
