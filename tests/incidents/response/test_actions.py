"""Opening and leading an incident: what each step records, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response import actions
from incidents.response.changing import Changed
from incidents.response.models import Incident, Responder, TimelineEntry
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW, at, fresh, lead_ins, opened

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_an_incident_gets_the_practices_next_number_and_a_first_entry(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    first, second = opened(client_a1, alice), opened(client_a2, alice)
    assert (first.reference, second.reference) == ("INC-0001", "INC-0002")
    assert first.detected_at == first.reported_at == NOW
    assert lead_ins(first) == ["Reported."]


def test_several_clients_get_one_number_and_parts_that_know_nothing_of_each_other(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User, carol: User
) -> None:
    parts = actions.open_incident(
        [client_a1, client_a2], title="The host is down", severity="SEV1", by=alice, now=NOW
    )
    assert {part.number for part in parts} == {1}
    assert {part.client for part in parts} == {client_a1, client_a2}
    for person in (bob, carol):
        with enter(scope_of(person), switch=True):
            seen = list(Incident.objects.all())
            assert [part.client_id for part in seen] == [client_a1.pk]
            assert {entry.client_id for entry in TimelineEntry.objects.all()} == {client_a1.pk}


def test_another_client_joins_once_with_a_record_of_its_own(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    first = opened(client_a1, alice, facts={"summary": "Only for Alder"})
    part = actions.add_client(first, client_a2, by=alice, now=LATER)
    assert (part.number, part.summary, part.reported_at) == (first.number, "", LATER)
    with pytest.raises(Refused, match="Birch Clinic has its part"):
        actions.add_client(first, client_a2, by=alice, now=LATER)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"title": " "}, "what happened"),
        ({"detected_at": LATER}, "has passed"),
        ({"reported_at": LATER}, "has passed"),
        ({"detected_at": NOW, "reported_at": NOW - timedelta(hours=1)}, "before it was detected"),
    ],
)
def test_an_incident_without_words_or_out_of_time_is_refused(
    in_a: object, client_a1: Client, alice: User, values: dict[str, object], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        opened(client_a1, alice, **values)
    assert not Incident.objects.exists()


def test_a_severity_that_is_raised_at_once_is_said_in_the_timeline(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV3", facts={"personal_data": "suspected"})
    text = TimelineEntry.objects.get(incident=incident, lead_in="Reported.").text
    assert text.startswith("Severity SEV2, not SEV3, as personal data may be involved.")


def test_a_suspected_breach_is_at_least_sev2(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice, "SEV4", facts={"personal_data": "suspected"})
    assert incident.severity == "SEV2"
    with pytest.raises(Refused, match="at least SEV2"):
        actions.change_severity(incident, "SEV3", by=alice, now=LATER, why="It looks small")


def test_whoever_acknowledges_leads_and_does_it_once(in_a: object, client_a1: Client, bob: User) -> None:
    incident = actions.acknowledge(opened(client_a1, bob), by=bob, now=LATER)
    assert (incident.lead, incident.acknowledged_at, incident.status) == (bob, LATER, "investigating")
    with pytest.raises(Refused, match="already"):
        actions.acknowledge(incident, by=bob, now=LATER)


def test_instants_are_recorded_in_the_past_and_corrected_with_a_reason(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    incident = actions.record_instant(
        incident, "contained_at", LATER, by=alice, now=LATER, words="The step is off."
    )
    assert incident.status == "contained"
    with pytest.raises(Refused, match="has passed"):
        actions.record_instant(incident, "fixed_at", at(20, 9), by=alice, now=LATER)
    with pytest.raises(Refused, match="before the detection"):
        actions.record_instant(incident, "fixed_at", at(18, 9), by=alice, now=LATER)
    with pytest.raises(Refused, match="why"):
        actions.record_instant(incident, "contained_at", NOW, by=alice, now=LATER)
    actions.record_instant(incident, "contained_at", NOW, by=alice, now=LATER, why="Read from the log")
    entry = TimelineEntry.objects.filter(incident=incident).order_by("pk").last()
    assert (entry.kind, entry.corrects.text) == ("correction", "The step is off.")
    assert fresh(incident).contained_at == NOW


def test_what_is_recorded_by_a_button_of_its_own_is_not_recorded_as_an_instant(
    in_a: object, client_a1: Client, alice: User
) -> None:
    for name in ("acknowledged_at", "closed_at", "updated_at"):
        with pytest.raises(Refused, match="its own button"):
            actions.record_instant(opened(client_a1, alice), name, NOW, by=alice, now=LATER)


def test_facts_are_edited_unless_somebody_else_was_faster(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV3")
    seen = incident.version
    changed = actions.edit_facts(
        incident, {"summary": "Known", "personal_data": "yes"}, by=alice, now=LATER, version=seen
    )
    assert (changed.severity, changed.aware_at) == ("SEV2", LATER)
    with pytest.raises(Changed) as refusal:
        actions.edit_facts(incident, {"summary": "Mine"}, by=alice, now=LATER, version=seen)
    assert refusal.value.current.summary == "Known"
    assert fresh(incident).summary == "Known"


def test_only_somebody_who_works_for_the_client_leads_or_responds(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User
) -> None:
    incident = opened(client_a2, alice)
    with pytest.raises(Refused, match="Assign them first"):
        actions.name_lead(incident, bob, by=alice, now=LATER)
    with pytest.raises(Refused, match="Assign them first"):
        actions.set_responder(incident, "scribe", bob, by=alice, now=LATER)
    ours = opened(client_a1, alice)
    assert actions.name_lead(ours, bob, by=alice, now=LATER).lead == bob
    actions.set_responder(ours, "scribe", bob, by=alice, now=LATER)
    actions.set_responder(ours, "scribe", None, by=alice, now=LATER)
    assert not Responder.objects.exists()


def test_it_closes_only_when_every_phase_is_done_and_says_what_is_missing(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    with pytest.raises(Refused, match=r"Name the incident lead\..*Record when it was contained\."):
        actions.close(incident, by=alice, now=LATER)
    assert fresh(incident).closed_at is None


def test_a_resolved_incident_is_reopened_with_a_reason(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    with pytest.raises(Refused, match="is not resolved"):
        actions.reopen(incident, by=alice, now=LATER, why="Again")
    actions.record_instant(incident, "resolved_at", LATER, by=alice, now=LATER)
    with pytest.raises(Refused, match="why"):
        actions.reopen(incident, by=alice, now=LATER, why=" ")
    again = actions.reopen(incident, by=alice, now=LATER, why="It came back")
    assert (again.resolved_at, again.status) == (None, "investigating")


def test_a_drill_is_hidden_from_the_clients_people_with_all_that_it_holds(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    drill = opened(client_a1, alice, drill=True)
    actions.acknowledge(drill, by=alice, now=LATER)
    assert drill.reference == "DRILL-0001"
    with enter(scope_of(carol), switch=True):
        assert not Incident.objects.exists()
        assert not TimelineEntry.objects.exists()


def test_every_change_stands_in_the_trail_with_its_verb_and_reason(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    actions.change_severity(incident, "SEV1", by=alice, now=LATER, why="All invoices are affected")
    found = [event.payload for event in AuditEvent.objects.order_by("id")]
    verbs = [payload.get("action") for payload in found]
    assert "incident.open" in verbs
    assert any("All invoices are affected" in str(payload) for payload in found)
