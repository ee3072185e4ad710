"""No planted secret is found anywhere in what the readers give back. The fakes are put together at run time."""

# ruff: noqa: E501 - one case a line reads better than one case over ten

import json

import pytest

from clients.workflows.differences import differences
from clients.workflows.readers import as_json, read_export
from clients.workflows.readers.withhold import withhold

HEX = "4f9d1c7ab2e85036"
GITHUB = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT" * 2
SLACK = "xoxb-" + "123456789012-" + "AbCdEfGhIjKlMnOp"
OPENAI = "sk-" + "proj-" + "Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2" * 2
WORD = "correct" + "Horse9!"
PLAIN = "hunter" + "twoabc"
KEY = HEX * 2


def n8n(parameters, kind="httpRequest", **more):
    node = {"name": "Call", "type": f"n8n-nodes-base.{kind}", "parameters": parameters}
    return {"name": "W", "nodes": [node], "connections": {}, **more}


def make(module, mapper, parameters=None):
    return {
        "name": "M",
        "flow": [{"id": 1, "module": module, "parameters": parameters or {}, "mapper": mapper}],
    }


def flow(inputs, **more):
    action = {"type": "Http", "inputs": inputs}
    return {"definition": {"triggers": {}, "actions": {"Call": action}, **more}}


def zap(params, api="WebHookAPI", action="post"):
    return {
        "zaps": [
            {
                "id": 1,
                "title": "Z",
                "nodes": {"1": {"selected_api": api, "action": action, "params": params, "parent_id": None}},
            }
        ]
    }


def header(name, value):
    return {
        "url": "https://api.vendor.io",
        "headerParameters": {"parameters": [{"name": name, "value": value}]},
    }


