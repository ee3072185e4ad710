"""INC-01 to INC-09 from rows of the database: what is recorded, time that passes, and who looks."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from clients.posture.queries import posture_of
from clients.posture.rules.finding import Finding
from clients.posture.sources import address_of
from incidents.response.actions import (
    acknowledge,
    change_severity,
    close,
    edit_facts,
    open_incident,
    record_instant,
    reopen,
)
from incidents.response.breach_actions import (
    decide_not_to_notify,
    record_no_clock,
    record_notified,
    start_clocks,
)
from incidents.response.models import BreachClock, Incident, Measure, ResponsePlan
from incidents.response.plans.actions import approve_plan, offer_plan
from incidents.response.plans.exercises import record_exercise
from incidents.response.post_mortems.actions import ask_review
from incidents.response.post_mortems.measures import edit_measure, finish_measure
from incidents.response.post_mortems.sharing import share
from incidents.response.timeline_actions import add_entry
from incidents.response.update_actions import Words, record_update
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW, agree, at, fresh, opened
from tests.incidents.response.plans.made import ready, written
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, reviewed, write_all

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TELL, ICO = "uk-gdpr-processor", "uk-gdpr-ico"
SAID = {
    "severities": [{"id": "SEV1", "target": "PT4H"}],
    "contacts": {"client": ["Ann"], "practice": ["Bob"]},
    "clocks": ["uk-gdpr-ico"],
}


def finding(client: Client, control_id: str, now: datetime) -> Finding:
    standing = posture_of(client, now).of(control_id)
    assert standing is not None
    return standing.finding


def result(client: Client, control_id: str, now: datetime) -> str:
    return finding(client, control_id, now).result.value


def written_up(client: Client, by: User, reviewer: User, severity: str = "SEV3", **more: Any) -> Incident:
    """Resolved, written, reviewed; the 48 hours run from RESOLVED."""
    incident = write_all(resolved(client, by, severity, **more), by)
    ask_review(incident, by=by, now=RESOLVED)
    reviewed(incident, reviewer)
    return fresh(incident)


def test_a_client_without_incidents_is_asked_nothing_of_them(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    for number in (2, 3, 4, 5, 7, 8, 9):
        assert result(client_a1, f"INC-0{number}", NOW) == "not_applicable"
    assert result(client_a1, "INC-01", NOW) == "unknown"


def plan(client: Client, by: User, **fields: Any) -> ResponsePlan:
    return ResponsePlan.objects.create(
        practice_id=client.practice_id, client=client, **{"version": 1, "written_by": by, **fields}
    )


def test_the_plan_in_force_is_approved_exercised_and_approved_anew_each_year(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    draft = plan(client_a1, alice, internal=True)
    assert result(client_a1, "INC-01", NOW) == "unknown"
    ResponsePlan.objects.filter(pk=draft.pk).update(internal=False, offered_at=NOW, offered_by=alice)
    assert "is not approved yet" in finding(client_a1, "INC-01", NOW).weakest
    approval = {"approved_at": NOW, "approved_by": alice, "snapshot": SAID}
    ResponsePlan.objects.filter(pk=draft.pk).update(**approval)
    assert "was never exercised" in finding(client_a1, "INC-01", NOW).weakest
    ResponsePlan.objects.filter(pk=draft.pk).update(exercised_on=date(2026, 11, 19))
    assert result(client_a1, "INC-01", NOW) == "pass"
    assert result(client_a1, "INC-01", NOW + 366 * DAY) == "fail"
    plan(client_a1, alice, version=2, internal=True)
    assert result(client_a1, "INC-01", NOW) == "pass"
    snapshot = {**SAID, "contacts": {"client": ["Ann"]}}
    ResponsePlan.objects.filter(pk=draft.pk).update(snapshot=snapshot)
    assert finding(client_a1, "INC-01", NOW).weakest == "Response plan, version 1 names no contacts"


def test_what_the_plans_own_actions_approve_and_exercise_passes_on_both_sides(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    ready(client_a1, alice)
    draft = written(client_a1, alice)
    assert result(client_a1, "INC-01", NOW) == "unknown"
    offer_plan(draft, by=alice, now=NOW)
    assert finding(client_a1, "INC-01", NOW).weakest == "Response plan, version 1 is not approved yet"
    approve_plan(draft, name=carol.name, by=carol, now=NOW)
    found = finding(client_a1, "INC-01", NOW)
    assert (found.result, found.weakest) == ("warn", "Response plan, version 1 was never exercised")
    assert address_of(client_a1, found.warning[0]) == reverse("response_plan", args=["alder"])
    held = {"title": "On paper", "participants": "Alice, Carol", "learnt": "Much", "evidence": "The minutes"}
    record_exercise(client_a1, held_on=date(2026, 11, 19), by=alice, now=NOW + HOUR, **held)
    assert result(client_a1, "INC-01", NOW + 2 * HOUR) == "pass"
    written(client_a1, alice, NOW + 2 * HOUR)
    with enter(scope_of(carol), switch=True):
        assert result(client_a1, "INC-01", NOW + 3 * HOUR) == "pass"


def test_an_exercise_of_an_earlier_version_counts_for_the_plan(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    approval = {"approved_at": NOW, "approved_by": alice, "snapshot": SAID}
    plan(client_a1, alice, superseded_at=NOW, exercised_on=date(2026, 10, 1), **approval)
    plan(client_a1, alice, version=2, **approval)
    found = finding(client_a1, "INC-01", NOW)
    assert (found.result, found.checked) == ("pass", 1)


def test_the_first_response_is_watched_as_its_time_runs_out_and_late_stays_late(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "scale")
    incident = opened(client_a1, alice, "SEV1")
    for minutes, expected in ((44, "not_applicable"), (45, "warn"), (60, "warn"), (61, "fail")):
        assert result(client_a1, "INC-02", NOW + minutes * MINUTE) == expected
    acknowledge(incident, by=alice, now=NOW + 60 * MINUTE)
    assert result(client_a1, "INC-02", NOW + 90 * MINUTE) == "pass"
    second = opened(client_a1, alice, "SEV1")
    acknowledge(second, by=alice, now=NOW + 61 * MINUTE)
    found = finding(client_a1, "INC-02", NOW + 30 * DAY)
    assert [each.name for each in found.failing] == [second.reference]
    assert found.weakest == f"{second.reference} got its first response late: it was due 19 Nov 2026, 11:30"
    assert address_of(client_a1, found.failing[0]) == f"/c/alder/incidents/{second.number}/"


def test_a_missed_response_is_not_forgotten_by_lowering_the_severity(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", sev4_target="by_agreement")
    incident = opened(client_a1, alice, "SEV1")
    change_severity(incident, "SEV4", by=alice, now=NOW + 5 * HOUR, why="A false start")
    assert result(client_a1, "INC-02", NOW + 6 * HOUR) == "fail"
    in_time = opened(client_a1, alice, "SEV4", now=NOW + 5 * HOUR)
    assert in_time.reference not in finding(client_a1, "INC-02", NOW + 6 * HOUR).weakest


def test_without_an_agreement_a_response_is_neither_late_nor_in_time(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV1")
    acknowledge(incident, by=alice, now=NOW)
    found = finding(client_a1, "INC-02", NOW + DAY)
    assert (found.result, found.weakest) == ("unknown", f"{incident.reference} had no response target agreed")


def tell(incident: Incident, by: User, instant: datetime, how: str = "Telephone") -> None:
    record_update(fresh(incident), Words("Known"), channel=how, told_at=instant, by=by, now=instant)


def test_the_client_hears_on_its_channel_until_it_is_resolved(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", channel="phone")
    incident = opened(client_a1, alice, "SEV1")
    assert result(client_a1, "INC-03", NOW + HOUR) == "not_applicable"
    assert result(client_a1, "INC-03", NOW + 61 * MINUTE) == "warn"
    tell(incident, alice, NOW + HOUR)
    assert result(client_a1, "INC-03", NOW + 2 * HOUR) == "pass"
    assert result(client_a1, "INC-03", NOW + 2 * HOUR + MINUTE) == "warn"
    assert result(client_a1, "INC-03", NOW + 3 * HOUR + MINUTE) == "fail"
    record_instant(
        incident, "resolved_at", NOW + 110 * MINUTE, by=alice, now=NOW + 110 * MINUTE, words="Fixed"
    )
    assert result(client_a1, "INC-03", NOW + 9 * DAY) == "pass"


def test_an_update_by_another_channel_does_not_keep_the_promise(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", channel="slack")
    incident = opened(client_a1, alice, "SEV2")
    tell(incident, alice, NOW + HOUR)
    tell(incident, alice, NOW + 4 * HOUR)
    found = finding(client_a1, "INC-03", NOW + 5 * HOUR)
    assert (found.result, found.weakest) == (
        "warn",
        f"{incident.reference} was late with an update on the preferred channel once: others went elsewhere",
    )


def test_without_a_preferred_channel_it_stays_unknown(in_a: object, client_a1: Client, alice: User) -> None:
    agree(client_a1, alice, "growth", channel="")
    tell(opened(client_a1, alice, "SEV2"), alice, NOW + HOUR)
    assert result(client_a1, "INC-03", NOW + 2 * HOUR) == "unknown"


def test_what_is_raised_owes_updates_from_then_on_and_what_is_reopened_anew(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth", channel="phone")
    incident = opened(client_a1, alice, "SEV3")
    raised = NOW + 9 * HOUR
    assert result(client_a1, "INC-03", raised) == "not_applicable"
    change_severity(incident, "SEV1", by=alice, now=raised, why="It spreads")
    assert result(client_a1, "INC-03", raised + HOUR) == "not_applicable"
    assert result(client_a1, "INC-03", raised + 61 * MINUTE) == "warn"
    resolved_at = raised + 30 * MINUTE
    record_instant(incident, "resolved_at", resolved_at, by=alice, now=resolved_at)
    reopen(incident, by=alice, now=raised + DAY, why="It came back")
    assert result(client_a1, "INC-03", raised + DAY + HOUR) == "not_applicable"
    assert result(client_a1, "INC-03", raised + DAY + 61 * MINUTE) == "warn"


def test_the_post_mortem_is_watched_through_its_48_hours(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = written_up(client_a1, alice, bob)
    for hours, expected in ((35, "not_applicable"), (36, "warn"), (48, "warn"), (49, "fail")):
        assert result(client_a1, "INC-04", RESOLVED + hours * HOUR) == expected
    assert result(client_a1, "INC-05", RESOLVED + 48 * HOUR) == "not_applicable"
    assert result(client_a1, "INC-05", RESOLVED + 49 * HOUR) == "fail"
    late = finding(client_a1, "INC-04", RESOLVED + 49 * HOUR)
    assert "Words on" not in repr(late)
    share(incident, by=alice, now=RESOLVED + 47 * HOUR)
    for control_id in ("INC-04", "INC-05", "INC-09"):
        assert result(client_a1, control_id, RESOLVED + 49 * HOUR) == "pass", control_id


def test_a_post_mortem_shared_late_stays_late_until_a_year_after_the_close(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = written_up(client_a1, alice, bob)
    share(incident, by=alice, now=RESOLVED + 49 * HOUR)
    closed = RESOLVED + 50 * HOUR
    for measure in Measure.objects.filter(incident=incident):
        finish_measure(measure, "Done", by=alice, now=closed)
    close(fresh(incident), by=alice, now=closed)
    assert result(client_a1, "INC-04", closed + 365 * DAY) == "fail"
    assert result(client_a1, "INC-05", closed + 365 * DAY) == "pass"
    assert result(client_a1, "INC-07", closed + 365 * DAY) == "pass"
    assert result(client_a1, "INC-04", closed + 365 * DAY + MINUTE) == "not_applicable"


def test_of_a_post_mortem_shared_in_part_the_rest_is_unknown(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = written_up(client_a1, alice, bob)
    share(incident, by=alice, now=RESOLVED + HOUR, whole=False)
    found = finding(client_a1, "INC-05", RESOLVED + 2 * HOUR)
    assert (found.result, "only the summary and the message" in found.weakest) == ("unknown", True)


def test_a_measure_is_followed_until_it_is_done(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = written_up(client_a1, alice, bob)
    assert result(client_a1, "INC-09", RESOLVED + HOUR) == "not_applicable"
    share(incident, by=alice, now=RESOLVED + HOUR)
    due = datetime(2026, 12, 1, 12, tzinfo=NOW.tzinfo)
    for days, expected in ((-8, "pass"), (-7, "warn"), (0, "warn"), (1, "fail")):
        assert result(client_a1, "INC-09", due + days * DAY) == expected
    late = finding(client_a1, "INC-09", due + DAY).failing[0]
    assert late.name == f"{incident.reference}: A corrective step"
    assert address_of(client_a1, late) == f"/c/alder/incidents/{incident.number}/#s-measures"
    first, second = Measure.objects.filter(incident=incident).order_by("pk")
    finish_measure(first, "Done", by=alice, now=due)
    later = {"owner": alice, "due_on": date(2027, 3, 1)}
    edit_measure(second, later, version=second.version, by=alice, now=due, why="The supplier needs longer")
    assert result(client_a1, "INC-09", due + DAY) == "pass"


def test_an_open_incident_moves_and_a_closed_one_has_its_phases(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    incident = opened(client_a1, alice, "SEV3", facts={"personal_data": "no"})
    acknowledge(incident, by=alice, now=NOW)
    assert result(client_a1, "INC-07", NOW + 23 * HOUR) == "pass"
    assert "in containment" in finding(client_a1, "INC-07", NOW + 24 * HOUR).weakest
    add_entry(incident, "Among us", at=NOW + 20 * HOUR, by=alice, now=NOW + 20 * HOUR, internal=True)
    assert result(client_a1, "INC-07", NOW + 24 * HOUR) == "warn"
    add_entry(incident, "We look at logs", at=NOW + 20 * HOUR, by=alice, now=NOW + 20 * HOUR)
    assert result(client_a1, "INC-07", NOW + 24 * HOUR) == "pass"


def breach(client: Client, by: User, **facts: Any) -> Incident:
    return opened(client, by, facts={"personal_data": "yes", "jurisdictions": ["GB"], **facts})


def test_the_clocks_of_a_breach_are_started_and_end_in_time(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = breach(client_a1, alice)
    assert "started no clock at all" in finding(client_a1, "INC-08", NOW).weakest
    start_clocks(incident, [ICO], by=alice, now=NOW)
    assert "started no clock for telling the client" in finding(client_a1, "INC-08", NOW).weakest
    start_clocks(fresh(incident), [TELL], by=alice, now=NOW)
    tell_clock = BreachClock.objects.get(clock=TELL)
    assert tell_clock.due_at == NOW + DAY
    for hours, expected in ((11, "not_applicable"), (12, "warn"), (24, "warn"), (25, "fail")):
        assert result(client_a1, "INC-08", NOW + hours * HOUR) == expected
    record_notified(tell_clock, by=alice, now=NOW + 2 * HOUR, at=NOW + HOUR)
    ico = BreachClock.objects.get(clock=ICO)
    decide_not_to_notify(ico, by=alice, now=NOW + 3 * HOUR, why="No risk to anybody")
    assert result(client_a1, "INC-08", NOW + 90 * DAY) == "pass"


def test_every_place_chosen_has_its_clock(in_a: object, client_a1: Client, alice: User) -> None:
    incident = breach(client_a1, alice, jurisdictions=["GB", "EU"])
    start_clocks(incident, [TELL, ICO], by=alice, now=NOW)
    found = finding(client_a1, "INC-08", NOW)
    assert (found.result, "started no clock for the European Union" in found.weakest) == ("fail", True)
    start_clocks(fresh(incident), ["eu-gdpr-sa"], by=alice, now=NOW)
    assert result(client_a1, "INC-08", NOW) == "not_applicable"


def test_that_no_clock_runs_is_a_decision_that_both_sides_see(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = breach(client_a1, alice)
    record_no_clock(incident, by=alice, now=NOW, why="The data were made up")
    found = finding(client_a1, "INC-08", NOW + DAY)
    assert (found.result, "made up" in repr(found)) == ("pass", False)


def test_while_nobody_knows_of_personal_data_it_is_not_decided(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    assert result(client_a1, "INC-08", NOW) == "unknown"
    edit_facts(incident, {"personal_data": "no"}, by=alice, now=NOW)
    assert result(client_a1, "INC-08", NOW) == "not_applicable"


def test_drills_and_other_clients_incidents_count_for_nothing(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    for client in (client_a1, client_a2):
        agree(client, alice, "scale")
    opened(client_a1, alice, "SEV1", drill=True)
    opened(client_a2, alice, "SEV1", title="Birch went down", facts={"personal_data": "yes"})
    ours = posture_of(client_a1, NOW + DAY)
    for number in (2, 3, 4, 5, 7, 8, 9):
        assert ours.of(f"INC-0{number}").result == "not_applicable"  # type: ignore[union-attr]
    assert "INC-0002" not in repr(ours)
    assert result(client_a2, "INC-02", NOW + DAY) == "fail"


def test_of_an_event_that_hit_several_clients_each_has_its_own_part(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    for client in (client_a1, client_a2):
        agree(client, alice, "scale")
    here, _ = open_incident([client_a1, client_a2], title="Down", severity="SEV1", by=alice, now=NOW)
    acknowledge(here, by=alice, now=NOW + MINUTE)
    assert result(client_a1, "INC-02", NOW + 2 * HOUR) == "pass"
    assert result(client_a2, "INC-02", NOW + 2 * HOUR) == "fail"


def test_a_resolution_over_night_is_counted_where_the_client_is(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "scale")
    opened(client_a1, alice, "SEV1", now=at(19, 23, 30))
    assert "it was due 20 Nov 2026, 00:30" in finding(client_a1, "INC-02", at(20, 9)).weakest
