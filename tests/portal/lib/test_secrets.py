import copy
import json
import string
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.secrets import MARKER, find_secret, strip_secrets, strip_text, where_to_put_it
from tests.portal.lib.secret_samples import HEX, ORDINARY, SECRETS, made_up

TOKEN = SECRETS["GitHub"]


@pytest.mark.parametrize("name", SECRETS)
def test_a_pasted_secret_is_found(name):
    assert find_secret(SECRETS[name]) is not None


@pytest.mark.parametrize("name", [name for name in SECRETS if name != "bare hex"])
def test_a_pasted_secret_is_found_inside_a_sentence(name):
    assert find_secret(f"We use {SECRETS[name]} for the nightly run") is not None


@pytest.mark.parametrize("text", ORDINARY)
def test_an_ordinary_text_raises_no_alarm(text):
    assert find_secret(text) is None
    assert strip_text(text) == (text, [])


def test_hexadecimal_digits_are_a_secret_only_as_the_whole_text():
    assert find_secret(SECRETS["bare hex"]) == "long random token"
    assert find_secret(f"object {SECRETS['bare hex']} of the store") is None


def test_the_tables_are_large_enough():
    assert len(SECRETS) >= 40
    assert len(ORDINARY) >= 60


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("private key", "private key"),
        ("GitHub", "GitHub token"),
        ("Anthropic", "Anthropic key"),
        ("OpenAI", "OpenAI key"),
        ("HubSpot", "HubSpot token"),
        ("JWT", "signed token (JWT)"),
        ("database link", "credentials in a link"),
        ("Slack webhook", "webhook address"),
        ("label", "password or key after its label"),
        ("login", "login with its password"),
        ("key in a link", "key in a link"),
        ("bare token", "long random token"),
    ],
)
def test_the_kind_is_said_in_plain_words(name, kind):
    assert find_secret(SECRETS[name]) == kind


@pytest.mark.parametrize("name", SECRETS)
def test_stripping_takes_the_value_away_and_nothing_is_found_afterwards(name):
    clean, kinds = strip_text(f"before {SECRETS[name]} after" if name != "bare hex" else SECRETS[name])
    assert kinds
    assert MARKER in clean
    assert find_secret(clean) is None
    assert not [run for run in SECRETS[name].replace("\n", " ").split() if len(run) > 60 and run in clean]


def test_the_host_of_a_link_stays_when_its_credentials_go():
    clean, kinds = strip_text(SECRETS["database link"])
    assert clean == f"postgres://{MARKER}@db.example.com:5432/crm"
    assert kinds == ["credentials in a link"]


def test_the_body_of_a_private_key_goes_with_its_header():
    clean, _ = strip_text("a " + SECRETS["private key"] + " b")
    assert clean == f"a {MARKER} b"
    assert strip_text("a " + SECRETS["OpenSSH key"])[0] == f"a {MARKER}"


def test_nothing_is_left_of_a_token_that_is_longer_than_its_shape():
    assert strip_text("key " + SECRETS["Google key"] + made_up(20))[0] == f"key {MARKER}"


def test_where_to_put_it_names_a_place_in_a_vault():
    assert where_to_put_it("GitHub token") == (
        "Keep it in your vault and write down where it is, for example op://Automation/HubSpot/api-key."
    )
    assert "op://Automation/SFTP/private-key" in where_to_put_it("private key")


def test_secrets_in_nested_data_are_replaced_and_their_places_told():
    data = {
        "name": "Sync",
        "nodes": [
            {"parameters": {"url": "https://example.com", "note": f"uses {TOKEN} today"}},
            {"parameters": {"headers": [{"name": "X-Api-Key", "value": "abc" + "123xyz"}]}},
        ],
    }
    before = copy.deepcopy(data)
    clean, places = strip_secrets(data)
    assert data == before
    assert clean["nodes"][0]["parameters"] == {"url": "https://example.com", "note": f"uses {MARKER} today"}
    assert clean["nodes"][1]["parameters"]["headers"] == [{"name": "X-Api-Key", "value": MARKER}]
    assert [(place.kind, place.where) for place in places] == [
        ("GitHub token", "nodes[0].parameters.note"),
        ("key or token in its field", "nodes[1].parameters.headers[0].value"),
    ]


@pytest.mark.parametrize(
    ("data", "where"),
    [
        ({"password": "welkom"}, "password"),
        ({"ownerPassword": "wel kom"}, "ownerPassword"),
        ({"db": {"pwd": 12345678}}, "db.pwd"),
        ({"api_key": "abc123"}, "api_key"),
        ({"x-api-key": "abc123"}, "x-api-key"),
        ({"clientSecret": "q1w2e3r4"}, "clientSecret"),
        ({"headers": {"Authorization": "Bearer a1b2c3"}}, "headers.Authorization"),
        ({"key": "Authorization", "value": "a1b2c3d4"}, "value"),
        (
            {"parameters": {"apiKey": {"type": "String", "defaultValue": "a1b2c3d4"}}},
            "parameters.apiKey.defaultValue",
        ),
        ({"token": ["a1b2c3d4"]}, "token[0]"),
        ({"odd key!": {"secret": "a1b2c3d4"}}, '["odd key!"].secret'),
    ],
)
def test_a_value_under_a_key_that_says_it_is_secret_is_refused(data, where):
    clean, places = strip_secrets(data, "file")
    assert [place.where for place in places] == [f"file.{where}" if where[0] != "[" else f"file{where}"]
    assert MARKER in json.dumps(clean)


