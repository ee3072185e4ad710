"""Facts as they are kept with an export: there and back, and the fingerprint of a definition."""

from __future__ import annotations

import json

from clients.workflows.kept import facts_from_json, facts_to_json, fingerprint
from clients.workflows.readers import read_export
from tests.clients.workflows.exports import AI, HOOK, HUBSPOT, LEAK, n8n


def test_facts_come_back_as_they_were() -> None:
    [facts] = read_export("x.json", json.dumps(n8n(HOOK, HUBSPOT, AI, LEAK)).encode())
    kept = json.loads(json.dumps(facts_to_json(facts)))
    assert "content" not in kept
    assert facts_from_json(kept, facts.content) == facts


def test_facts_of_another_version_of_the_program_can_still_be_read() -> None:
    [facts] = read_export("x.json", json.dumps(n8n(HOOK, HUBSPOT)).encode())
    kept = facts_to_json(facts)
    kept["something_new"] = 1
    kept["credentials"][0]["something_new"] = 1
    del kept["hosts"], kept["active"]
    assert facts_from_json(kept).credentials == facts.credentials
    assert facts_from_json({}).nodes == 0


def test_a_fingerprint_is_the_same_whatever_the_order_and_differs_for_another_value() -> None:
    assert fingerprint({"a": 1, "b": ["é"]}) == fingerprint({"b": ["é"], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
    assert len(fingerprint({})) == 64
