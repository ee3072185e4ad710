"""The clocks of the law on an incident: started, ended by a notice or a reasoned decision, counted from the record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incidents.response.actions import close, edit_facts, record_instant
from incidents.response.breach_actions import (
    Choices,
    correct_trigger,
    decide_not_to_notify,
    proposals_for,
    record_client_awareness,
    record_no_clock,
    record_notified,
    start_clocks,
)
from incidents.response.models import BreachClock, Incident, TimelineEntry
from incidents.response.rules.catalogue import clocks
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW, at, fresh, lead_ins, opened

pytestmark = pytest.mark.django_db
HOURS = timedelta(hours=1)
TELL, ICO = "uk-gdpr-processor", "uk-gdpr-ico"


def breach(client: Client, by: User, **more: Any) -> Incident:
    """Personal data of Britons, by us as a processor; aware from NOW on."""
    facts = {"personal_data": "yes", "jurisdictions": ["GB"], **more.pop("facts", {})}
    incident = opened(client, by, facts=facts, **more)
    if incident.aware_at is None:
        incident = record_instant(incident, "aware_at", NOW, by=by, now=NOW)
    return fresh(incident)


def started(incident: Incident, by: User, *ids: str, now: Any = NOW) -> dict[str, BreachClock]:
    start_clocks(incident, ids, by=by, now=now)
    return {clock.clock: clock for clock in BreachClock.objects.filter(incident=incident)}


def deadline_of(clock: BreachClock) -> Deadline:
    rows = Deadline.objects.filter(subject_type="response.breachclock", subject_id=str(clock.pk))
    return rows.order_by("pk").last()


def verbs() -> list[str]:
    return [event.payload.get("action") for event in AuditEvent.objects.order_by("id")]


def test_our_duty_to_tell_the_client_stands_first(in_a: object, client_a1: Client, alice: User) -> None:
    proposals = proposals_for(breach(client_a1, alice))
    assert proposals[0].clock.tells_the_controller
    assert proposals[0].duty == "ours"
    assert {each.duty for each in proposals if each.id == ICO} == {"clients"}


def test_started_clocks_hold_deadlines_and_are_not_proposed_again(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = breach(client_a1, alice)
    clock = started(incident, alice, TELL, ICO)[ICO]
    assert clock.due_at == NOW + 72 * HOURS
    deadline = deadline_of(clock)
    assert (deadline.kind, deadline.due_at, deadline.is_open) == ("incident.notice", clock.due_at, True)
    assert deadline.subject.startswith(incident.reference)
    assert ICO not in {each.id for each in proposals_for(incident)}
    assert start_clocks(incident, [ICO], by=alice, now=NOW) == []
    assert "incident.start_clocks" in verbs()


def test_only_what_is_proposed_and_has_begun_starts(in_a: object, client_a1: Client, alice: User) -> None:
    incident = breach(client_a1, alice)
    with pytest.raises(Refused, match="at least one clock"):
        start_clocks(incident, [], by=alice, now=NOW)
    with pytest.raises(Refused, match="not proposed any more"):
        start_clocks(incident, ["us-sec-8k"], by=alice, now=NOW)
    future = Choices(events={"payment_made": NOW + HOURS})
    with pytest.raises(Refused, match="has passed"):
        start_clocks(incident, [ICO], future, by=alice, now=NOW)
    edit_facts(incident, {"jurisdictions": ["US"]}, by=alice, now=NOW, version=fresh(incident).version)
    listed = Choices(sectors=frozenset({"public_company"}))
    with pytest.raises(Refused, match="waits: record the instant"):
        start_clocks(fresh(incident), ["us-sec-8k"], listed, by=alice, now=NOW)
    known = Choices(sectors=listed.sectors, events={"materiality_determined": NOW})
    assert start_clocks(fresh(incident), ["us-sec-8k"], known, by=alice, now=NOW)[0].trigger_at == NOW


def test_that_no_clock_runs_is_a_decision_with_a_reason(in_a: object, client_a1: Client, alice: User) -> None:
    incident = breach(client_a1, alice)
    with pytest.raises(Refused, match="why no clock"):
        record_no_clock(incident, by=alice, now=NOW, why=" ")
    record_no_clock(incident, by=alice, now=NOW, why="The data were made up")
    assert lead_ins(incident)[-2:] == ["Why no clock runs.", "No clock runs."]
    why, decision = TimelineEntry.objects.filter(incident=incident).order_by("pk").reverse()[:2][::-1]
    assert (why.internal, why.text) == (True, "The data were made up")
    assert (decision.internal, "made up" in decision.text) == (False, False)
    started(incident, alice, ICO)
    with pytest.raises(Refused, match="Decide on it instead"):
        record_no_clock(incident, by=alice, now=NOW, why="Still none")


def test_a_notice_in_time_ends_the_clock_at_its_instant(in_a: object, client_a1: Client, alice: User) -> None:
    clock = started(breach(client_a1, alice), alice, ICO)[ICO]
    sent = NOW + 20 * HOURS
    record_notified(clock, by=alice, now=NOW + 90 * HOURS, at=sent, reference="IC-1")
    clock.refresh_from_db()
    assert (clock.outcome, clock.notified_at, clock.reference) == ("notified", sent, "IC-1")
    deadline = deadline_of(clock)
    assert (deadline.outcome, deadline.ended_at, deadline.late_at) == ("met", sent, None)
    assert "incident.notify" in verbs()


def test_a_late_notice_carries_its_reasons_and_stays_late(
    in_a: object, client_a1: Client, alice: User
) -> None:
    clock = started(breach(client_a1, alice), alice, ICO)[ICO]
    late = NOW + 80 * HOURS
    with pytest.raises(Refused, match="reasons for the delay"):
        record_notified(clock, by=alice, now=late, at=late)
    record_notified(clock, by=alice, now=late, at=late, late_reason="The numbers were not known")
    clock.refresh_from_db()
    assert clock.late_reason == "The numbers were not known"
    assert deadline_of(clock).late_at == clock.due_at


def test_a_notice_is_refused_out_of_time_and_twice(in_a: object, client_a1: Client, alice: User) -> None:
    clock = started(breach(client_a1, alice), alice, ICO)[ICO]
    with pytest.raises(Refused, match="has passed"):
        record_notified(clock, by=alice, now=NOW, at=NOW + HOURS)
    with pytest.raises(Refused, match="before the clock started"):
        record_notified(clock, by=alice, now=NOW, at=NOW - HOURS)
    record_notified(clock, by=alice, now=NOW, at=NOW)
    with pytest.raises(Refused, match="decided already"):
        record_notified(clock, by=alice, now=NOW, at=NOW)
    with pytest.raises(Refused, match="decided already"):
        decide_not_to_notify(clock, by=alice, now=NOW, why="Again")


def test_not_to_notify_is_decided_with_a_reason_and_stays_to_be_seen(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = breach(client_a1, alice)
    clock = started(incident, alice, ICO)[ICO]
    with pytest.raises(Refused, match="why nobody is notified"):
        decide_not_to_notify(clock, by=alice, now=NOW, why="")
    decide_not_to_notify(clock, by=alice, now=NOW + HOURS, why="No risk to anybody")
    clock.refresh_from_db()
    assert (clock.outcome, clock.reason, clock.decided_by) == ("not_notified", "No risk to anybody", alice)
    assert deadline_of(clock).outcome == "met"
    entry = TimelineEntry.objects.filter(incident=incident).order_by("pk").last()
    assert (entry.lead_in, "No risk" in entry.text) == ("Decided not to notify.", False)
    assert "incident.decide_not_to_notify" in verbs()


def test_when_we_told_the_client_its_own_clocks_are_counted_from_then(
    in_a: object, client_a1: Client, alice: User
) -> None:
    clocks = started(breach(client_a1, alice), alice, TELL, ICO)
    told = NOW + 5 * HOURS
    record_notified(clocks[TELL], by=alice, now=told, at=told)
    own = BreachClock.objects.get(pk=clocks[ICO].pk)
    assert (own.trigger_at, own.due_at) == (told, told + 72 * HOURS)
    assert deadline_of(own).due_at == told + 72 * HOURS


def test_a_client_that_knew_by_itself_is_counted_from_its_own_knowing(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = breach(client_a1, alice)
    clocks = started(incident, alice, TELL, ICO)
    knew = NOW + 2 * HOURS
    record_notified(clocks[TELL], by=alice, now=NOW + 5 * HOURS, at=NOW + 5 * HOURS, client_awareness=knew)
    assert BreachClock.objects.get(pk=clocks[ICO].pk).trigger_at == knew
    correct_trigger(
        BreachClock.objects.get(pk=clocks[ICO].pk), NOW + HOURS, by=alice, now=NOW + 6 * HOURS, why="By mail"
    )
    assert BreachClock.objects.get(pk=clocks[ICO].pk).trigger_at == NOW + HOURS
    assert "Client aware." in lead_ins(incident)


def test_a_clock_moves_with_the_instant_of_the_record(in_a: object, client_a1: Client, alice: User) -> None:
    clocks = started(breach(client_a1, alice, detected_at=NOW - 5 * HOURS), alice, TELL)
    earlier = NOW - 3 * HOURS
    before = deadline_of(clocks[TELL]).due_at
    correct_trigger(clocks[TELL], earlier, by=alice, now=NOW + HOURS, why="Read from the log")
    clock = BreachClock.objects.get(pk=clocks[TELL].pk)
    assert clock.trigger_at == earlier == fresh(clock.incident).aware_at
    assert deadline_of(clock).due_at == before - 3 * HOURS
    assert deadline_of(clock).due_at == clock.due_at


@pytest.mark.parametrize(
    ("instant", "why", "words"),
    [(NOW, " ", "why the instant"), (NOW + 9 * HOURS, "Wrong", "has passed")],
)
def test_a_correction_needs_a_reason_and_a_past_instant(
    in_a: object, client_a1: Client, alice: User, instant: Any, why: str, words: str
) -> None:
    clock = started(breach(client_a1, alice), alice, ICO)[ICO]
    with pytest.raises(Refused, match=words):
        correct_trigger(clock, instant, by=alice, now=NOW + HOURS, why=why)
    with pytest.raises(Refused, match="has passed"):
        record_client_awareness(clock.incident, NOW + 9 * HOURS, by=alice, now=NOW)


def test_what_was_decided_is_not_counted_anew(in_a: object, client_a1: Client, alice: User) -> None:
    clock = started(breach(client_a1, alice), alice, ICO)[ICO]
    decide_not_to_notify(clock, by=alice, now=NOW, why="No risk")
    clock.refresh_from_db()
    with pytest.raises(Refused, match="was decided on"):
        correct_trigger(clock, NOW, by=alice, now=NOW, why="Wrong")


def test_a_clock_whose_conditions_no_longer_hold_stays_until_decided(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = breach(client_a1, alice)
    clock = started(incident, alice, ICO)[ICO]
    values = {"personal_data": "no", "jurisdictions": ["SG"]}
    edit_facts(fresh(incident), values, by=alice, now=NOW + HOURS, version=fresh(incident).version)
    assert BreachClock.objects.get().outcome == ""
    assert deadline_of(clock).is_open
    told = NOW + 2 * HOURS
    record_client_awareness(fresh(incident), told, by=alice, now=told)
    assert BreachClock.objects.get().due_at == told + 72 * HOURS


def test_a_staged_report_starts_the_next_one(in_a: object, client_a1: Client, alice: User) -> None:
    facts = {"jurisdictions": ["EU"], "our_role": "controller"}
    incident = breach(client_a1, alice, facts=facts)
    chosen = Choices(sectors=frozenset({"essential_or_important_entity"}))
    before, final = "eu-nis2-notification", "eu-nis2-final"
    assert {before, final} <= {each.id for each in proposals_for(incident, chosen)}
    with pytest.raises(Refused, match="waits"):
        start_clocks(incident, [final], chosen, by=alice, now=NOW)
    start_clocks(incident, [before], chosen, by=alice, now=NOW)
    sent = NOW + 30 * HOURS
    following = record_notified(BreachClock.objects.get(), by=alice, now=sent, at=sent)
    assert final in {each.clock for each in following}
    assert {each.trigger_at for each in following if each.clock == final} == {sent}
    follower = next(each for each in following if each.clock == final)
    assert follower.follows.clock == before
    assert deadline_of(follower).is_open
    with pytest.raises(Refused, match="report before it"):
        correct_trigger(follower, NOW, by=alice, now=sent, why="Wrong")


def test_an_own_instant_of_a_clock_is_corrected_there(in_a: object, client_a1: Client, alice: User) -> None:
    incident = breach(client_a1, alice, facts={"jurisdictions": ["US"]})
    chosen = Choices(sectors=frozenset({"public_company"}), events={"materiality_determined": NOW})
    clock = start_clocks(incident, ["us-sec-8k"], chosen, by=alice, now=NOW)[0]
    before = clock.due_at
    correct_trigger(clock, NOW - 48 * HOURS, by=alice, now=NOW + HOURS, why="The board met on Tuesday")
    clock.refresh_from_db()
    assert clock.trigger_at == NOW - 48 * HOURS
    assert clock.due_at < before
    assert deadline_of(clock).due_at == clock.due_at
    assert "incident.correct_clock" in verbs()


def test_an_unsettled_law_is_proposed_once_it_is_switched_on(
    in_a: object, client_a1: Client, alice: User
) -> None:
    unsettled = [clock for clock in clocks() if not clock.is_settled]
    assert unsettled
    sectors = frozenset(clock.when.sector for clock in unsettled)
    places = sorted({clock.jurisdiction for clock in unsettled})
    incident = breach(client_a1, alice, facts={"jurisdictions": places, "our_role": "controller"})
    ids = frozenset(clock.id for clock in unsettled)
    assert not ids & {each.clock.id for each in proposals_for(incident, Choices(sectors=sectors))}
    assert ids & {
        each.clock.id for each in proposals_for(incident, Choices(sectors=sectors, switched_on=ids))
    }


def test_nobody_of_another_client_sees_a_clock_and_a_drill_is_the_practices_own(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User, carol: User
) -> None:
    started(breach(client_a2, alice), alice, ICO)
    started(breach(client_a1, alice, drill=True), alice, ICO)
    with enter(scope_of(carol), switch=True):
        assert not BreachClock.objects.exists()
    with enter(scope_of(bob), switch=True):
        assert {clock.client_id for clock in BreachClock.objects.all()} == {client_a1.pk}
    drill = BreachClock.objects.get(client=client_a1)
    assert deadline_of(drill).title.startswith("Drill: ")
    assert deadline_of(drill).internal


def test_an_incident_does_not_close_while_a_clock_runs(in_a: object, client_a1: Client, alice: User) -> None:
    incident = breach(client_a1, alice)
    started(incident, alice, ICO)
    with pytest.raises(Refused, match="clock"):
        close(incident, by=alice, now=at(25, 9))
