"""Running, changing and leaving a trail: each rule spoilt one field at a time, and on its boundary days."""

from __future__ import annotations

from typing import Any

import pytest

from clients.posture.rules.facts import Trail
from clients.posture.rules.privacy import NEEDED
from tests.clients.posture.made import days, export, integration, judged, workflow


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"retry_attempts": 10}, "pass"),
        ({"retry_attempts": 11}, "fail"),
        ({"retry_attempts": 0}, "fail"),
        ({"retry_attempts": None}, "unknown"),
        ({"retry": "unknown"}, "unknown"),
        ({"retry": "fixed"}, "fail"),
        ({"retry": "fixed", "retry_reason": "the platform has no other"}, "pass"),
        ({"retry": "none"}, "fail"),
        ({"retry": "none", "retry_reason": "it would pay twice"}, "not_applicable"),
        ({"status": "building"}, "unknown"),
    ],
)
def test_workflows_try_again_with_growing_delays(fields: dict[str, Any], result: str) -> None:
    assert judged("REL-01", workflows=(workflow(**fields),)).result == result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"taken_on": days(-90)}, "pass"),
        ({"taken_on": days(-91)}, "fail"),
        ({"fingerprint": ""}, "unknown"),
        ({"workflow_pk": 2}, "fail"),
    ],
)
def test_definitions_are_exported_every_quarter(fields: dict[str, Any], result: str) -> None:
    assert judged("BCK-01", exports=(export(**fields),)).result == result


def test_without_any_export_nothing_is_known() -> None:
    assert judged("BCK-01", exports=()).result == "unknown"


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "unknown"),
        ({"approved_on": days(-20)}, "unknown"),
        ({"approved_on": days(-19)}, "fail"),
        ({"approved_on": None}, "unknown"),
        ({"enabled_on": days(-200), "approved_on": None}, "not_applicable"),
        ({"enabled_on": days(-199), "approved_on": days(-1)}, "fail"),
    ],
)
def test_what_was_added_later_was_approved_first(fields: dict[str, Any], result: str) -> None:
    assert judged("CHG-07", integrations=(integration(**fields),)).result == result


@pytest.mark.parametrize(
    ("levels", "result"),
    [
        (["high", "low"], "not_applicable"),
        (["critical"], "unknown"),
        (["high", ""], "unknown"),
        ([], "unknown"),
    ],
)
def test_uptime_checks_are_for_critical_workflows(levels: list[str], result: str) -> None:
    flows = tuple(workflow(i, criticality=level) for i, level in enumerate(levels))
    assert judged("MON-02", workflows=flows).result == result


@pytest.mark.parametrize("control_id", ["WHK-01", "WHK-02", "WHK-03"])
def test_webhook_controls_do_not_apply_only_when_every_workflow_was_read(control_id: str) -> None:
    assert judged(control_id).result == "not_applicable"
    assert judged(control_id, workflows=(workflow(1), workflow(2))).result == "unknown"
    assert judged(control_id, exports=(export(webhooks=2),)).result == "unknown"
    assert judged(control_id, workflows=(), exports=()).result == "unknown"


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"events": 0}, "unknown"),
        ({"nameless": 1}, "fail"),
        ({"exported_on": None}, "unknown"),
        ({"exported_on": None, "nameless": 1}, "fail"),
        ({"exported_on": days(-182)}, "pass"),
        ({"exported_on": days(-183)}, "warn"),
        ({"exported_on": days(-365)}, "warn"),
        ({"exported_on": days(-366)}, "fail"),
    ],
)
def test_the_trail_names_who_and_what_and_can_be_exported(fields: dict[str, Any], result: str) -> None:
    base = {"events": 40, "first_on": days(-300), "exported_on": days(-30)}
    finding = judged("LOG-02", trail=Trail(**{**base, **fields}))
    assert finding.result == result


@pytest.mark.parametrize("control_id", sorted(NEEDED))
@pytest.mark.parametrize(
    ("answer", "result"), [("no", "not_applicable"), ("yes", "unknown"), ("unknown", "unknown")]
)
def test_only_a_recorded_no_to_personal_data_puts_a_control_aside(
    control_id: str, answer: str, result: str
) -> None:
    assert judged(control_id, personal_data=answer).result == result
