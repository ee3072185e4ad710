"""Facts of Make blueprints."""

# ruff: noqa: E501 - one case a line reads better than one case over ten

import json
from pathlib import Path

import pytest

from clients.workflows.facts import AiFact, CredentialFact, IntegrationFact, WebhookFact
from clients.workflows.readers import UnreadableExport, read_export

FIXTURE = Path(__file__).parents[1] / "fixtures" / "make_ticket_answer.json"


def read(*modules, **more):
    """Read a blueprint made of the given modules."""
    return read_export("b.json", json.dumps({"name": "B", "flow": list(modules), **more}).encode())[0]


def test_a_blueprint_is_read_in_full():
    [facts] = read_export("b.json", FIXTURE.read_bytes())
    assert (facts.platform, facts.name, facts.nodes, facts.active) == ("make", "Ticket answer", 6, None)
    assert facts.integrations == (
        IntegrationFact("openai", "openai-gpt-3 CreateCompletion", "api_key"),
        IntegrationFact("slack", "slack CreateMessage", "oauth2"),
        IntegrationFact("helpdesk_vendor", "HTTP PUT api.helpdesk-vendor.com", "api_key"),
    )
    assert facts.credentials == (
        CredentialFact("OpenAI helpdesk", "openai-gpt-3", "openai", "51"),
        CredentialFact("Slack bot", "slack3", "slack", "52"),
    )
    assert facts.webhooks == (WebhookFact("Helpdesk hook", "990011", "any", "unknown"),)
    assert facts.hosts == ("api.helpdesk-vendor.com",)
    assert facts.ai == (AiFact("openai", "gpt-4o"),)
    assert facts.triggers == ("New ticket (gateway:CustomWebHook)",)
    assert facts.error_handling == (
        "When “openai-gpt-3:CreateCompletion” fails, the scenario goes on with a substitute.",
        "Incomplete runs are stored.",
    )
    assert facts.secrets_refused == ()


def test_recorded_samples_are_not_kept_and_that_is_said():
    [facts] = read_export("b.json", FIXTURE.read_bytes())
    assert "jane.doe" not in repr(facts)
    assert any("recorded samples" in warning for warning in facts.warnings)


def test_one_connection_used_by_old_and_new_modules_is_one_credential():
    old = {"module": "google-drive:getAFile", "parameters": {"__IMTCONN__": 5}, "metadata": {"restore": {"__IMTCONN__": {"label": "Google"}}, "parameters": [{"name": "__IMTCONN__", "type": "account"}]}}  # fmt: skip
    new = {"module": "google-drive:copyAFile", "parameters": {"__IMTCONN__": 5}, "metadata": {"restore": {"parameters": {"__IMTCONN__": {"label": "Google", "data": {"connection": "google-restricted"}}}}}}  # fmt: skip
    facts = read(old, new)
    assert facts.credentials == (CredentialFact("Google", "google-restricted", "google_workspace", "5"),)
    assert {i.auth for i in facts.integrations} == {"oauth2"}


def test_a_mail_module_belongs_to_the_platform_of_its_connection():
    account = [{"name": "account", "type": "account:smtp,google-restricted"}]
    module = {"module": "email:ActionSendEmail", "parameters": {"account": 7}, "metadata": {"parameters": account, "restore": {"parameters": {"account": {"label": "Mail", "data": {"connection": "smtp"}}}}}}  # fmt: skip
    assert read(module).integrations == (IntegrationFact("email", "email ActionSendEmail", "basic"),)


@pytest.mark.parametrize(
    ("action", "mapper", "auth"),
    [
        ("ActionSendData", {"url": "https://x.vendor.io"}, "none"),
        ("ActionSendData", {"url": "https://x.vendor.io", "authUser": "bob"}, "basic"),
        ("ActionSendDataBasicAuth", {"url": "https://x.vendor.io"}, "basic"),
        ("ActionSendDataAPIKeyAuth", {"url": "https://x.vendor.io"}, "api_key"),
        ("ActionSendDataOAuth2", {"url": "https://x.vendor.io"}, "oauth2"),
        ("ActionSendDataCert", {"url": "https://x.vendor.io"}, "unknown"),
    ],
)
def test_an_http_module_says_how_it_proves_itself(action, mapper, auth):
    facts = read({"module": f"http:{action}", "parameters": {}, "mapper": mapper})
    assert facts.integrations == (IntegrationFact("vendor", "HTTP GET x.vendor.io", auth),)


def test_the_answer_of_the_api_carries_the_schedule():
    data = {
        "response": {
            "blueprint": {"name": "S", "flow": []},
            "scheduling": {"type": "indefinitely", "interval": 900},
        }
    }
    assert read_export("s.json", json.dumps(data).encode())[0].schedules == ("every 15 minutes",)


@pytest.mark.parametrize(
    ("flow", "place"),
    [
        ([3], "flow[0] is a number"),
        ([{"module": None}], "flow[0].module is null"),
        (
            [{"module": "a:b", "routes": [{"flow": [{"module": 1}]}]}],
            "flow[0].routes[0].flow[0].module is a number",
        ),
        ([{"module": "a:b", "onerror": "x"}], "flow[0].onerror is a text"),
    ],
)
def test_a_wrong_module_is_named_by_its_place(flow, place):
    with pytest.raises(UnreadableExport, match="Make blueprint") as error:
        read_export("b.json", json.dumps({"flow": flow}).encode())
    assert place in str(error.value)
