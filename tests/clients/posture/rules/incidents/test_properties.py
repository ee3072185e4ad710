"""One more incident that went wrong never makes a result better, and every count adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clients.posture.rules.facts import Facts
from clients.posture.rules.finding import BY_WEIGHT, Result
from clients.posture.rules.incidents.facts import PostMortem, Responses, Stretch
from clients.posture.rules.registry import evaluate
from tests.clients.posture.made import (
    GONE,
    NOW,
    breach_clock,
    days,
    facts,
    hours,
    incident,
    measure,
    plan,
    responses,
    support,
    timed,
    under_way,
)

#: On a loaded machine making up facts takes its time, which says nothing about the rules.
MANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
CONTROLS = ("INC-01", "INC-02", "INC-03", "INC-04", "INC-05", "INC-07", "INC-08", "INC-09")
#: An incident and a measure that fail under every control that looks at them.
WRONG = incident(
    90,
    lessons_shared_at=None,
    personal_data="yes",
    response=timed(-100, 4, -10),
    stretches=(Stretch(hours(-100), timedelta(hours=1)),),
    told=(),
    post_mortem=timed(-94, 48, -10),
    shared=PostMortem(("Root cause",)),
    phase="Remediation",
    missing=("Share the post-mortem.",),
    clocks=(breach_clock(-100),),
)
UNDONE = measure(90, owner=None)
INCIDENTS = st.lists(
    st.builds(
        lambda number, make, fields: make(number, **fields),
        st.integers(1, 5),
        st.sampled_from([incident, under_way]),
        st.fixed_dictionaries(
            {
                "severity": st.sampled_from(["SEV1", "SEV2", "SEV3", "SEV4"]),
                "personal_data": st.sampled_from(["yes", "suspected", "no", "unknown"]),
                "response": st.sampled_from([None, timed(-5, 4), timed(-1, 4), timed(-5, 4, -2)]),
                "post_mortem": st.sampled_from([None, timed(-40, 48), timed(-50, 48, -5)]),
                "clocks": st.sampled_from([(), (breach_clock(-1),), (breach_clock(-50),)]),
                "unstarted": st.sampled_from([(), ("at all",)]),
                "phase": st.sampled_from(["", "Containment"]),
            }
        ),
    ),
    max_size=3,
)
MEASURES = st.lists(
    st.builds(
        measure,
        st.integers(1, 5),
        owner=st.sampled_from([None, GONE, measure().owner]),
        due_on=st.sampled_from([None, days(-1), days(3), days(90)]),
        done_at=st.sampled_from([None, hours(-1)]),
    ),
    max_size=3,
)


def known(incidents: list[Any], measures: list[Any], **fields: Any) -> Facts:
    return facts(responses=Responses(tuple(incidents), tuple(measures), plan()), **fields)


def test_what_is_wrong_in_these_tests_fails_wherever_it_is_looked_at() -> None:
    wrong = facts(responses=responses(WRONG, measures=(UNDONE,), plan=None))
    failed = [each for each in CONTROLS if evaluate(each, wrong, NOW).result is Result.FAIL]
    assert failed == [each for each in CONTROLS if each != "INC-01"]


@MANY
@given(
    incidents=INCIDENTS,
    measures=MEASURES,
    personal=st.sampled_from(["yes", "no", "unknown"]),
    scope=st.sampled_from([None, support(), support(untimed=("SEV3",)), support(tier="none", warranty=True)]),
)
def test_a_failing_incident_never_improves_a_result(
    incidents: list[Any], measures: list[Any], personal: str, scope: Any
) -> None:
    before = known(incidents, measures, personal_data=personal, support=scope)
    after = known([*incidents, WRONG], [*measures, UNDONE], personal_data=personal, support=scope)
    for control_id in CONTROLS:
        was, now = evaluate(control_id, before, NOW), evaluate(control_id, after, NOW)
        assert BY_WEIGHT.index(now.result) >= BY_WEIGHT.index(was.result), control_id
        assert control_id == "INC-01" or now.result is Result.FAIL, control_id


@MANY
@given(incidents=INCIDENTS, measures=MEASURES)
def test_counts_add_up(incidents: list[Any], measures: list[Any]) -> None:
    for control_id in CONTROLS:
        finding = evaluate(control_id, known(incidents, measures), NOW)
        named = len(finding.failing) + len(finding.warning) + len(finding.undecided)
        assert finding.passing + named == finding.checked, control_id
        assert finding.result is not Result.PASS or finding.passing == finding.checked > 0


@MANY
@given(incidents=INCIDENTS, hours_later=st.integers(0, 24 * 300))
def test_what_was_late_stays_late_while_it_counts(incidents: list[Any], hours_later: int) -> None:
    late = replace(WRONG, closed_at=None)
    for control_id in ("INC-02", "INC-03", "INC-04", "INC-08"):
        finding = evaluate(control_id, known([*incidents, late], []), NOW + timedelta(hours=hours_later))
        assert finding.result is Result.FAIL, control_id
