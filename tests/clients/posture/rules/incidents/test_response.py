"""INC-01, INC-02, INC-03 and INC-07: every result, at the edges of every number."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.posture.rules.finding import Finding, Result
from clients.posture.rules.incidents.facts import Incident, ResponsePlan, Stretch, Told
from clients.posture.rules.incidents.response import WINDOW, counted, late_updates
from tests.clients.posture.made import (
    NOW,
    days,
    facts,
    hours,
    incident,
    judged,
    plan,
    responses,
    support,
    timed,
    under_way,
)

SECOND = 1 / 3600
HOUR = timedelta(hours=1)
OF_INCIDENTS = ["INC-02", "INC-03", "INC-04", "INC-05", "INC-07", "INC-08"]


def of(control_id: str, *incidents: Incident, **fields: Any) -> Finding:
    return judged(control_id, responses=responses(*incidents), **fields)


@pytest.mark.parametrize("control_id", [*OF_INCIDENTS, "INC-01", "INC-09"])
def test_where_no_room_keeps_incidents_nothing_is_shown_as_passed(control_id: str) -> None:
    finding = judged(control_id, responses=None)
    assert finding.result is Result.UNKNOWN
    assert "kept in no register here" in finding.words


@pytest.mark.parametrize("control_id", [*OF_INCIDENTS, "INC-09"])
def test_without_an_incident_nothing_applies(control_id: str) -> None:
    assert of(control_id).result is Result.NOT_APPLICABLE


@pytest.mark.parametrize("control_id", ["INC-02", "INC-03", "INC-04", "INC-05", "INC-07"])
def test_an_incident_in_order_passes_and_the_words_say_which_count(control_id: str) -> None:
    finding = of(control_id, incident())
    assert finding.result is Result.PASS
    assert finding.words.endswith(f"in order. {WINDOW}")
    assert ("incidents", 1) in finding.records
    assert finding.oldest_on is not None


@pytest.mark.parametrize(
    ("closed", "counts"),
    [(None, True), (-1, True), (-365 * 24, True), (-365 * 24 - SECOND, False)],
)
def test_an_incident_counts_while_it_is_open_and_for_12_months_after(
    closed: float | None, counts: bool
) -> None:
    late = incident(
        closed_at=None if closed is None else hours(closed),
        response=timed(-9000, 4, -8990),
        last_entry_at=NOW,
    )
    assert (len(counted(facts(responses=responses(late)), NOW)) == 1) is counts
    assert (of("INC-02", late).result is Result.FAIL) is counts


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"approved_at": hours(-365 * 24)}, "pass", ""),
        (
            {"approved_at": hours(-365 * 24 - SECOND)},
            "fail",
            "was approved on 19 Nov 2025, more than 12 months",
        ),
        ({"approved_at": None}, "fail", "is not approved yet"),
        ({"exercised_on": None}, "warn", "was never exercised"),
        ({"gaps": ("contacts",), "exercised_on": None}, "fail", "names no contacts"),
    ],
)
def test_the_response_plan_is_approved_complete_and_exercised(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = judged("INC-01", responses=responses(plan=plan(**fields)))
    assert finding.result == result
    assert words in finding.weakest


def test_a_plan_is_asked_for_only_where_there_is_support() -> None:
    without = responses(plan=None)
    assert judged("INC-01", support=support(tier="none"), responses=without).result is Result.NOT_APPLICABLE
    assert judged("INC-01", ended_on=days(-3), responses=without).result is Result.NOT_APPLICABLE
    assert judged("INC-01", support=None, responses=without).result is Result.UNKNOWN
    assert judged("INC-01", responses=without).words == "Nothing recorded: no response plan is on record."


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"response": timed(-100, 4, -96)}, "pass", ""),
        ({"response": timed(-100, 4, -96 + SECOND)}, "fail", "got its first response late: it was due 15 Nov 2026"),
        ({"response": timed(-100, 4, -99, late_at=hours(-99.5))}, "fail", "got its first response late"),
        ({"response": timed(-4, 4)}, "warn", "needs its first response by 19 Nov 2026, 10:30"),
        ({"response": timed(-4 - SECOND, 4)}, "fail", "has no first response: it was due 19 Nov 2026, 10:29"),
        ({"response": timed(-3, 4)}, "warn", "needs its first response by 19 Nov 2026, 11:30"),
        ({"response": timed(-3 + SECOND, 4)}, "not_applicable", ""),
        ({"response": None}, "unknown", "had no response target agreed"),
    ],
)  # fmt: skip
def test_the_first_response_comes_within_its_target(fields: dict[str, Any], result: str, words: str) -> None:
    finding = of("INC-02", incident(**fields))
    assert finding.result == result
    assert words in finding.weakest


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({"untimed": ("SEV2",)}, "not_applicable"),
        ({"untimed": ("SEV3",)}, "unknown"),
        ({"tier": "none", "warranty": True}, "not_applicable"),
        ({"tier": "none"}, "fail"),
    ],
)
def test_where_no_time_was_promised_nothing_can_be_late(fields: dict[str, Any], result: str) -> None:
    finding = of("INC-02", incident(response=None), support=support(**fields))
    assert finding.result == result


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "not_applicable", ""),
        ({"without_target": ("SEV2", "SEV3")}, "fail", "names no response target for SEV2"),
        ({"ends_on": days(-1)}, "fail", "ended on"),
        ({"ends_on": days(0)}, "not_applicable", ""),
        ({"tier": "none", "without_target": ("SEV3",)}, "fail", "neither ongoing support nor warranty terms"),
        ({"tier": "none", "warranty": True, "without_target": ("SEV3",)}, "not_applicable", ""),
    ],
)
def test_support_names_its_targets_or_its_warranty_also_without_incidents(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = of("INC-02", support=support(**fields))
    assert finding.result == result
    assert words in finding.weakest


def test_without_a_support_scope_the_targets_are_unknown() -> None:
    assert of("INC-02", support=None).words == "Nothing recorded: no support scope is on record."
    assert of("INC-02", incident(response=None), support=None).result is Result.UNKNOWN
    assert judged("INC-02", responses=None, support=support(tier="none")).result is Result.FAIL


def told(*instants: float, preferred: bool | None = True) -> tuple[Told, ...]:
    return tuple(Told(hours(each), preferred) for each in instants)


HOURLY = (Stretch(hours(-100), HOUR),)


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"told": told(-99, -98), "resolved_at": hours(-97), "stretches": HOURLY}, "pass", ""),
        ({"told": told(-99, -97.9), "resolved_at": hours(-97), "stretches": HOURLY}, "warn", "was late with an update"),
        ({"told": told(-99, -97), "resolved_at": hours(-97), "stretches": HOURLY}, "warn", "late with an update"),
        ({"told": told(-99, -96.9), "resolved_at": hours(-96.5), "stretches": HOURLY}, "fail", "late with 2 updates"),
        ({"told": (), "resolved_at": hours(-99), "stretches": HOURLY}, "pass", ""),
        ({"told": (), "resolved_at": hours(-90), "stretches": HOURLY}, "fail", "was late with 9 updates"),
        ({"told": told(-97, preferred=None)}, "unknown", "but none was agreed as preferred"),
        ({"told": (*told(-97, preferred=None), *told(-96))}, "unknown", "but none was agreed as preferred"),
        ({"told": told(-97, preferred=False)}, "warn",
         "late with an update on the preferred channel once: others went elsewhere"),
        ({"told": told(-99, -98, preferred=False), "resolved_at": hours(-97), "stretches": HOURLY}, "fail",
         "was late with an update on the preferred channel 2 times: others went elsewhere"),
        ({"stretches": (Stretch(hours(-100), None),), "told": ()}, "not_applicable", ""),
    ],
)  # fmt: skip
def test_the_client_hears_at_the_cadence_on_its_channel(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = of("INC-03", incident(**fields))
    assert finding.result == result
    assert words in finding.weakest


@pytest.mark.parametrize(
    ("since", "result"), [(-4, "not_applicable"), (-4 - SECOND, "warn"), (-8, "warn"), (-8 - SECOND, "fail")]
)
def test_silence_counts_while_the_incident_lasts(since: float, result: str) -> None:
    silent = under_way(stretches=(Stretch(hours(since), timedelta(hours=4)),))
    assert of("INC-03", silent).result == result


def test_a_new_cadence_begins_anew_and_what_was_missed_before_stays_missed() -> None:
    stretches = [Stretch(hours(-10), None), Stretch(hours(-6), HOUR), Stretch(hours(-3), timedelta(hours=4))]
    assert late_updates(stretches, [], hours(-1)) == 2
    assert late_updates(stretches, told(-5, -4), hours(-1)) == 0
    assert late_updates(stretches, told(-5, -4), hours(1.5)) == 1


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    instants=st.lists(st.integers(-99, -1), max_size=8),
    more=st.integers(-99, -1),
    every=st.integers(1, 30),
)
def test_one_more_update_never_makes_it_later_and_no_update_is_latest(
    instants: list[int], more: int, every: int
) -> None:
    stretches = [Stretch(hours(-100), timedelta(hours=every))]
    before = late_updates(stretches, told(*instants), NOW)
    assert late_updates(stretches, told(*instants, more), NOW) <= before
    assert before <= late_updates(stretches, [], NOW)


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({}, "pass", ""),
        ({"phase": "Remediation", "missing": ("Share the post-mortem.",)}, "fail",
         "is closed without remediation: Share the post-mortem."),
        ({"closed_at": None, "last_entry_at": hours(-500)}, "pass", ""),
        ({"closed_at": None, "phase": "Containment", "last_entry_at": hours(-24 + SECOND)}, "pass", ""),
        ({"closed_at": None, "phase": "Containment", "last_entry_at": hours(-24)}, "warn",
         "has no entry since 18 Nov 2026, 10:30, in containment"),
        ({"closed_at": None, "phase": "Detection", "last_entry_at": None}, "warn", "no entry at all, in detection"),
    ],
)  # fmt: skip
def test_a_closed_incident_has_its_phases_and_an_open_one_moves(
    fields: dict[str, Any], result: str, words: str
) -> None:
    finding = of("INC-07", incident(**fields))
    assert finding.result == result
    assert words in finding.weakest


def test_the_records_lead_to_where_they_stand() -> None:
    assert [each.REGISTER for each in (Incident, ResponsePlan)] == ["incidents", "response-plan"]
