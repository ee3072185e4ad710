"""Secrets: each rule over records in order, spoilt one field at a time, and on its boundary days."""

from __future__ import annotations

from typing import Any

import pytest

from clients.posture.rules.facts import Platform
from clients.posture.rules.secrets import fingerprint_key
from tests.clients.posture.made import GONE, credential, days, export, hours, integration, judged, workflow


def one(control_id: str, **fields: Any) -> str:
    return judged(control_id, credentials=(credential(**fields),)).result


@pytest.mark.parametrize("control_id", ["SEC-01", "SEC-03", "SEC-07", "SEC-08"])
def test_an_empty_register_is_unknown_not_passed(control_id: str) -> None:
    assert judged(control_id, credentials=()).result == "unknown"


@pytest.mark.parametrize("control_id", ["SEC-01", "SEC-03", "SEC-07", "SEC-08"])
def test_where_nothing_signs_in_no_credential_is_needed(control_id: str) -> None:
    links = (integration(auth_type="none"),)
    assert judged(control_id, credentials=(), integrations=links).result == "not_applicable"


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"storage": "platform_store"}, "pass"),
        ({"storage": "encrypted_env"}, "pass"),
        ({"storage": "elsewhere"}, "fail"),
        ({"storage": "unknown"}, "unknown"),
        ({"has_reference": False}, "fail"),
        ({"storage": "no_secret", "has_reference": False}, "not_applicable"),
        ({"seen_on": days(-180)}, "pass"),
        ({"seen_on": days(-181)}, "warn"),
    ],
)
def test_secrets_are_kept_in_an_approved_place(fields: dict[str, Any], result: str) -> None:
    assert one("SEC-01", **fields) == result


@pytest.mark.parametrize(("secrets", "result"), [(0, "unknown"), (1, "fail")])
def test_a_secret_in_a_definition_fails_but_none_is_not_yet_proof(secrets: int, result: str) -> None:
    finding = judged("SEC-02", exports=(export(secrets=secrets),))
    assert finding.result == result
    assert finding.missing == ("SecretScan",)


def test_the_definition_of_a_paused_workflow_is_not_judged() -> None:
    paused = judged("SEC-02", workflows=(workflow(status="paused"),), exports=(export(secrets=1),))
    assert paused.result == "unknown"


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"rotated_on": days(-90)}, "warn"),
        ({"rotated_on": days(-91)}, "fail"),
        ({"rotated_on": days(-76)}, "warn"),
        ({"rotated_on": days(-75)}, "pass"),
        ({"rotated_on": None, "issued_on": days(-91)}, "fail"),
        ({"rotated_on": None, "issued_on": None}, "unknown"),
        ({"rotation_interval_days": None}, "fail"),
        ({"rotation_interval_days": None, "no_rotation_reason": True}, "pass"),
        ({"renews_itself": "yes", "rotation_interval_days": None}, "not_applicable"),
        ({"storage": "no_secret", "rotation_interval_days": None}, "not_applicable"),
        ({"rotation_interval_days": 10**7}, "pass"),
    ],
)
def test_credentials_are_rotated_in_time(fields: dict[str, Any], result: str) -> None:
    assert one("SEC-03", **fields) == result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"auth_type": "workload_identity"}, "pass"),
        ({"auth_type": "api_key"}, "fail"),
        ({"auth_type": "api_key", "static_reason": True}, "pass"),
        ({"auth_type": "api_key", "static_reason": True, "approved_on": days(-366)}, "warn"),
        ({"auth_type": "unknown"}, "unknown"),
        ({"auth_type": "api_key", "platform": Platform("x", "X", oauth="no")}, "not_applicable"),
        ({"auth_type": "api_key", "platform": Platform("x", "X")}, "unknown"),
        ({"auth_type": "oauth", "platform": Platform("x", "X")}, "pass"),
    ],
)
def test_oauth_where_the_platform_offers_it(fields: dict[str, Any], result: str) -> None:
    assert judged("SEC-06", integrations=(integration(**fields),)).result == result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"owner": None}, "fail"),
        ({"owner": GONE}, "fail"),
        ({"renewal_on": None}, "fail"),
        ({"renewal_on": days(-1)}, "fail"),
        ({"renewal_on": days(0)}, "fail"),
        ({"renewal_on": days(1)}, "warn"),
        ({"renewal_on": days(30)}, "warn"),
        ({"renewal_on": days(31)}, "pass"),
        ({"scopes": frozenset()}, "fail"),
    ],
)
def test_every_credential_has_owner_date_and_scopes(fields: dict[str, Any], result: str) -> None:
    assert one("SEC-07", **fields) == result


def test_an_overdue_credential_is_the_weakest_point() -> None:
    finding = judged("SEC-07", credentials=(credential(name="Xero token", renewal_on=days(-2)),))
    assert finding.weakest == "Xero token is overdue since 17 Nov 2026"


@pytest.mark.parametrize(
    ("first", "second", "result"),
    [
        ({}, {"environment": "staging"}, "pass"),
        ({"fingerprint": "sha256:0badf00d"}, {"fingerprint": "sha256:0badf00d"}, "pass"),
        (
            {"fingerprint": "sha256:0badf00d"},
            {"fingerprint": "sha256:0badf00d", "environment": "staging"},
            "fail",
        ),
        (
            {"fingerprint": "sha256:0badf00d"},
            {"fingerprint": "sha256:0badf00d5555", "environment": "staging"},
            "fail",
        ),
        (
            {"fingerprint": "sha256:0badf00d"},
            {"fingerprint": "sha256:0badf00d", "environment": ""},
            "unknown",
        ),
        ({}, {"fingerprint": ""}, "warn"),
        ({}, {"environment": ""}, "unknown"),
        ({}, {"storage": "no_secret", "fingerprint": "", "environment": ""}, "pass"),
    ],
)
def test_no_secret_serves_two_environments(first: Any, second: Any, result: str) -> None:
    pair = (credential(1, **first), credential(2, **second))
    assert judged("SEC-08", credentials=pair).result == result


def test_a_fingerprint_is_the_same_in_hex_and_in_base64() -> None:
    both = {fingerprint_key("SHA256:" + "q83vASNF" + "A" * 35), fingerprint_key("sha256:abcdef01")}
    assert both == {"abcdef01"}


@pytest.mark.parametrize(
    ("retired", "fields", "result"),
    [
        (-30, {"revoked_at": hours(-30)}, "pass"),
        (-30, {"revoked_at": hours(-6)}, "pass"),
        (-30, {"revoked_at": hours(-5.99)}, "fail"),
        (-30, {}, "fail"),
        (-24, {}, "warn"),
        (-24.01, {}, "fail"),
        (-2, {}, "warn"),
        (-30, {"retired_at": hours(-40)}, "unknown"),
        (-30, {"integration_pk": 2}, "pass"),
    ],
)
def test_credentials_end_with_their_integration(retired: float, fields: Any, result: str) -> None:
    links = (integration(retired_at=hours(retired)),)
    assert judged("SEC-10", integrations=links, credentials=(credential(**fields),)).result == result


def test_without_a_retired_integration_there_is_nothing_to_end() -> None:
    assert judged("SEC-10").result == "not_applicable"
    assert judged("SEC-10", integrations=()).result == "unknown"
