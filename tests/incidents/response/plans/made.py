"""Clients whose plan may be approved, made by the rooms' own actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clients.engagements.actions.contacts import add_contact
from incidents.response.models import ResponsePlan
from incidents.response.plans.actions import approve_plan, write_plan
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, agree

TEXT = "## Stop first\n\nOnly the head of operations stops the **order intake**."


def ready(client: Client, by: User, tier: str = "growth", **terms: Any) -> Client:
    """Agree on support and name a primary and a backup on both sides."""
    targets = {"sev2_target": "PT8H", "sev3_target": "monthly_backlog", "sev4_target": "monthly_backlog"}
    agree(client, by, tier, **{**targets, **terms})
    for side in ("client", "practice"):
        for name in ("Primary", "Backup"):
            values = {"name": f"{name} {side}", "role": "Operations", "email": f"{name.lower()}@{side}.test"}
            add_contact(client, side, values, by=by, now=NOW)
    return client


def written(client: Client, by: User, now: datetime = NOW, **values: Any) -> ResponsePlan:
    """Write the draft of a plan."""
    return write_plan(client, {"text": TEXT, "jurisdictions": ["GB"], **values}, by=by, now=now)


def approved(client: Client, author: User, by: User, now: datetime = NOW, **values: Any) -> ResponsePlan:
    """Write a version as one and approve it as another."""
    return approve_plan(written(client, author, now, **values), name=by.name, by=by, now=now)


def owed(client: Client, kind: str) -> Deadline | None:
    """The open deadline of a kind, if there is one."""
    return Deadline.objects.for_client(client).open().filter(kind=kind).first()
