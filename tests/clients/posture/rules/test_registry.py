"""Every control is judged or listed with what is missing, and no failing record ever makes a result better."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clients.posture.catalogue import catalogue, controls
from clients.posture.rules.facts import Facts
from clients.posture.rules.finding import BY_WEIGHT, Result
from clients.posture.rules.registry import KINDS, NOT_YET, RULES, evaluate, kinds
from tests.clients.posture.made import (
    GONE,
    NOW,
    OPENAI,
    company,
    contact,
    credential,
    days,
    export,
    facts,
    hours,
    integration,
    workflow,
)

EMPTY = Facts()


def test_each_of_the_90_controls_is_judged_or_listed_as_not_yet() -> None:
    assert len(controls()) == 90
    assert set(RULES) | set(NOT_YET) == set(controls())
    assert not set(RULES) & set(NOT_YET)


@pytest.mark.parametrize("control_id", list(controls()))
def test_what_is_missing_is_a_kind_of_record_that_the_control_needs(control_id: str) -> None:
    missing = RULES[control_id].missing if control_id in RULES else NOT_YET[control_id]
    assert set(missing) <= set(controls()[control_id].records)
    assert set(missing) <= catalogue().kinds
    assert set(missing) <= set(KINDS)


@pytest.mark.parametrize("control_id", list(controls()))
def test_with_nothing_recorded_no_control_passes(control_id: str) -> None:
    finding = evaluate(control_id, EMPTY, NOW)
    assert finding.result is Result.UNKNOWN
    assert finding.words.startswith("Nothing recorded:")
    assert finding.evidence == 0


@pytest.mark.parametrize("control_id", sorted(NOT_YET))
def test_a_control_without_its_records_is_unknown_whatever_else_is_recorded(control_id: str) -> None:
    finding = evaluate(control_id, facts(), NOW)
    assert finding.result is Result.UNKNOWN
    assert finding.missing == NOT_YET[control_id]
    assert kinds(NOT_YET[control_id]) in finding.words


@pytest.mark.parametrize(
    "control_id", sorted(control_id for control_id, rule in RULES.items() if rule.missing)
)
def test_a_control_judged_in_part_never_passes(control_id: str) -> None:
    assert evaluate(control_id, facts(), NOW).result not in (Result.PASS, Result.WARN)


#: Records that fail wherever they count.
FAILING: dict[str, Any] = {
    "workflows": workflow(90, retry="none"),
    "integrations": integration(
        90,
        scopes_granted=frozenset({"everything"}),
        read_only="no",
        service_account="",
        auth_type="api_key",
        account_owner="practice",
        approved_on=days(-1),
    ),
    "credentials": credential(
        90,
        owner=GONE,
        storage="elsewhere",
        rotated_on=days(-400),
        renewal_on=days(-3),
        personal="yes",
        shared="yes",
    ),
    "sub_processors": company(
        90, dpa_signed_on=None, training_prohibited="no", location="US", transfer_tool="none"
    ),
    "exports": export(1, secrets=3, taken_on=days(-200)),
    "contacts": contact(90, "client", 2, verified_on=None),
}
MANY: dict[str, Any] = {
    "workflows": st.lists(
        st.builds(
            workflow,
            st.integers(1, 3),
            status=st.sampled_from(["active", "paused"]),
            uses_ai=st.sampled_from(["yes", "no", "unknown"]),
            criticality=st.sampled_from(["", "critical", "low"]),
            retry=st.sampled_from(["none", "exponential", "unknown"]),
        ),
        max_size=3,
    ),
    "integrations": st.lists(
        st.builds(
            integration,
            st.integers(1, 3),
            read_only=st.sampled_from(["yes", "unknown"]),
            retired_at=st.sampled_from([None, hours(-100)]),
            platform=st.sampled_from([OPENAI, integration().platform]),
            enabled_on=st.sampled_from([days(-300), days(-20)]),
        ),
        max_size=3,
    ),
    "credentials": st.lists(
        st.builds(
            credential,
            st.integers(1, 3),
            storage=st.sampled_from(["vault", "unknown", "no_secret"]),
            renews_itself=st.sampled_from(["yes", "no"]),
            environment=st.sampled_from(["", "production", "staging"]),
            revoked_at=st.sampled_from([None, hours(-90)]),
        ),
        max_size=3,
    ),
    "sub_processors": st.lists(
        st.builds(
            company,
            st.integers(1, 3),
            uses_ai=st.sampled_from(["yes", "no", "unknown"]),
            engaged_by=st.sampled_from(["client", "practice"]),
        ),
        max_size=3,
    ),
    "exports": st.lists(st.builds(export, st.integers(1, 3), webhooks=st.integers(0, 1)), max_size=3),
    "contacts": st.lists(
        st.builds(
            contact,
            st.integers(1, 4),
            st.sampled_from(["client", "practice"]),
            st.integers(1, 3),
            verified_on=st.sampled_from([None, days(-200), days(-130), days(-10)]),
        ),
        max_size=4,
    ),
}


def test_the_failing_records_of_these_tests_do_fail() -> None:
    failed = {
        kind: sorted(
            control_id
            for control_id in RULES
            if evaluate(control_id, facts(**{kind: (record,)}), NOW).result is Result.FAIL
        )
        for kind, record in FAILING.items()
    }
    assert failed == {
        "workflows": ["BCK-01", "REL-01"],
        "integrations": ["ACC-01", "ACC-08", "ACC-10", "CHG-07", "DAT-02", "SEC-06"],
        "credentials": ["ACC-02", "ACC-09", "SEC-01", "SEC-03", "SEC-07"],
        "sub_processors": ["AI-03", "AI-04", "DAT-03", "PRV-02"],
        "exports": ["BCK-01", "SEC-02"],
        "contacts": ["INC-06"],
    }


@settings(max_examples=60, deadline=None)
@given(
    lists=st.fixed_dictionaries(MANY),
    kind=st.sampled_from(sorted(FAILING)),
    personal=st.sampled_from(["yes", "no"]),
)
def test_adding_a_failing_record_never_makes_a_result_better(
    lists: dict[str, list[Any]], kind: str, personal: str
) -> None:
    before = facts(personal_data=personal, **{name: tuple(rows) for name, rows in lists.items()})
    after = replace(before, **{kind: (*getattr(before, kind), FAILING[kind])})
    for control_id, rule in RULES.items():
        was, now = rule.evaluate(before, NOW), rule.evaluate(after, NOW)
        if any(reference.pk == 90 for reference in now.failing):
            assert now.result is Result.FAIL, control_id
        if was.checked or was.result is Result.NOT_APPLICABLE:
            assert BY_WEIGHT.index(now.result) >= BY_WEIGHT.index(was.result), control_id


@settings(max_examples=60, deadline=None)
@given(lists=st.fixed_dictionaries(MANY))
def test_counts_add_up_and_every_record_named_is_among_them(lists: dict[str, list[Any]]) -> None:
    known = facts(**{name: tuple(rows) for name, rows in lists.items()})
    for control_id, rule in RULES.items():
        finding = rule.evaluate(known, NOW)
        if control_id == "LOG-02":
            continue
        named = len(finding.failing) + len(finding.warning) + len(finding.undecided)
        assert finding.passing + named == finding.checked, control_id
        assert finding.result is not Result.PASS or finding.passing == finding.checked > 0
