"""A client with a pack worth reading: records in order, late, broad, without owner, and one that is internal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from clients.workflows.models import WorkflowExport
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_user

REFERENCE = "op://Automation/xero/api-key"
INTERNAL = "Hushed integration"
LEGAL_NAME = "Alder & Sons Žižek Sørensen Ltd"
TODAY = date(2026, 11, 19)


def make_records(client: Client, bob: User, carol: User, *, times: int = 1) -> None:
    """Fill the registers of a client; `times` repeats the rows that a page is measured with."""
    owned: dict[str, Any] = {"practice_id": client.practice_id, "client": client}
    triage = Workflow.objects.create(
        **owned, name="Invoice triage", platform="n8n", owner=bob, personal_data="yes", uses_ai="yes",
        criticality="high", live_on=date(2026, 3, 2),
    )  # fmt: skip
    Workflow.objects.create(**owned, name="Lead routing", platform="make")
    for n in range(times):
        mark = f" {n + 1}" if times > 1 else ""
        xero = Integration.objects.create(
            **owned, name=f"Xero invoices{mark}", workflow=triage, platform="xero", owner=bob, auth_type="oauth",
            scopes_granted=["accounting.transactions.read", "accounting.contacts.read"],
            scopes_approved=["accounting.transactions.read", "accounting.contacts.read"], read_only="yes",
            resource_scope="named", service_account="svc-invoice-sync", approved_on=date(2026, 9, 12),
            approved_by=carol, renewal_on=date(2027, 3, 1),
        )  # fmt: skip
        Integration.objects.create(
            **owned, name=f"HubSpot contacts{mark}", platform="hubspot", auth_type="api_key", read_only="no",
            scopes_granted=["crm.objects.contacts.write", "full access"],
        )  # fmt: skip
        Credential.objects.create(
            **owned, name=f"Xero OAuth token{mark}", platform="xero", kind="oauth_token", owner=bob, integration=xero,
            storage="vault", storage_ref=REFERENCE, fingerprint="sha256:3f9a10c2", rotated_on=date(2026, 8, 18),
            rotation_interval_days=90, next_due_on=date(2026, 11, 16),
        )  # fmt: skip
        Credential.objects.create(
            **owned, name=f"HubSpot private app{mark}", platform="hubspot", kind="private_app",
            storage="platform_store", renewal_on=date(2027, 6, 1), next_due_on=date(2027, 6, 1), personal="yes",
        )  # fmt: skip
        SubProcessor.objects.create(
            **owned, name=f"Łódź Hosting{mark}", purpose="Hosting, secrets", data_categories=["All workflow data"],
            location="London, eu-west-2", transfer_tool="not_needed", dpa_signed_on=date(2026, 3, 2),
            dpa_review_on=date(2027, 3, 2), engaged_by="practice", dpa_url="https://hosting.example/dpa",
        )  # fmt: skip
    SubProcessor.objects.create(
        **owned, name="Anthropic", platform="anthropic", purpose="Drafting replies to supplier queries", uses_ai="yes",
        training_prohibited="yes", retention_position="Zero retention", location="EU", dpa_signed_on=date(2025, 8, 24),
        last_assessed_on=date(2026, 8, 24),
    )  # fmt: skip
    Integration.objects.create(**owned, name=INTERNAL, platform="slack", internal=True)
    Credential.objects.create(**owned, name="Hushed credential", platform="slack", internal=True)
    now = timezone.now()
    WorkflowExport.objects.create(
        **owned, workflow=triage, platform="n8n", name="Invoice triage", identity="1", file_name="a.json", version=3,
        taken_at=now, confirmed_at=now, sha256="0" * 64, content={}, nodes=12,
        facts={"ai": [{"provider": "anthropic", "model": "claude-sonnet-4-5"},
                      {"provider": "openai", "model": "gpt-4o"}], "webhooks": []},
    )  # fmt: skip


@pytest.fixture
def recorded(client_a1: Client, bob: User, carol: User) -> Client:
    """Client A1 with records, a lead, and nothing frozen: times are those of the test's run."""
    lead = make_user("Łukasz Zieliński", "lukasz@northlight.test")
    make_assignment(client_a1, lead, Role.LEAD)
    with enter(everything_of(client_a1.practice_id), switch=True):
        Client.objects.filter(pk=client_a1.pk).update(legal_name=LEGAL_NAME)
        make_records(client_a1, bob, carol)
    client_a1.legal_name = LEGAL_NAME
    return client_a1
