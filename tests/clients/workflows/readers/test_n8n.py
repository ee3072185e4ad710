"""Facts of n8n workflows, from an invented one and from single nodes."""

# ruff: noqa: E501 - one case a line reads better than one case over ten

import json
from pathlib import Path

import pytest

from clients.workflows.facts import AiFact, CredentialFact, IntegrationFact, WebhookFact
from clients.workflows.readers import UnreadableExport, read_export

FIXTURE = Path(__file__).parents[1] / "fixtures" / "n8n_lead_router.json"


def read(*nodes, **more):
    """Read a workflow made of the given nodes."""
    workflow = {"name": "W", "nodes": list(nodes), "connections": {}, **more}
    return read_export("w.json", json.dumps(workflow).encode())[0]


def node(kind, name="Step", **more):
    return {"name": name, "type": kind if "." in kind else f"n8n-nodes-base.{kind}", "parameters": {}, **more}


def test_a_workflow_is_read_in_full():
    [facts] = read_export("n8n_lead_router.json", FIXTURE.read_bytes())
    assert (facts.platform, facts.name, facts.external_id, facts.nodes) == (
        "n8n",
        "Lead router",
        "wf0Lead7",
        9,
    )
    assert facts.active is True
    assert facts.integrations == (
        IntegrationFact("anthropic", "lmChatAnthropic", "api_key"),
        IntegrationFact("hubspot", "hubspot company.searchByDomain", "oauth2"),
        IntegrationFact("companies_register", "HTTP GET api.companies-register.co.uk", "basic"),
        IntegrationFact("internal_service", "HTTP POST erp.office.local", "none"),
    )
    assert facts.credentials == (
        CredentialFact("Anthropic – sales", "anthropicApi", "anthropic", "c1"),
        CredentialFact("HubSpot – sales", "hubspotOAuth2Api", "hubspot", "c2"),
        CredentialFact("Register login", "httpBasicAuth", "companies_register", "c3"),
    )
    assert facts.webhooks == (WebhookFact("New lead", "new-lead", "POST", "none"),)
    assert facts.hosts == ("api.companies-register.co.uk", "erp.office.local", "rates.openmoney.io")
    assert facts.ai == (AiFact("anthropic", "claude-sonnet-4-5"),)
    assert facts.schedules == ("every 4 hours", "cron 0 7 * * 1-5")
    assert facts.triggers == ("New lead (webhook)", "Every morning (scheduleTrigger)")
    assert facts.error_handling == (
        "“Find company” has a branch for failures.",
        "“Find company” is tried again (up to 3 times).",
        "Failures start the error workflow wfErr1.",
    )


def test_pinned_test_data_is_not_kept_and_is_said():
    [facts] = read_export("n8n_lead_router.json", FIXTURE.read_bytes())
    assert "jane.doe" not in repr(facts)
    assert "pinData" not in facts.content
    assert facts.warnings[0].startswith("The export holds pinned test data (pinData)")


def test_a_person_is_warned_of_what_needs_a_look():
    warnings = " ".join(read_export("w.json", FIXTURE.read_bytes())[0].warnings)
    for words in (
        "“New lead” accepts calls without authentication",
        "“Old ERP” is switched off",
        "erp.office.local is inside a private network",
        "“Clean up” holds code",
        "“Hand over” runs another workflow: Notify sales",
    ):
        assert words in warnings


@pytest.mark.parametrize(
    ("parameters", "credentials", "fact"),
    [
        ({"url": "https://api.openai.com/v1/x"}, {}, ("openai", "HTTP GET api.openai.com", "none")),
        (
            {"url": "https://a.vendor.io", "method": "PUT", "headerParameters": {"parameters": [{"name": "X-Api-Key", "value": "={{ $env.K }}"}]}},
            {},
            ("vendor", "HTTP PUT a.vendor.io", "api_key"),
        ),
        (
            {"url": "https://www.googleapis.com/x"},
            {"youTubeOAuth2Api": {"id": "1", "name": "Y"}},
            ("youtube", "HTTP GET www.googleapis.com", "oauth2"),
        ),
        ({"url": "={{ $json.url }}"}, {}, ("unknown", "HTTP GET (address made at run time)", "none")),
    ],
)  # fmt: skip
def test_an_http_request_names_the_platform_behind_its_address(parameters, credentials, fact):
    facts = read(node("httpRequest", parameters=parameters, credentials=credentials))
    assert facts.integrations == (IntegrationFact(*fact),)


def test_a_model_named_in_a_request_body_is_found():
    parameters = {"url": "https://api.mistral.ai/v1/chat", "jsonBody": '={"model": "mistral-small-latest"}'}
    assert read(node("httpRequest", parameters=parameters)).ai == (AiFact("mistral", "mistral-small-latest"),)


