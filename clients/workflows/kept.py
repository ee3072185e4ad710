"""How facts are kept with an export: to JSON values and back. The definition itself is kept beside them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import Any

from clients.workflows.facts import (
    AiFact,
    CredentialFact,
    ExportFacts,
    IntegrationFact,
    SecretRefusedFact,
    WebhookFact,
)

_RECORDS: dict[str, type[Any]] = {
    "integrations": IntegrationFact,
    "credentials": CredentialFact,
    "webhooks": WebhookFact,
    "ai": AiFact,
    "secrets_refused": SecretRefusedFact,
}
_TEXTS = ("hosts", "schedules", "triggers", "error_handling", "warnings")


def facts_to_json(facts: ExportFacts) -> dict[str, Any]:
    """Return everything but the definition as JSON values."""
    kept = {field.name: getattr(facts, field.name) for field in fields(facts) if field.name != "content"}
    for key in _RECORDS:
        kept[key] = [asdict(record) for record in kept[key]]
    for key in _TEXTS:
        kept[key] = list(kept[key])
    return kept


def facts_from_json(kept: dict[str, Any], content: dict[str, Any] | None = None) -> ExportFacts:
    """Return the facts of a kept export, whatever version of the program kept them: what it lacks is empty."""
    values: dict[str, Any] = {"platform": "", "name": "", "external_id": "", "nodes": 0}
    values |= {field.name: kept[field.name] for field in fields(ExportFacts) if field.name in kept}
    for key, record in _RECORDS.items():
        known = {field.name for field in fields(record)}
        values[key] = tuple(
            record(**{name: value for name, value in each.items() if name in known})
            for each in values.get(key, ())
        )
    for key in _TEXTS:
        values[key] = tuple(values.get(key, ()))
    return ExportFacts(**values, content=content or {})


def fingerprint(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a definition, the same whatever the order of its keys and its white space."""
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
