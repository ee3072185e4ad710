"""Access: each rule over records in order, spoilt one field at a time, and on its boundary days."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clients.posture.rules.facts import Person, Platform
from clients.registers.rules.service_accounts import Person as Known
from tests.clients.posture.made import ANNA, GONE, NOW, credential, days, facts, hours, integration, judged

COARSE = Platform("old", "Old System", granular="no")
STRANGE = Platform("odd", "Odd")


def one(control_id: str, **fields: Any) -> str:
    return judged(control_id, integrations=(integration(**fields),)).result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"scopes_granted": frozenset()}, "fail"),
        ({"scopes_granted": frozenset({"accounting.write"})}, "fail"),
        ({"broad_scopes": frozenset({"accounting.read"})}, "fail"),
        ({"broad_scopes": frozenset({"accounting.read"}), "broad_scope_reason": True}, "pass"),
        (
            {
                "broad_scopes": frozenset({"accounting.read"}),
                "broad_scope_reason": True,
                "approved_on": days(-365),
            },
            "pass",
        ),
        (
            {
                "broad_scopes": frozenset({"accounting.read"}),
                "broad_scope_reason": True,
                "approved_on": days(-366),
            },
            "warn",
        ),
        ({"last_used_on": days(-90)}, "pass"),
        ({"last_used_on": days(-91)}, "warn"),
        ({"status": "planned"}, "not_applicable"),
        ({"status": "planned", "scopes_granted": frozenset()}, "not_applicable"),
    ],
)
def test_scopes_are_recorded_approved_and_reasoned(fields: dict[str, Any], result: str) -> None:
    assert one("ACC-01", **fields) == result


@pytest.mark.parametrize("control_id", ["ACC-01", "ACC-08", "ACC-10", "SEC-06"])
def test_without_any_integration_nothing_is_known(control_id: str) -> None:
    finding = judged(control_id, integrations=())
    assert finding.result == "unknown"
    assert finding.words.startswith("Nothing recorded")


@pytest.mark.parametrize(("shared", "result"), [("no", "unknown"), ("unknown", "unknown"), ("yes", "fail")])
def test_a_shared_login_fails_but_none_is_not_yet_proof(shared: str, result: str) -> None:
    finding = judged("ACC-02", credentials=(credential(shared=shared),))
    assert finding.result == result
    assert finding.missing == ("AccessGrant",)


@pytest.mark.parametrize(
    ("now", "fields", "result"),
    [
        (NOW, {}, "fail"),
        (NOW, {"revoked_at": hours(-24 * 9)}, "unknown"),
        (NOW, {"revoked_at": hours(-24 * 3)}, "fail"),
        (NOW, {"retired_at": hours(-24 * 9)}, "unknown"),
        (hours(-24 * 9), {}, "unknown"),
    ],
)
def test_access_ends_within_a_day_of_the_end_of_work(now: Any, fields: dict[str, Any], result: str) -> None:
    finding = judged("ACC-06", now, ended_on=days(-9), credentials=(credential(**fields),))
    assert finding.result == result


def test_a_running_client_has_no_end_to_judge() -> None:
    assert judged("ACC-06").result == "unknown"


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"service_account": ""}, "fail"),
        ({"service_account": "anna.ash"}, "fail"),
        ({"service_account": "anna-export"}, "warn"),
        ({"service_account_purpose": False}, "fail"),
        ({"owner": None}, "fail"),
        ({"owner": GONE}, "fail"),
        ({"backup_owner": None}, "fail"),
        ({"renewal_on": None}, "fail"),
        ({"renewal_on": days(0)}, "fail"),
        ({"renewal_on": days(1)}, "warn"),
        ({"renewal_on": days(30)}, "warn"),
        ({"renewal_on": days(31)}, "pass"),
        ({"owner": Person("Anna Ash", leaving_on=days(30))}, "warn"),
        ({"owner": Person("Anna Ash", leaving_on=days(31))}, "pass"),
        ({"service_account": "", "service_account_possible": "no"}, "not_applicable"),
    ],
)
def test_service_accounts_have_purpose_and_owners(fields: dict[str, Any], result: str) -> None:
    people = (Known(ANNA.name, "anna@example.test"),)
    assert judged("ACC-08", integrations=(integration(**fields),), people=people).result == result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"personal": "yes"}, "fail"),
        ({"personal": "unknown"}, "unknown"),
        ({"kind": "personal_token"}, "fail"),
        ({"personal": "yes", "revoked_at": hours(-1)}, "unknown"),
    ],
)
def test_no_credential_belongs_to_a_person(fields: dict[str, Any], result: str) -> None:
    assert judged("ACC-09", credentials=(credential(**fields),)).result == result


def test_an_integration_with_a_personal_token_fails_too() -> None:
    finding = judged("ACC-09", integrations=(integration(auth_type="personal_token"),))
    assert finding.result == "fail"
    assert [each.register for each in finding.failing] == ["integrations"]


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"read_only": "no"}, "fail"),
        ({"read_only": "unknown"}, "unknown"),
        ({"writes_needed": "yes", "read_only": "no"}, "pass"),
        ({"writes_needed": "unknown"}, "pass"),
        ({"writes_needed": "unknown", "read_only": "no"}, "unknown"),
        ({"resource_scope": "whole_account"}, "fail"),
        ({"resource_scope": "whole_account", "platform": STRANGE}, "unknown"),
        ({"resource_scope": "whole_account", "platform": COARSE}, "not_applicable"),
        ({"resource_scope": "unknown"}, "unknown"),
        ({"resource_scope": "not_separable"}, "not_applicable"),
    ],
)
def test_connections_read_only_and_reach_little(fields: dict[str, Any], result: str) -> None:
    assert one("ACC-10", **fields) == result


def test_one_failing_record_fails_the_control_and_is_named() -> None:
    found = judged("ACC-10", integrations=(integration(1), integration(2, read_only="no"), integration(3)))
    assert found.result == "fail"
    assert (found.checked, found.passing, found.evidence) == (3, 2, 3)
    assert found.failing[0].key == ("integrations", 2)
    assert found.words == "2 of 3 integrations in order, 1 fails."


def test_the_day_is_the_clients_own() -> None:
    there = facts(zone=ZoneInfo("Pacific/Auckland"))
    assert there.today(hours(0.4)) == days(0)
    assert there.today(hours(0.6)) == days(1)