@pytest.mark.parametrize(
    ("kind", "parameters", "ai"),
    [
        ("@n8n/n8n-nodes-langchain.lmChatOpenAi", {"model": "gpt-4o"}, AiFact("openai", "gpt-4o")),
        ("@n8n/n8n-nodes-langchain.lmChatOpenAi", {}, AiFact("openai", "")),
        ("@n8n/n8n-nodes-langchain.lmChatOllama", {"model": "llama3.2:latest"}, AiFact("ollama", "llama3.2:latest")),
        ("@n8n/n8n-nodes-langchain.lmChatGoogleGemini", {"modelName": "models/gemini-2.0-flash"}, AiFact("google_gemini", "gemini-2.0-flash")),
        ("@n8n/n8n-nodes-langchain.lmChatAzureOpenAi", {"model": "our-gpt"}, AiFact("azure_openai", "our-gpt")),
        ("@n8n/n8n-nodes-langchain.lmChatAwsBedrock", {"model": "x.y-v1"}, AiFact("aws_bedrock", "x.y-v1")),
        ("@n8n/n8n-nodes-langchain.embeddingsCohere", {"modelName": "embed-v3"}, AiFact("cohere", "embed-v3")),
        ("@n8n/n8n-nodes-langchain.openAi", {"modelId": {"__rl": True, "value": "gpt-4o-mini"}}, AiFact("openai", "gpt-4o-mini")),
        ("@n8n/n8n-nodes-langchain.lmChatGroq", {"model": "={{ $json.m }}"}, AiFact("groq", "")),
    ],
)  # fmt: skip
def test_every_model_node_names_its_provider(kind, parameters, ai):
    assert read(node(kind, parameters=parameters)).ai == (ai,)


def test_agents_chains_and_tools_are_no_integration_of_their_own():
    kinds = ("agent", "chainLlm", "toolWorkflow", "memoryBufferWindow", "outputParserStructured")
    facts = read(*(node(f"@n8n/n8n-nodes-langchain.{kind}") for kind in kinds), node("set"), node("if"))
    assert facts.integrations == ()
    assert facts.ai == ()


def test_an_unknown_app_keeps_its_own_name():
    facts = read(node("n8n-nodes-acme.acmeDesk", parameters={"operation": "open"}))
    assert facts.integrations == (IntegrationFact("acme_desk", "acmeDesk open", "unknown"),)


@pytest.mark.parametrize(
    ("given", "auth"),
    [
        ("none", "none"),
        ("basicAuth", "basic"),
        ("headerAuth", "header"),
        ("jwtAuth", "bearer"),
        ("odd", "unknown"),
    ],
)
def test_a_webhook_says_how_callers_prove_themselves(given, auth):
    facts = read(node("webhook", parameters={"path": "p", "authentication": given}))
    assert facts.webhooks == (WebhookFact("Step", "p", "GET", auth),)


def test_a_chat_is_a_webhook_only_when_it_is_public():
    kind = "@n8n/n8n-nodes-langchain.chatTrigger"
    assert read(node(kind, webhookId="h")).webhooks == ()
    assert read(node(kind, webhookId="h", parameters={"public": True})).webhooks == (
        WebhookFact("Step", "h", "POST", "none"),
    )


def test_the_command_line_writes_many_workflows_in_one_file():
    workflows = [{"name": n, "nodes": [], "connections": {}} for n in ("A", "B")]
    assert [f.name for f in read_export("all.json", json.dumps(workflows).encode())] == ["A", "B"]
    assert [f.name for f in read_export("api.json", json.dumps({"data": workflows}).encode())] == ["A", "B"]


def test_old_exports_give_the_name_of_a_credential_alone():
    facts = read(node("slack", credentials={"slackApi": "Bot"}))
    assert facts.credentials == (CredentialFact("Bot", "slackApi", "slack"),)


@pytest.mark.parametrize(
    ("nodes", "place"),
    [
        ([7], "nodes[0] is a number"),
        ([{"type": 3}], "nodes[0].type is a number"),
        ([{}], "nodes[0].type is null"),
    ],
)
def test_a_wrong_node_is_named_by_its_place(nodes, place):
    with pytest.raises(UnreadableExport, match="n8n workflow") as error:
        read_export("w.json", json.dumps({"nodes": nodes, "connections": {}}).encode())
    assert place in str(error.value)


def test_a_credentials_export_is_refused_with_a_warning():
    data = json.dumps([{"id": "1", "name": "x", "type": "slackApi", "data": "U2Fsd"}]).encode()
    with pytest.raises(UnreadableExport, match="export of n8n credentials.*delete it"):
        read_export("credentials.json", data)


def test_a_workflow_without_a_name_takes_the_name_of_the_file():
    data = json.dumps({"nodes": [], "connections": {}}).encode()
    assert read_export("exports/Lead router.json", data)[0].name == "Lead router"
