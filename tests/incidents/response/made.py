"""Incidents and agreed support for these tests, made by the rooms' own actions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from clients.engagements.actions.support import agree_support
from clients.engagements.models import SupportScope
from clients.engagements.support_tiers import tiers
from incidents.response.actions import open_incident
from incidents.response.models import Incident, TimelineEntry
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client

#: A Thursday before noon, as in the cast.
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026, in UTC, which is London's time too."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def agree(client: Client, by: User, tier: str, **values: Any) -> SupportScope:
    return agree_support(client, {**tiers()[tier].proposes, **values}, by=by)


def opened(
    client: Client, by: User | None, severity: str = "SEV2", now: datetime = NOW, **more: Any
) -> Incident:
    title = more.pop("title", "Duplicate invoices were sent")
    return open_incident([client], title=title, severity=severity, by=by, now=now, **more)[0]


def deadline_of(incident: Incident, kind: str) -> Deadline:
    """The latest deadline of a kind that an incident has."""
    rows = Deadline.objects.filter(subject_type="response.incident", subject_id=str(incident.pk))
    return rows.filter(kind=kind).order_by("pk").last()


def lead_ins(incident: Incident) -> list[str]:
    rows = TimelineEntry.objects.filter(incident=incident).order_by("pk")
    return [entry.lead_in for entry in rows]


def fresh(incident: Incident) -> Incident:
    return Incident.objects.select_related("client").get(pk=incident.pk)
