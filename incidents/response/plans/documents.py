"""What the PDF of a response plan says: exactly what was approved, with who approved it and when."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from incidents.response.models import ResponsePlan
from incidents.response.plans.reading import html_of
from incidents.response.rules.plans import SIDES
from portal.documents.kinds import Contents
from portal.documents.models import Document
from portal.lib.dates import format_long, format_table
from portal.lib.refused import Refused

TEMPLATE = "response/plans/paper.html"


def build(document: Document, now: datetime) -> Contents:
    """Print a version as it was approved. Raises Refused for one that was not."""
    rows = (
        ResponsePlan.objects.for_client(document.client)
        .approved()
        .select_related("written_by", "approved_by")
    )
    plan = rows.filter(pk=document.data.get("plan") or 0).first()
    if plan is None:
        raise Refused("A plan is printed once it is approved.")
    data = {"schema": plan.snapshot["schema"], "cover": _cover(plan, document, now), "plan": plan.snapshot}
    paper = {**plan.snapshot, "html": html_of(plan.snapshot["text"])}
    sides = [(paper["names"][side], paper["contacts"][side]) for side in SIDES]
    context = {"paper": paper, "sides": sides, "cover": data["cover"], "zone": document.client.time_zone}
    return Contents(TEMPLATE, context, data)


def _cover(plan: ResponsePlan, document: Document, now: datetime) -> dict[str, Any]:
    client, zone = document.client, ZoneInfo(document.client.time_zone)
    assert plan.approved_at is not None
    assert plan.approved_by is not None
    return {
        "practice": client.practice.name,
        "client": client.name,
        "reference": f"version {plan.version}",
        "title": "Response plan",
        "version": plan.version,
        "changes": plan.changes,
        "written_by": plan.written_by.name,
        "approved_as": plan.approved_as or plan.approved_by.name,
        "approved_by": plan.approved_by.name,
        "approved_at": plan.approved_at.astimezone(UTC).isoformat(),
        "approved_words": _words(plan.approved_at, zone),
        "note": plan.approval_note,
        "state": _state(plan, zone),
        "exercised": format_table(plan.exercised_on) if plan.exercised_on else "Not yet",
        "number": document.number,
        "at": now.astimezone(UTC).isoformat(),
        "at_words": _words(now, zone),
        "check_at": f"{urlsplit(settings.SITE_URL).netloc}{reverse('document_check')}".rstrip("/"),
    }


def _state(plan: ResponsePlan, zone: ZoneInfo) -> str:
    if plan.superseded_at is None:
        return "In force"
    return f"Superseded on {format_long(plan.superseded_at.astimezone(zone).date())}"


def _words(at: datetime, zone: ZoneInfo) -> str:
    local = at.astimezone(zone)
    return f"{format_long(local.date())}, {local:%H:%M %Z}"