PLANTED = {
    "n8n header": (n8n(header("X-Api-Key", KEY)), KEY),
    "n8n authorization": (n8n(header("Authorization", "Bearer " + KEY)), KEY),
    "n8n odd signature": (n8n(header("X-Our-Signature", WORD)), WORD),
    "n8n query": (n8n({"url": f"https://api.vendor.io/v1?api_key={KEY}&q=1"}), KEY),
    "n8n query pair": (n8n({"url": "https://a.vendor.io", "queryParameters": {"parameters": [{"name": "access_token", "value": KEY}]}}), KEY),
    "n8n user in address": (n8n({"url": f"https://bob:{PLAIN}@db.vendor.io/x"}), PLAIN),
    "n8n body": (n8n({"url": "https://a.vendor.io", "jsonBody": json.dumps({"user": "x", "password": PLAIN})}), PLAIN),
    "n8n form body": (n8n({"url": "https://a.vendor.io", "body": f"grant=x&client_secret={PLAIN}"}), PLAIN),
    "n8n code": (n8n({"jsCode": f"const x = 1;\nconst apiKey = '{KEY}';\nreturn x;"}, "code"), KEY),
    "n8n code header": (n8n({"jsCode": f"headers.set('Authorization', 'Bearer {KEY}')"}, "code"), KEY),
    "n8n code password": (n8n({"jsCode": f'db.connect({{ password: "{PLAIN}" }})'}, "code"), PLAIN),
    "n8n private key": (n8n({"jsCode": "k = `-----BEGIN " + f"PRIVATE KEY-----\n{GITHUB}\n-----END " + "PRIVATE KEY-----`"}, "code"), GITHUB),
    "n8n note": (n8n({"content": f"the token is {GITHUB}"}, "stickyNote"), GITHUB),
    "n8n name": ({"name": SLACK, "nodes": [], "connections": {}}, SLACK),
    "n8n node name": ({"name": "W", "nodes": [{"name": GITHUB, "type": "a.b"}], "connections": {}}, GITHUB),
    "n8n node type": ({"name": "W", "nodes": [{"name": "x", "type": f"a.{GITHUB}"}], "connections": {}}, GITHUB),
    "n8n credential name": ({"name": "W", "nodes": [{"type": "a.slack", "credentials": {"slackApi": {"name": SLACK}}}], "connections": {}}, SLACK),
    "n8n webhook path": (n8n({"path": OPENAI}, "webhook"), OPENAI),
    "n8n model": (n8n({"model": OPENAI}, "lmChatOpenAi"), OPENAI),
    "n8n key of an object": (n8n({GITHUB: 1}, "set"), GITHUB),
    "n8n set field": (n8n({"assignments": {"assignments": [{"name": "apiToken", "value": PLAIN + "77", "type": "string"}]}}, "set"), PLAIN + "77"),
    "n8n pinned data": (n8n({}, "set", pinData={"Call": [{"json": {"token": GITHUB}}]}), GITHUB),
    "n8n static data": (n8n({}, "set", staticData={"global": {"accessToken": KEY}}), KEY),
    "n8n schedule": (n8n({"rule": {"interval": [{"field": "cronExpression", "expression": GITHUB}]}}, "scheduleTrigger"), GITHUB),
    "n8n expression": (n8n(header("Authorization", "={{ 'Bearer " + OPENAI + "' }}")), OPENAI),
    "make mapper": (make("pdf-co:Protect", {"ownerPassword": WORD}), WORD),
    "make http header": (make("http:ActionSendData", {"url": "https://a.vendor.io", "headers": [{"name": "apikey", "value": KEY}]}), KEY),
    "make http password": (make("http:ActionSendData", {"url": "https://a.vendor.io", "authUser": "bob", "authPass": PLAIN}), PLAIN),
    "make body": (make("http:ActionSendData", {"url": "https://a.vendor.io", "data": '{"token": "' + KEY + '"}'}), KEY),
    "make webhook address": (make("http:ActionSendData", {"url": "https://hooks.slack.com/services/T00000000/B00000000/" + "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8"}), "Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8"),
    "make label": (make("slack:Send", {}, {"__IMTCONN__": SLACK}), SLACK),
    "flow basic": (flow({"uri": "https://a.vendor.io", "authentication": {"type": "Basic", "username": "bob", "password": PLAIN}}), PLAIN),
    "flow oauth": (flow({"uri": "https://a.vendor.io", "authentication": {"type": "ActiveDirectoryOAuth", "clientId": "x", "secret": PLAIN}}), PLAIN),
    "flow raw": (flow({"uri": "https://a.vendor.io", "authentication": {"type": "Raw", "value": KEY}}), KEY),
    "flow certificate": (flow({"uri": "https://a.vendor.io", "authentication": {"type": "ClientCertificate", "pfx": KEY, "password": PLAIN}}), KEY),
    "flow headers": (flow({"uri": "https://a.vendor.io", "headers": {"Ocp-Apim-Subscription-Key": KEY}}), KEY),
    "flow function code": (flow({"uri": f"https://f.azurewebsites.net/api/x?code={KEY}"}), KEY),
    "flow secure parameter": (flow({}, parameters={"p": {"type": "SecureString", "defaultValue": PLAIN}}), PLAIN),
    "flow step name": ({"definition": {"triggers": {}, "actions": {GITHUB: {"type": "Compose"}}}}, GITHUB),
    "zapier header": (zap({"url": "https://a.vendor.io", "headers": {"X-Auth-Token": KEY}}), KEY),
    "zapier basic": (zap({"url": "https://a.vendor.io", "basic_auth": f"bob|{PLAIN}"}), PLAIN),
    "zapier data": (zap({"url": "https://a.vendor.io", "data": {"api_key": KEY}}), KEY),
    "zapier code": (zap({"code": f"requests.get('https://a.vendor.io', headers={{'Authorization': 'Token {KEY}'}})"}, "CodeAPI", "run"), KEY),
    "zapier input": (zap({"input": {"secret": PLAIN}}, "CodeAPI", "run"), PLAIN),
}  # fmt: skip


