"""What one workflow export says, as plain frozen values: no Django, and never the value of a secret."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: The words for how a connection proves itself. What an export does not say is "unknown", never guessed.
AUTH_KINDS = frozenset(
    {
        "oauth2",
        "api_key",
        "basic",
        "bearer",
        "header",
        "none",
        "personal_token",
        "service_account",
        "unknown",
    }
)


@dataclass(frozen=True, slots=True)
class IntegrationFact:
    """One kind of call to one platform. `platform` is an id of the platform list, or the app's own name as a slug."""

    platform: str
    operation: str
    auth: str = "unknown"


@dataclass(frozen=True, slots=True)
class CredentialFact:
    """The name and type of a stored connection; `external_id` is the vendor's id for it, empty if not given."""

    name: str
    type: str
    platform: str
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class WebhookFact:
    """An address that the workflow listens on. `path` is what the export gives: a path, a hook id or nothing."""

    name: str
    path: str
    method: str
    auth: str


@dataclass(frozen=True, slots=True)
class AiFact:
    """A model that the workflow calls; `model` is empty where the export leaves it to the vendor's default."""

    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class SecretRefusedFact:
    """A secret found in the file and left out: its kind and its place, never its value."""

    kind: str
    where: str


@dataclass(frozen=True, slots=True)
class ExportFacts:
    """Everything read from one workflow.

    `platform` is n8n, make, power_automate or zapier; `nodes` counts every step, those in branches and
    error handlers included; `active` is None where the export does not say; `content` is the workflow with
    secrets and recorded data taken out, made of JSON values only.
    """

    platform: str
    name: str
    external_id: str
    nodes: int
    integrations: tuple[IntegrationFact, ...] = ()
    credentials: tuple[CredentialFact, ...] = ()
    webhooks: tuple[WebhookFact, ...] = ()
    hosts: tuple[str, ...] = ()
    ai: tuple[AiFact, ...] = ()
    schedules: tuple[str, ...] = ()
    triggers: tuple[str, ...] = ()
    error_handling: tuple[str, ...] = ()
    active: bool | None = None
    secrets_refused: tuple[SecretRefusedFact, ...] = ()
    warnings: tuple[str, ...] = ()
    content: dict[str, Any] = field(default_factory=dict, hash=False)


def as_json(facts: ExportFacts, file: str) -> dict[str, Any]:
    """Return the facts in the shape that `workflows import --json` prints for one workflow of `file`."""
    return {
        "file": file,
        "platform": facts.platform,
        "name": facts.name,
        "nodes": facts.nodes,
        "integrations": [
            {"platform": i.platform, "operation": i.operation, "auth": i.auth} for i in facts.integrations
        ],
        "credentials": [{"name": c.name, "type": c.type} for c in facts.credentials],
        "webhooks": [
            {"name": w.name, "path": w.path, "method": w.method, "auth": w.auth} for w in facts.webhooks
        ],
        "hosts": list(facts.hosts),
        "ai": [{"provider": a.provider, "model": a.model} for a in facts.ai],
        "secrets_refused": [{"kind": s.kind, "where": s.where} for s in facts.secrets_refused],
        "warnings": list(facts.warnings),
    }
