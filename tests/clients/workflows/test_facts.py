"""The shape that `workflows import --json` prints."""

from pathlib import Path

from clients.workflows.facts import AUTH_KINDS
from clients.workflows.readers import as_json, read_export

FIXTURES = Path(__file__).parent / "fixtures"


def test_json_has_exactly_the_promised_keys():
    [facts] = read_export("n8n_lead_router.json", (FIXTURES / "n8n_lead_router.json").read_bytes())
    shape = as_json(facts, "n8n_lead_router.json")
    assert list(shape) == [
        "file",
        "platform",
        "name",
        "nodes",
        "integrations",
        "credentials",
        "webhooks",
        "hosts",
        "ai",
        "secrets_refused",
        "warnings",
    ]
    assert set(shape["integrations"][0]) == {"platform", "operation", "auth"}
    assert set(shape["credentials"][0]) == {"name", "type"}
    assert set(shape["ai"][0]) == {"provider", "model"}
    assert shape["webhooks"] == [{"name": "New lead", "path": "new-lead", "method": "POST", "auth": "none"}]


def test_every_way_to_prove_oneself_is_one_of_the_known_words():
    for path in FIXTURES.glob("*.json"):
        for facts in read_export(path.name, path.read_bytes()):
            assert {i.auth for i in facts.integrations} | {w.auth for w in facts.webhooks} <= AUTH_KINDS
