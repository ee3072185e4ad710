"""INC-08: every result, at the edges of a clock."""

from __future__ import annotations

from typing import Any

import pytest

from clients.posture.rules.finding import Finding, Result
from clients.posture.rules.incidents.facts import BreachClock, Incident
from tests.clients.posture.made import breach_clock, hours, incident, judged, responses

SECOND = 1 / 3600
UNTIMED = BreachClock("Tell the client", hours(-10))


def of(*incidents: Incident, **fields: Any) -> Finding:
    return judged("INC-08", responses=responses(*incidents), **fields)


def breach(*clocks: BreachClock, **fields: Any) -> Incident:
    return incident(**{"personal_data": "yes", "clocks": clocks, **fields})


@pytest.mark.parametrize(
    ("clock", "result", "words"),
    [
        (breach_clock(-80, 72, -20), "pass", ""),
        (breach_clock(-80, 72, -8), "pass", ""),
        (breach_clock(-80, 72, -8 + SECOND), "fail", "was late with a notice or decision for “Notify the ICO”"),
        (breach_clock(-36 + SECOND), "not_applicable", ""),
        (breach_clock(-36), "warn", "needs a notice or decision for “Notify the ICO” by 20 Nov 2026, 22:30"),
        (breach_clock(-72), "warn", "by 19 Nov 2026, 10:30"),
        (breach_clock(-72 - SECOND), "fail", "has no notice or decision for “Notify the ICO”: it was due"),
        (UNTIMED, "unknown", "has no notice or decision yet for “Tell the client”"),
        (BreachClock("Tell the client", hours(-10), None, hours(-9)), "pass", ""),
    ],
)  # fmt: skip
def test_a_clock_ends_in_time_with_a_notice_or_a_decision(
    clock: BreachClock, result: str, words: str
) -> None:
    finding = of(breach(clock))
    assert finding.result == result
    assert words in finding.weakest


@pytest.mark.parametrize(
    ("fields", "result", "words"),
    [
        ({"unstarted": ("at all",)}, "fail", "started no clock at all, and no decision says why"),
        ({"unstarted": ("at all",), "no_clock_decided": True}, "pass", ""),
        (
            {"unstarted": ("for x",), "no_clock_decided": True, "clocks": (breach_clock(-80, 72, -20),)},
            "fail",
            "started no clock for x",
        ),
        ({"personal_data": "no"}, "not_applicable", ""),
        ({"personal_data": "unknown"}, "unknown", "does not say yet whether personal data is involved"),
        ({"personal_data": "suspected"}, "unknown", "does not say yet"),
        ({"personal_data": "suspected", "clocks": (breach_clock(-73),)}, "fail", "has no notice or decision"),
        ({"personal_data": "no", "clocks": (breach_clock(-73),)}, "fail", "has no notice or decision"),
        ({"personal_data": "no", "clocks": (breach_clock(-10, 72, -5),)}, "pass", ""),
    ],
)
def test_what_may_run_is_started_or_decided(fields: dict[str, Any], result: str, words: str) -> None:
    finding = of(breach(**fields))
    assert finding.result == result
    assert words in finding.weakest


def test_a_clock_that_runs_in_time_is_no_proof_beside_one_that_ended() -> None:
    running = of(breach(breach_clock(-80, 72, -20), breach_clock(-1)))
    assert running.result is Result.NOT_APPLICABLE
    assert "has a clock that still runs, within its time" in running.words
    assert of(breach(breach_clock(-1), breach_clock(-80))).result is Result.FAIL


def test_a_client_without_personal_data_needs_no_clock_until_an_incident_says_otherwise() -> None:
    unknown = incident(personal_data="unknown")
    assert of(unknown, personal_data="no").result is Result.NOT_APPLICABLE
    assert of(breach(unstarted=("at all",)), personal_data="no").result is Result.FAIL
    assert of(unknown, personal_data="unknown").result is Result.UNKNOWN
