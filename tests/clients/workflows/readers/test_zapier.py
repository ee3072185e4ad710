"""Facts of Zapier account exports."""

import json
from pathlib import Path

import pytest

from clients.workflows.facts import AiFact, CredentialFact, IntegrationFact, WebhookFact
from clients.workflows.readers import UnreadableExport, read_export

FIXTURE = Path(__file__).parents[1] / "fixtures" / "zapier_account.json"


def read(*steps):
    """Read one Zap made of the given steps."""
    nodes = {
        str(number): {"id": number, "parent_id": None, "params": {}, **step}
        for number, step in enumerate(steps)
    }
    return read_export("z.json", json.dumps({"zaps": [{"id": 1, "title": "Z", "nodes": nodes}]}).encode())[0]


def test_every_zap_of_the_account_is_read():
    first, second = read_export("zaps.json", FIXTURE.read_bytes())
    assert (first.platform, first.name, first.nodes, first.active) == ("zapier", "Forms to sheet", 4, True)
    assert first.integrations == (
        IntegrationFact("openai", "ChatGPT chat_completion", "unknown"),
        IntegrationFact("google_workspace", "GoogleSheets add_row", "oauth2"),
        IntegrationFact("vendor_crm", "HTTP POST api.vendor-crm.io", "bearer"),
    )
    assert first.credentials == (
        CredentialFact("ChatGPT connection 7001", "ChatGPT", "openai", "7001"),
        CredentialFact("GoogleSheets connection 7002", "GoogleSheets", "google_workspace", "7002"),
    )
    assert first.webhooks == (WebhookFact("Form sent", "", "any", "none"),)
    assert first.ai == (AiFact("openai", "gpt-4o-mini"),)
    assert (second.name, second.nodes, second.active) == ("Weekly digest", 3, False)
    assert second.schedules == ("every week on Monday at 8am",)
    assert second.hosts == ("stats.vendor-data.io",)
    assert any("holds code" in warning for warning in second.warnings)


def test_a_connection_is_kept_by_its_opaque_id():
    opaque = "8a8f69f909a26bbac5f5" * 3
    facts = read({"selected_api": "SlackAPI", "action": "x", "authentication_id": opaque})
    assert facts.credentials == (CredentialFact("Slack connection 8a8f69f9", "Slack", "slack", opaque),)
    assert facts.secrets_refused == ()


@pytest.mark.parametrize(
    ("api", "platform"),
    [
        ("HubSpotCLIAPI@1.14.0", "hubspot"),
        ("GoogleMailV2CLIAPI@2.0.0", "google_workspace"),
        ("SalesforceV2CLIAPI@1", "salesforce"),
        ("XeroAPI", "xero"),
        ("App227952CLIAPI@1.5.0", "app227952"),
        ("TodoistCLIAPI", "todoist"),
    ],
)
def test_an_app_is_known_by_its_api_name(api, platform):
    assert read({"selected_api": api, "action": "do"}).integrations[0].platform == platform


def test_zapiers_own_ai_is_zapiers():
    facts = read({"selected_api": "AIbyZapierCLIAPI@1", "action": "ask", "params": {"model": "gpt-4o-mini"}})
    assert facts.ai == (AiFact("zapier", "gpt-4o-mini"),)


@pytest.mark.parametrize(
    ("zaps", "words"),
    [
        ([], "without any Zap"),
        ([3], "zaps[0] is a number"),
        ([{"id": 1}], "zaps[0].nodes is null".replace("nodes", "steps")),
        ([{"nodes": {"1": 5}}], "step 1 of zaps[0].nodes is a number"),
    ],
)
def test_a_wrong_zap_is_named_by_its_place(zaps, words):
    with pytest.raises(UnreadableExport, match="Zapier export") as error:
        read_export("z.json", json.dumps({"zaps": zaps}).encode())
    assert words in str(error.value)