@pytest.mark.parametrize("place", PLANTED)
def test_a_planted_secret_is_nowhere_in_what_comes_out(place):
    value, secret = PLANTED[place]
    facts = read_export("file.json", json.dumps(value).encode())
    out = (
        repr(facts)
        + json.dumps([as_json(each, "file.json") for each in facts])
        + json.dumps([f.content for f in facts])
    )
    assert secret not in out
    assert any(each.secrets_refused for each in facts), "it was taken out, but not reported"
    assert secret not in " ".join(map(str, differences(facts[0], facts[0])))


def test_the_place_is_named_by_the_step():
    value, _ = PLANTED["n8n header"]
    [facts] = read_export("file.json", json.dumps(value).encode())
    assert [(each.kind, each.where) for each in facts.secrets_refused] == [
        ("API key", "nodes[Call].parameters.headerParameters.parameters[X-Api-Key].value")
    ]


def test_the_host_of_an_address_survives_its_secret():
    for place in ("n8n query", "n8n user in address", "make webhook address"):
        [facts] = read_export("file.json", json.dumps(PLANTED[place][0]).encode())
        assert len(facts.hosts) == 1, place


ORDINARY = [
    n8n(header("Authorization", "=Bearer {{ $json.token }}")),
    n8n(header("X-Api-Key", "={{ $env.VENDOR_KEY }}")),
    n8n(header("X-Api-Key", "YOUR_API_KEY")),
    n8n(header("Accept", "application/json")),
    n8n({"url": "https://a.vendor.io/items?page_token={{ $json.next }}&per_page=100"}),
    n8n({"authentication": "genericCredentialType", "genericAuthType": "httpHeaderAuth", "max_tokens": "2048"}),
    n8n({"folderId": {"__rl": True, "mode": "list", "value": "1914m3M7kRzkd5RJqAfzRY9EBcJrKemZC"}}, "googleDrive"),
    n8n({"jsCode": "const columns = ['password', 'username'];\nconst token = await getToken();"}, "code"),
    make("zoom:createMeeting", {"password": "{{substring(base64(1.id); 0; 10)}}"}),
    make("slack:Send", {"text": "Password:\n{{5.password}}"}),
    flow({"uri": "https://a.vendor.io", "headers": {"Authorization": "@{concat('Bearer ', body('T')?['access_token'])}"}}),
    flow({"uri": "https://a.vendor.io", "authentication": {"type": "Raw", "value": "@parameters('$authentication')"}}),
    flow({}, parameters={"$authentication": {"defaultValue": {}, "type": "SecureObject"}}),
    zap({"url": "https://a.vendor.io", "headers": {"Authorization": "Bearer {{2__token}}"}}),
    zap({"signature": "Kind regards, Mana", "channel": "C024Y16JP"}, "SlackAPI"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ORDINARY)))
def test_expressions_references_and_placeholders_are_no_secrets(number):
    facts = read_export("file.json", json.dumps(ORDINARY[number]).encode())
    assert facts[0].secrets_refused == ()


def test_nothing_but_the_secret_is_lost():
    clean, refused = withhold({"code": f"a = 1\nkey = '{GITHUB}'\nb = 2"})
    assert clean["code"].splitlines()[0::2] == ["a = 1", "b = 2"]
    assert len(refused) == 1


def test_a_hostile_value_costs_time_in_proportion_to_its_length():
    clean, _ = withhold({"token": "{{" * 500_000, "text": "='" * 300_000})
    assert set(clean) == {"token", "text"}


@pytest.mark.parametrize("order", [1, -1])
def test_a_text_that_is_harmless_in_one_place_is_a_secret_under_a_secret_name(order):
    places = [{"note": WORD}, {"password": WORD}, {"name": "X-Api-Key", "value": WORD}]
    clean, refused = withhold(places[::order])
    assert [WORD in item.values() for item in clean[::order]] == [True, False, False]
    assert len(refused) == 2


def test_one_export_does_not_remember_what_another_held():
    assert withhold({"note": PLAIN})[1] == []
    assert len(withhold({"password": PLAIN})[1]) == 1
    assert len(withhold({"url": GITHUB, "id": GITHUB, GITHUB: GITHUB})[1]) == 4
