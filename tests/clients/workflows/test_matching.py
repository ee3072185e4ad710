"""From facts and register entries to proposals, without a database."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from clients.workflows.facts import AiFact, CredentialFact, ExportFacts, IntegrationFact
from clients.workflows.matching import Book, Known, Proposed, ai_purpose, free_name, propose
from clients.workflows.matching_words import auth_type_of, credential_kind, writes
from tests.clients.workflows.exports import SECRET

FACTS = ExportFacts(
    platform="n8n",
    name="Lead router",
    external_id="wf7",
    nodes=4,
    integrations=(
        IntegrationFact("hubspot", "hubspot company", "oauth2"),
        IntegrationFact("slack", "message.post", "oauth2"),
    ),
    credentials=(CredentialFact("HubSpot – sales", "hubspotOAuth2Api", "hubspot", "c2"),),
    ai=(AiFact("anthropic", "claude-sonnet-4-5"),),
    active=True,
)  # fmt: skip
WORKFLOW = Known(
    "workflows", 1, "Lead router", "n8n", "wf7", None,
    {"name": "Lead router", "external_id": "wf7", "status": "active", "uses_ai": "yes"},
)  # fmt: skip
HUBSPOT = Known(
    "integrations", 2, "HubSpot", "hubspot", "", 1, {"auth_type": "oauth", "writes_needed": "unknown"}
)
KEY = Known(
    "credentials", 3, "HubSpot – sales", "hubspot", "c2", 2, {"kind": "oauth_token", "external_id": "c2"}
)


def proposals(
    facts: ExportFacts, *entries: Known, previous: ExportFacts | None = None, **book: Any
) -> list[Proposed]:
    return propose(facts, Book(tuple(entries), **book), previous)[1]


def said(found: list[Proposed]) -> list[tuple[str, str, str]]:
    return [(each.register, each.kind, each.name) for each in found]


def test_everything_is_new_to_an_empty_register() -> None:
    assert said(proposals(FACTS)) == [
        ("workflows", "new", "Lead router"),
        ("integrations", "new", "HubSpot – Lead router"),
        ("integrations", "new", "Slack – Lead router"),
        ("credentials", "new", "HubSpot – sales"),
        ("sub-processors", "new", "Anthropic"),
    ]


def test_each_hangs_on_what_it_belongs_to() -> None:
    found = {each.key: each for each in proposals(FACTS)}
    assert found["integration:hubspot"].parent_key == "workflow"
    assert found["credential:hubspot:c2:hubspot – sales"].parent_key == "integration:hubspot"


def test_nothing_is_proposed_that_an_export_cannot_know() -> None:
    for each in proposals(FACTS):
        assert not set(each.values) & {
            "owner",
            "backup_owner",
            "renewal_on",
            "scopes_approved",
            "training_prohibited",
        }


def test_what_the_registers_hold_already_is_not_proposed() -> None:
    facts = replace(FACTS, integrations=FACTS.integrations[:1], ai=())
    assert proposals(facts, WORKFLOW, HUBSPOT, KEY) == []


@pytest.mark.parametrize(
    "entry",
    [
        replace(WORKFLOW, name="Another name"),
        replace(WORKFLOW, external_id=""),
        replace(WORKFLOW, name="LEAD ROUTER", external_id=""),
    ],
)
def test_a_workflow_is_known_by_its_id_or_by_its_name_on_the_platform(entry: Known) -> None:
    workflow_id, _ = propose(FACTS, Book((entry,)))
    assert workflow_id == 1


@pytest.mark.parametrize(
    "entry", [replace(WORKFLOW, external_id="wf8"), replace(WORKFLOW, platform="make", external_id="")]
)
def test_a_workflow_of_the_same_name_with_another_id_or_platform_is_another_one(entry: Known) -> None:
    workflow_id, found = propose(FACTS, Book((entry,)))
    assert workflow_id is None
    assert found[0].values["name"] == "Lead router (n8n)"


def test_a_name_that_a_person_chose_stays_and_a_rename_on_the_platform_is_proposed() -> None:
    chosen = replace(WORKFLOW, name="Leads", values={**WORKFLOW.values, "name": "Leads"})
    facts = replace(FACTS, integrations=(), credentials=(), ai=())
    assert proposals(facts, chosen) == []
    renamed = replace(facts, name="Lead router 2")
    [change] = proposals(renamed, WORKFLOW, previous=facts)
    assert (change.values, change.before) == ({"name": "Lead router 2"}, {"name": "Lead router"})


def test_a_workflow_that_is_still_being_built_is_not_called_paused() -> None:
    building = replace(WORKFLOW, values={**WORKFLOW.values, "status": "building"})
    facts = replace(FACTS, active=False, integrations=(), credentials=(), ai=())
    assert proposals(facts, building) == []


def test_what_the_export_does_not_say_is_left_out() -> None:
    facts = replace(
        FACTS, active=None, ai=(), integrations=(IntegrationFact("hubspot", "hubspot company", "unknown"),)
    )
    found = {each.key: each.values for each in proposals(facts)}
    assert not {"status", "uses_ai"} & found["workflow"].keys()
    assert found["integration:hubspot"] == {"name": "HubSpot – Lead router", "platform": "hubspot"}


def test_an_integration_without_a_workflow_is_taken_for_this_one_and_linked() -> None:
    loose = replace(HUBSPOT, parent=None)
    facts = replace(FACTS, integrations=FACTS.integrations[:1], credentials=(), ai=())
    [change] = proposals(facts, WORKFLOW, loose)
    assert (change.kind, change.target, change.values, change.parent_target) == ("changed", 2, {}, 1)


def test_another_workflows_integration_is_left_alone() -> None:
    other = replace(HUBSPOT, parent=99)
    facts = replace(FACTS, integrations=FACTS.integrations[:1], credentials=(), ai=())
    [new] = proposals(facts, WORKFLOW, other)
    assert (new.kind, new.target) == ("new", None)


def test_a_credential_is_known_by_name_on_the_same_platform_whatever_the_case() -> None:
    known = replace(
        KEY, name="HUBSPOT – SALES", external_id="", values={"kind": "oauth_token", "external_id": ""}
    )
    facts = replace(FACTS, integrations=FACTS.integrations[:1], ai=())
    [change] = proposals(facts, WORKFLOW, HUBSPOT, known)
    assert (change.register, change.values) == ("credentials", {"external_id": "c2"})


def test_two_credentials_of_one_name_with_two_ids_are_two() -> None:
    facts = replace(
        FACTS,
        integrations=(),
        ai=(),
        credentials=(
            CredentialFact("Google", "google-restricted", "google_workspace", "2042"),
            CredentialFact("Google", "google-restricted", "google_workspace", "2037"),
        ),
    )
    names = [each.name for each in proposals(facts, WORKFLOW) if each.register == "credentials"]
    assert names == ["Google", "Google (Google Workspace)"]


def test_a_kind_that_a_person_recorded_is_not_overwritten() -> None:
    known = replace(KEY, values={"kind": "private_app", "external_id": "c2"})
    facts = replace(FACTS, integrations=FACTS.integrations[:1], ai=())
    assert proposals(facts, WORKFLOW, HUBSPOT, known) == []


@pytest.mark.parametrize("name", ["OpenAI", "OpenAI, Inc.", "OpenAI Ireland Ltd", "openai"])
def test_an_ai_company_is_known_by_its_name(name: str) -> None:
    entry = Known("sub-processors", 4, name, "", values={"uses_ai": "unknown", "purpose": "Summaries"})
    facts = replace(FACTS, integrations=(), credentials=(), ai=(AiFact("openai", "gpt-4o"),))
    [change] = proposals(facts, WORKFLOW, entry)
    assert (change.values, change.before) == ({"uses_ai": "yes"}, {"uses_ai": "unknown"})


def test_a_further_model_is_added_to_a_purpose_that_names_models_only() -> None:
    values = {"uses_ai": "yes", "purpose": "AI model: claude-haiku"}
    entry = Known("sub-processors", 4, "Anthropic", "anthropic", values=values)
    facts = replace(FACTS, integrations=(), credentials=())
    [change] = proposals(facts, WORKFLOW, entry)
    assert change.values == {"purpose": "AI models: claude-haiku, claude-sonnet-4-5"}


def test_a_model_on_ones_own_machine_makes_no_sub_processor() -> None:
    facts = replace(FACTS, integrations=(), credentials=(), ai=(AiFact("ollama", "llama3.2"),))
    assert proposals(facts, WORKFLOW) == []


def test_what_has_left_the_workflow_is_gone_credentials_before_integrations() -> None:
    now = replace(FACTS, integrations=FACTS.integrations[1:], credentials=(), ai=())
    found = proposals(now, WORKFLOW, HUBSPOT, KEY, previous=FACTS, workflow=1)
    assert said(found)[1:] == [
        ("credentials", "gone", "HubSpot – sales"),
        ("integrations", "gone", "HubSpot"),
    ]


def test_a_credential_that_another_workflow_uses_is_not_gone() -> None:
    now = replace(FACTS, integrations=(), credentials=(), ai=())
    elsewhere = frozenset({("hubspot", "hubspot – sales")})
    found = proposals(now, WORKFLOW, KEY, previous=FACTS, workflow=1, elsewhere=elsewhere)
    assert found == []


def test_a_secret_in_a_name_is_not_proposed() -> None:
    facts = replace(
        FACTS, integrations=(), ai=(), credentials=(CredentialFact(SECRET, "openAiApi", "openai", "c9"),)
    )
    found = proposals(facts, WORKFLOW)
    assert [each.name for each in found] == ["OpenAI API credential"]
    assert SECRET not in repr(found)


def test_names_fit_and_are_free() -> None:
    assert free_name("x" * 200, ()) == "x" * 120
    assert free_name("A", {"a"}, "", "n8n") == "A (n8n)"
    assert free_name("A", {"a", "a (n8n)"}, "n8n") == "A (2)"
    assert len(free_name("x" * 200, {"x" * 120}, "y" * 99)) <= 120


def test_models_are_named_in_a_purpose() -> None:
    assert ai_purpose(["b", "", "a", "b"]) == "AI models: b, a"
    assert ai_purpose([""]) == "AI model, not named in the export"
    assert len(ai_purpose(f"model-{n}" for n in range(200))) <= 300


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        (["oauth2", "oauth2"], "oauth"),
        (["none", "api_key"], "api_key"),
        (["oauth2", "basic"], ""),
        (["unknown"], ""),
        ([], ""),
    ],
)
def test_the_way_to_sign_in_is_said_only_where_it_is_one(kinds: list[str], expected: str) -> None:
    assert auth_type_of(kinds) == expected


@pytest.mark.parametrize(
    ("platform", "kind", "expected"),
    [
        ("n8n", "slackOAuth2Api", "oauth_token"),
        ("n8n", "postgres", "database_role"),
        ("n8n", "httpBasicAuth", "password"),
        ("n8n", "telegramApi", "bot_token"),
        ("n8n", "hubspotAppToken", "private_app"),
        ("n8n", "httpHeaderAuth", ""),
        ("make", "google-restricted", "oauth_token"),
        ("power_automate", "shared_office365", "oauth_token"),
        ("other", "anything", ""),
    ],
)
def test_kinds_of_credential_are_read_from_the_vendors_types(platform: str, kind: str, expected: str) -> None:
    assert credential_kind(platform, kind) == expected


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("slack message.post", True),
        ("google-drive uploadAFile", True),
        ("airtable ActionSearchRecords", False),
        ("postgresTool select", False),
        ("HTTP PATCH api.example.com", True),
        ("HTTP POST create.example.com", False),
        ("address lookup", False),
    ],
)
def test_only_a_sure_verb_counts_as_writing(operation: str, expected: bool) -> None:
    assert writes(operation) is expected
