"""Facts of Power Automate flows and Logic Apps, in the forms that Microsoft writes."""

# ruff: noqa: E501 - one case a line reads better than one case over ten

import json
from pathlib import Path

import pytest

from clients.workflows.facts import AiFact, CredentialFact, IntegrationFact, WebhookFact
from clients.workflows.readers import UnreadableExport, read_export

FIXTURE = Path(__file__).parents[1] / "fixtures" / "power_automate_invoice.json"


def read(actions=None, triggers=None, **more):
    """Read a bare definition with the given actions and triggers."""
    value = {"definition": {"triggers": triggers or {}, "actions": actions or {}}, **more}
    return read_export("flow.json", json.dumps(value).encode())[0]


def test_a_flow_is_read_in_full():
    [facts] = read_export("definition.json", FIXTURE.read_bytes())
    assert (facts.platform, facts.name, facts.nodes, facts.active) == (
        "power_automate",
        "Invoice approval",
        11,
        True,
    )
    assert facts.external_id == "0b7a2c50-1111-4222-8333-944455556666"
    assert facts.integrations == (
        IntegrationFact("azure_openai", "HTTP POST northgate.openai.azure.com", "service_account"),
        IntegrationFact("microsoft_365", "office365 SendEmailV2", "oauth2"),
        IntegrationFact("vendor_books", "HTTP POST ledger.vendor-books.com", "bearer"),
        IntegrationFact("microsoft_365", "teams PostMessageToConversation", "oauth2"),
    )
    assert facts.credentials == (
        CredentialFact("shared_office365", "shared_office365", "microsoft_365", "shared-office365-7f3a"),
        CredentialFact("ng_teams_bot", "shared_teams", "microsoft_365"),
    )
    assert facts.hosts == ("northgate.openai.azure.com", "ledger.vendor-books.com")
    assert facts.ai == (AiFact("azure_openai", "gpt-4o-invoices"),)
    assert facts.schedules == ("every week on Monday, Friday at 08:30 (GMT Standard Time)",)
    assert facts.error_handling == (
        "“Post_to_ledger” is tried again (exponential).",
        "“Catch” runs when “Try” has failed.",
    )
    assert facts.warnings == ("The action “Run_child” runs another workflow: child-flow.",)


def test_who_made_the_flow_is_not_kept():
    [facts] = read_export("definition.json", FIXTURE.read_bytes())
    assert "5a5a5a5a" not in json.dumps(facts.content)


def test_a_logic_app_names_connections_by_expression():
    action = {"type": "ApiConnection", "inputs": {"host": {"connection": {"name": "@parameters('$connections')['office365']['connectionId']"}}, "method": "post", "path": "/v2/Mail"}}  # fmt: skip
    connections = {
        "value": {
            "office365": {"connectionName": "office365-1", "id": "/subscriptions/x/managedApis/office365"}
        }
    }
    facts = read({"Send": action}, parameters={"$connections": connections})
    assert facts.integrations == (IntegrationFact("microsoft_365", "office365 POST /v2/Mail", "oauth2"),)
    assert facts.credentials == (
        CredentialFact("office365", "shared_office365", "microsoft_365", "office365-1"),
    )


def test_an_azure_template_holds_its_logic_apps_among_other_resources():
    app = {"type": "Microsoft.Logic/workflows", "name": "la", "properties": {"state": "Disabled", "definition": {"triggers": {}, "actions": {}}}}  # fmt: skip
    [facts] = read_export("template.json", json.dumps({"resources": [{"type": "other"}, app]}).encode())
    assert (facts.name, facts.active) == ("la", False)


def test_a_request_trigger_is_a_webhook_but_a_button_is_none():
    request = {
        "type": "Request",
        "kind": "Http",
        "inputs": {"method": "PUT", "triggerAuthenticationType": "Tenant"},
    }
    assert read(triggers={"in": request}).webhooks == (WebhookFact("in", "", "PUT", "oauth2"),)
    assert read(triggers={"in": {"type": "Request", "kind": "Button"}}).webhooks == ()


def test_a_polling_connector_is_trigger_integration_and_schedule():
    trigger = {"type": "OpenApiConnection", "recurrence": {"frequency": "Minute", "interval": 3}, "inputs": {"host": {"apiId": "/x/apis/shared_sharepointonline", "operationId": "GetOnNewItems"}}}  # fmt: skip
    facts = read(triggers={"New item": trigger})
    assert facts.schedules == ("polls every 3 minutes",)
    assert facts.integrations == (
        IntegrationFact("microsoft_365", "sharepointonline GetOnNewItems", "oauth2"),
    )


@pytest.mark.parametrize(
    ("authentication", "auth"),
    [
        ({"type": "Basic"}, "basic"),
        ({"type": "ActiveDirectoryOAuth"}, "oauth2"),
        ({"type": "Raw", "value": "@x"}, "header"),
        ({"type": "ClientCertificate"}, "unknown"),
        ("@parameters('a')", "unknown"),
        (None, "none"),
    ],
)
def test_an_http_action_says_how_it_proves_itself(authentication, auth):
    inputs = {"method": "GET", "uri": "https://x.vendor.io", "authentication": authentication}
    assert read({"Get": {"type": "Http", "inputs": inputs}}).integrations[0].auth == auth


def test_a_wrong_action_is_named_by_its_place():
    with pytest.raises(UnreadableExport, match=r"definition\.actions\.Send is a list, not an object"):
        read({"Send": []})
