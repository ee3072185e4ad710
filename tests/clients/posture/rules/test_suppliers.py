"""Suppliers and AI: each rule over records in order, spoilt one field at a time."""

from __future__ import annotations

from typing import Any

import pytest

from clients.posture.rules.suppliers import places
from tests.clients.posture.made import OPENAI, company, days, export, integration, judged, workflow

NO_AI = {
    "workflows": (workflow(uses_ai="no"),),
    "sub_processors": (company(uses_ai="no"),),
}


def one(control_id: str, **fields: Any) -> str:
    return judged(control_id, sub_processors=(company(**fields),)).result


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("UK", {"UK"}),
        ("EU (Ireland)", {"EU"}),
        ("eu-west-2", {"UK"}),
        ("aws eu-west-1", {"EU"}),
        ("UK and EU", {"UK", "EU"}),
        ("United States (Virginia)", {"US"}),
        ("EU and US", {"EU", "US"}),
        ("worldwide", {"elsewhere"}),
        ("Because", set()),
        ("", set()),
    ],
)
def test_places_are_read_from_free_text(text: str, found: set[str]) -> None:
    assert places(text) == found


@pytest.mark.parametrize(
    ("owner", "result"), [("client", "unknown"), ("unknown", "unknown"), ("practice", "fail")]
)
def test_work_in_the_practices_account_fails(owner: str, result: str) -> None:
    finding = judged("DAT-02", integrations=(integration(account_owner=owner),))
    assert finding.result == result
    assert finding.missing == ("DataStore",)


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "unknown"),
        ({"location": ""}, "unknown"),
        ({"location": "US"}, "unknown"),
        ({"location": "US", "transfer_tool": "none"}, "fail"),
        ({"location": "US", "transfer_tool": "not_needed"}, "fail"),
        ({"location": "US", "transfer_tool": "unknown"}, "unknown"),
        ({"location": "US", "approved_on": None}, "fail"),
    ],
)
def test_data_leaves_its_region_only_by_an_approved_tool(fields: dict[str, Any], result: str) -> None:
    assert one("DAT-03", **fields) == result


def test_without_a_chosen_region_nothing_can_be_compared() -> None:
    finding = judged("DAT-03", region="", sub_processors=(company(location="US", transfer_tool="none"),))
    assert finding.result == "unknown"


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "unknown"),
        ({"dpa_signed_on": None}, "fail"),
        ({"dpa_signed_on": days(1)}, "fail"),
        ({"transfer_tool": "none"}, "fail"),
        ({"transfer_tool": "unknown"}, "unknown"),
        ({"notice_sent_on": days(-59)}, "fail"),
        ({"notice_sent_on": days(-60)}, "unknown"),
        ({"notice_sent_on": None}, "unknown"),
        ({"engaged_by": "client", "dpa_signed_on": None}, "not_applicable"),
    ],
)
def test_sub_processors_have_agreements_and_notices(fields: dict[str, Any], result: str) -> None:
    assert one("PRV-02", **fields) == result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "unknown"),
        ({"last_assessed_on": days(-365)}, "unknown"),
        ({"last_assessed_on": days(-366)}, "fail"),
        ({"last_assessed_on": None}, "unknown"),
        ({"engaged_by": "client", "last_assessed_on": days(-900)}, "not_applicable"),
    ],
)
def test_suppliers_are_assessed_yearly(fields: dict[str, Any], result: str) -> None:
    assert one("VEN-01", **fields) == result


@pytest.mark.parametrize("control_id", ["AI-01", "AI-02", "AI-03", "AI-04", "AI-05"])
def test_controls_on_ai_do_not_apply_where_the_records_say_that_none_is_used(control_id: str) -> None:
    assert judged(control_id, **NO_AI).result == "not_applicable"


@pytest.mark.parametrize("control_id", ["AI-01", "AI-02", "AI-03", "AI-04", "AI-05"])
@pytest.mark.parametrize(
    "doubt",
    [
        {"workflows": ()},
        {"workflows": (workflow(uses_ai="unknown"),)},
        {"sub_processors": (company(uses_ai="unknown"),)},
        {"integrations": (integration(platform=OPENAI),)},
        {"exports": (export(ai=1),)},
    ],
)
def test_any_doubt_on_ai_leaves_them_unknown(control_id: str, doubt: dict[str, Any]) -> None:
    assert judged(control_id, **{**NO_AI, **doubt}).result == "unknown"


@pytest.mark.parametrize(("answer", "result"), [("yes", "unknown"), ("unknown", "unknown"), ("no", "fail")])
def test_a_provider_that_may_train_on_the_data_fails(answer: str, result: str) -> None:
    assert one("AI-03", training_prohibited=answer) == result


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        ({}, "pass"),
        ({"training_prohibited": "no"}, "fail"),
        ({"training_prohibited": "unknown"}, "unknown"),
        ({"dpa_signed_on": None}, "fail"),
        ({"dpa_signed_on": days(1)}, "fail"),
        ({"dpa_review_on": days(61)}, "pass"),
        ({"dpa_review_on": days(60)}, "warn"),
        ({"dpa_review_on": days(-1)}, "warn"),
        ({"dpa_review_on": None}, "pass"),
    ],
)
def test_ai_providers_are_under_terms(fields: dict[str, Any], result: str) -> None:
    assert one("AI-04", **fields) == result


def test_an_ai_platform_without_an_entry_is_unknown() -> None:
    links = (integration(platform=OPENAI),)
    assert judged("AI-04", integrations=links).result == "unknown"
    assert judged("AI-04", integrations=links, sub_processors=(company(platform="openai"),)).result == "pass"


def test_a_workflow_with_ai_and_no_provider_at_all_is_unknown() -> None:
    finding = judged("AI-04", workflows=(workflow(uses_ai="yes"),), sub_processors=())
    assert finding.result == "unknown"
    assert finding.weakest == "flow-1 uses AI of no listed provider"


def test_without_personal_data_the_list_is_not_needed() -> None:
    assert judged("PRV-02", personal_data="no").result == "not_applicable"
