"""The five phases are done when incident.yaml says so (`done_when`), and say in words what is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from incidents.response.rules.phases import AHEAD, CURRENT, DONE, PhaseFacts, phases
from incidents.response.rules.severities import facts as incident_facts

AT = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
FINISHED: dict[str, Any] = {
    "severity": "SEV2",
    "lead_named": True,
    "contained_at": AT,
    "resolved_at": AT,
    "personal_data": "yes",
    "people_affected": 12,
    "records_affected": None,
    "exposed_open": 0,
    "clocks": 3,
    "clocks_open": 0,
    "needs_post_mortem": True,
    "post_mortem_shared_at": AT,
    "measures_incomplete": 0,
}


def states(**changed: Any) -> dict[str, str]:
    return {each.id: each.state for each in phases(PhaseFacts(**{**FINISHED, **changed}))}


def missing(id_: str, **changed: Any) -> tuple[str, ...]:
    found = {each.id: each for each in phases(PhaseFacts(**{**FINISHED, **changed}))}
    return found[id_].missing


def test_the_phases_are_those_of_the_file_in_its_order() -> None:
    assert list(states()) == [each["id"] for each in incident_facts()["phases"]["list"]]
    assert set(states().values()) == {DONE}


@pytest.mark.parametrize(
    ("id_", "changed", "sentence"),
    [
        ("detection", {"lead_named": False}, "Name the incident lead."),
        ("detection", {"severity": ""}, "Set the severity."),
        ("containment", {"contained_at": None}, "Record when it was contained."),
        ("containment", {"exposed_open": 1}, "Revoke or rotate 1 exposed credential."),
        ("containment", {"exposed_open": 2}, "Revoke or rotate 2 exposed credentials."),
        ("investigation", {"personal_data": "unknown"}, "Answer whether personal data is involved."),
        ("investigation", {"personal_data": "suspected"}, "Answer whether personal data is involved."),
        ("investigation", {"people_affected": None}, "Estimate how many people or records are affected."),
        ("notification", {"clocks": 0}, "Choose the clocks that run, or record that none does."),
        ("notification", {"clocks_open": 1}, "Notify, or decide not to, for 1 running clock."),
        ("notification", {"clocks_open": 3}, "Notify, or decide not to, for 3 running clocks."),
        ("remediation", {"resolved_at": None}, "Record when it was resolved."),
        ("remediation", {"post_mortem_shared_at": None}, "Share the post-mortem."),
        ("remediation", {"measures_incomplete": 1}, "Give 1 measure an owner and a day."),
        ("remediation", {"measures_incomplete": 2}, "Give 2 measures an owner and a day."),
    ],
)
def test_a_phase_says_what_it_lacks_and_only_it_is_open(
    id_: str, changed: dict[str, Any], sentence: str
) -> None:
    assert missing(id_, **changed) == (sentence,)
    assert states(**changed) == {each: CURRENT if each == id_ else DONE for each in states()}


@pytest.mark.parametrize(
    ("id_", "changed"),
    [
        ("investigation", {"people_affected": None, "records_affected": 0}),
        ("investigation", {"people_affected": 0}),
        ("investigation", {"personal_data": "no", "people_affected": None}),
        ("notification", {"personal_data": "no", "clocks": 0}),
        ("notification", {"clocks": 0, "no_clock_decided": True}),
        ("remediation", {"needs_post_mortem": False, "post_mortem_shared_at": None}),
    ],
)
def test_what_does_not_apply_is_not_asked_for(id_: str, changed: dict[str, Any]) -> None:
    assert missing(id_, **changed) == ()


def test_a_clock_that_runs_without_personal_data_is_decided_too() -> None:
    assert missing("notification", personal_data="no", clocks_open=1) != ()


def test_the_first_phase_that_is_not_done_is_the_current_one() -> None:
    new = states(lead_named=False, contained_at=None, personal_data="unknown", resolved_at=None, clocks=0)
    assert new == {
        "detection": CURRENT,
        "containment": AHEAD,
        "investigation": AHEAD,
        "notification": DONE,
        "remediation": AHEAD,
    }
