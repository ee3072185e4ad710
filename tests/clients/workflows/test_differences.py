"""Differences between versions, in words, without the noise of the editor."""

import copy
import json
from pathlib import Path

import pytest

from clients.workflows.differences import differences
from clients.workflows.readers import read_export

FIXTURES = Path(__file__).parent / "fixtures"


def load(name):
    return json.loads((FIXTURES / name).read_text())


def words(old, new):
    """Return the differences between two exports as sentences."""
    before, after = (read_export("f.json", json.dumps(value).encode())[0] for value in (old, new))
    return [str(change) for change in differences(before, after)]


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*.json")), ids=lambda path: path.stem)
def test_a_version_does_not_differ_from_itself(path):
    value = json.loads(path.read_text())
    assert words(value, copy.deepcopy(value)) == []


def test_positions_and_cached_names_are_no_difference():
    old, new = load("n8n_lead_router.json"), load("n8n_lead_router.json")
    new["nodes"][0]["position"] = [5, 5]
    new["nodes"][2]["parameters"]["model"]["cachedResultName"] = "Other words"
    new["versionId"] = "x"
    assert words(old, new) == []
    old, new = load("make_ticket_answer.json"), load("make_ticket_answer.json")
    new["flow"][1]["metadata"]["designer"]["x"] = 999
    assert words(old, new) == []


def test_a_changed_address_is_told_with_the_host_that_follows():
    old, new = load("n8n_lead_router.json"), load("n8n_lead_router.json")
    new["nodes"][4]["parameters"]["url"] = "https://api.new-register.io/search"
    assert words(old, new) == [
        "Ask the register: url changed from =https://API.companies-register.co.uk/search?q={{ $json.name }} "
        "to https://api.new-register.io/search",
        "Host removed: api.companies-register.co.uk",
        "Host added: api.new-register.io",
    ]


def test_steps_are_added_removed_and_renamed():
    old, new = load("n8n_lead_router.json"), load("n8n_lead_router.json")
    new["nodes"][4]["name"] = "Ask companies"
    del new["nodes"][6]
    new["nodes"].append({"id": "b1", "name": "Tell sales", "type": "n8n-nodes-base.slack", "parameters": {}})
    told = words(old, new)
    assert told[:3] == [
        "Step “Clean up” removed: n8n-nodes-base.code",
        "Step “Tell sales” added: n8n-nodes-base.slack",
        "Step “Ask the register” renamed from “Ask the register” to “Ask companies”",
    ]


def test_a_credential_a_schedule_and_a_setting_are_told():
    old, new = load("n8n_lead_router.json"), load("n8n_lead_router.json")
    new["nodes"][3]["credentials"]["hubspotOAuth2Api"]["name"] = "HubSpot – new"
    new["nodes"][1]["parameters"]["rule"]["interval"][0]["hoursInterval"] = 6
    new["settings"]["errorWorkflow"] = "wfErr2"
    new["active"] = False
    told = words(old, new)
    assert "Workflow: active changed from yes to no" in told
    assert "Settings: errorWorkflow changed from wfErr1 to wfErr2" in told
    assert "Find company: credential hubspotOAuth2Api changed from HubSpot – sales to HubSpot – new" in told
    assert "Credential removed: “HubSpot – sales” (hubspotOAuth2Api)" in told
    assert "Credential added: “HubSpot – new” (hubspotOAuth2Api)" in told
    assert "Schedule changed from every 4 hours to every 6 hours" in told


def test_a_model_in_a_blueprint_and_a_module_in_a_route_are_told():
    old, new = load("make_ticket_answer.json"), load("make_ticket_answer.json")
    new["flow"][1]["mapper"]["model"] = "gpt-5"
    del new["flow"][2]["routes"][1]
    assert words(old, new) == [
        "Step “http:ActionSendData (5)” removed: http:ActionSendData",
        "openai-gpt-3:CreateCompletion (2): model changed from gpt-4o to gpt-5",
        "Host removed: api.helpdesk-vendor.com",
        "Model removed: openai gpt-4o",
        "Model added: openai gpt-5",
    ]


def test_a_nested_action_of_a_flow_is_told():
    old, new = load("power_automate_invoice.json"), load("power_automate_invoice.json")
    case = new["properties"]["definition"]["actions"]["Try"]["actions"]["By_country"]["cases"]["UK"]
    case["actions"]["Post_to_ledger"]["inputs"]["retryPolicy"]["count"] = 2
    assert words(old, new) == ["Post to ledger: retryPolicy.count changed from 4 to 2"]


def test_a_step_of_a_zap_is_told():
    old, new = load("zapier_account.json"), load("zapier_account.json")
    new["zaps"][0]["nodes"]["2"]["params"]["model"] = "gpt-5-mini"
    assert "ChatGPTCLIAPI chat_completion: model changed from gpt-4o-mini to gpt-5-mini" in words(old, new)
    old["zaps"][0]["nodes"]["3"]["selected_api"] = "GoogleSheetsV2CLIAPI@2.9.0"
    assert not any("GoogleSheets" in each for each in words(old, new))


def test_thousands_of_steps_are_compared_in_one_pass():
    def many(offset):
        nodes = [{"name": f"S{n + offset}", "type": "a.set", "parameters": {"n": n}} for n in range(5_000)]
        return {"name": "W", "nodes": nodes, "connections": {}}

    assert len(words(many(0), many(5_000))) == 5_000
