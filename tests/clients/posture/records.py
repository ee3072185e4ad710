"""Register rows for these tests, made by the registers' own actions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from clients.registers.actions import add_record
from clients.workflows.models import WorkflowExport
from portal.accounts.models import User
from portal.tenancy.models import Client


def today() -> date:
    return datetime.now(UTC).date()


def day(number: int) -> date:
    return today() + timedelta(days=number)


def add_credential(client: Client, by: User, name: str = "Xero token", **values: Any) -> Any:
    base = {
        "name": name,
        "platform": "xero",
        "kind": "api_key",
        "environment": "production",
        "owner": by,
        "storage": "vault",
        "storage_ref": f"op://Automation/{name}/key",
        "scopes": ["accounting.read"],
        "issued_on": day(-30),
        "rotation_interval_days": 90,
        "renewal_on": day(60),
        "renews_itself": "no",
        "personal": "no",
        "shared": "no",
    }
    return add_record("credentials", client, {**base, **values}, by=by)


def add_workflow(client: Client, by: User, name: str = "Invoice sync", **values: Any) -> Any:
    base = {
        "name": name,
        "platform": "n8n",
        "owner": by,
        "criticality": "high",
        "uses_ai": "no",
        "retry": "exponential",
        "retry_attempts": 3,
    }
    return add_record("workflows", client, {**base, **values}, by=by)


def add_integration(client: Client, by: User, name: str = "Xero", **values: Any) -> Any:
    base = {"name": name, "platform": "xero", "owner": by, "scopes_granted": ["accounting.read"]}
    return add_record("integrations", client, {**base, **values}, by=by)


def add_company(client: Client, by: User, name: str = "OpenAI", **values: Any) -> Any:
    base = {"name": name, "purpose": "Drafts replies", "uses_ai": "yes", "owner": by}
    return add_record("sub-processors", client, {**base, **values}, by=by)


def add_export(client: Client, workflow: Any, **values: Any) -> WorkflowExport:
    now = datetime.now(UTC)
    base: dict[str, Any] = {
        "workflow": workflow,
        "platform": "n8n",
        "name": workflow.name,
        "identity": workflow.name,
        "file_name": "flow.json",
        "version": 1,
        "taken_at": now,
        "confirmed_at": now,
        "sha256": "ab" * 32,
        "content": {},
        "facts": {"webhooks": [{"name": "in"}], "ai": [], "secrets_refused": []},
        "nodes": 3,
    }
    return WorkflowExport.objects.create(practice_id=client.practice_id, client=client, **{**base, **values})