@pytest.mark.parametrize(
    "data",
    [
        {"apiKey": "={{ $json.key }}"},
        {"apiKey": "{{1.token}}"},
        {"apiKey": "@parameters('key')"},
        {"Authorization": "Bearer @{variables('token')}"},
        {"Authorization": "=Bearer {{ $env.TOKEN }}"},
        {"password": "op://Automation/CRM/password"},
        {"password": ""},
        {"password": None},
        {"password": True},
        {"password": {"type": "string"}},
        {"token": "<your token here>"},
        {"token": "YOUR_TOKEN"},
        {"nextPageToken": "a1b2c3d4e5"},
        {"maxTokens": "4096"},
        {"max_tokens": 4096},
        {"authentication": "genericCredentialType"},
        {"secret": "predefined"},
        {"credentials": {"httpHeaderAuth": {"id": "4aV7hJ2k", "name": "HubSpot key"}}},
        {"name": "Content-Type", "value": "application/json"},
        {"documentId": {"__rl": True, "value": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", "mode": "id"}},
        {"connectionName": "2a81f91bc08949c58eebe3191a2d8351"},
    ],
)
def test_expressions_references_and_harmless_fields_stay(data):
    assert strip_secrets(data) == (data, [])


def test_a_secret_in_a_key_is_removed_and_no_entry_is_lost():
    clean, places = strip_secrets({TOKEN: 1, SECRETS["Stripe"]: 2})
    assert clean == {MARKER: 1, f"{MARKER} 2": 2}
    assert len(places) == 2
    assert TOKEN not in repr(places)


def test_a_key_that_says_secret_once_its_own_secret_is_gone_is_heeded():
    key = SECRETS["private key"] + "password"
    clean, places = strip_secrets(
        {key: "welkom", "rest": [{"name": SECRETS["private key"] + " token", "value": "a1b2c3"}]}
    )
    assert clean == {
        f"{MARKER}password": MARKER,
        "rest": [{"name": f"{MARKER} token", "value": MARKER}],
    }
    assert len(places) == 4


def test_what_is_nested_too_deeply_is_not_kept():
    data: object = TOKEN
    for _ in range(5000):
        data = [data]
    clean, places = strip_secrets(data)
    assert [place.kind for place in places] == ["nested too deeply to be checked"]
    assert TOKEN not in json.dumps(clean)


FRAGMENTS = st.sampled_from(
    [*SECRETS.values(), *ORDINARY, "password: ", "token=", "://", "Bearer ", " / ", "'", '"', "ey", "."]
)
TEXTS = st.one_of(
    st.text(max_size=200), st.lists(st.one_of(FRAGMENTS, st.text(max_size=12)), max_size=6).map("".join)
)
KEYS = st.one_of(st.sampled_from(["password", "apiKey", "name", "value", "Authorization", "id"]), TEXTS)
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), TEXTS)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_nothing_is_found_in_a_stripped_text(text):
    clean, kinds = strip_text(text)
    assert find_secret(clean) is None
    assert strip_text(clean) == (clean, [])
    assert bool(kinds) == (find_secret(text) is not None)


@settings(max_examples=200, deadline=None)
@given(JSON)
def test_stripping_nested_data_twice_changes_nothing_more(data):
    clean, _ = strip_secrets(data)
    assert strip_secrets(clean) == (clean, [])
    json.dumps(clean)


HOSTILE = [
    "x-", "a:", "://", "a://b:", "ey", "ey-", "eyeyeyeyeyey.", "password=", "password is ", "is = ",
    "login ", "login /", "user | ", "A", "aB1", "aB1-", "AKIA", "=", "&sig=", "?token=",
    "-----BEGIN PRIVATE KEY-----", "secret", "basic ", "basic\t", "sk-", "gl", "host=;", "host=a;", "a.",
    "M.", "s.", "hooks.slack.com/", "otpauth://a/", " ", "\n", "é", "/", "1/", "Ab_", "aab", "V1", "key ",
    "fm1_", "pat", "password password ", "=====", "pin:", "\\\"", "xoxb-",
]  # fmt: skip


def test_hostile_texts_of_forty_thousand_characters_end_soon():
    """Run in a process of its own, so that a runaway expression fails the test and does not hang it."""
    code = (
        "import json, sys\n"
        "from portal.lib.secrets import find_secret, strip_secrets\n"
        "for piece in json.load(sys.stdin):\n"
        "    text = (piece * 40000)[:40000]\n"
        "    find_secret(text); strip_secrets([text, text + '!', 'x' + text])\n"
    )
    subprocess.run([sys.executable, "-c", code], input=json.dumps(HOSTILE), text=True, check=True, timeout=30)


def test_long_random_looking_blobs_are_no_tokens():
    blob = made_up(9000, string.ascii_letters + string.digits)
    assert find_secret(blob) is None
    assert find_secret("digest " + made_up(64, HEX)) is None
