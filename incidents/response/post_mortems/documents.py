"""What the PDFs of an incident and of its post-mortem say, as JSON values, and the template that prints them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from incidents.response.models import BreachClock, Incident, Measure, PostMortem, TimelineEntry
from incidents.response.models.incident import INSTANTS
from incidents.response.post_mortems.prefill import WORDS, duration_words
from incidents.response.post_mortems.reading import (
    find,
    measures_of,
    post_mortem_of,
    shown_sections,
    visible_entries,
)
from portal.deadlines.models import Deadline
from portal.documents.kinds import Contents
from portal.documents.models import Document
from portal.lib.dates import format_long, format_table
from portal.lib.markdown import to_html
from portal.lib.refused import Refused

Data = dict[str, Any]


def post_mortem(document: Document, now: datetime) -> Contents:
    """Print a shared post-mortem as the client reads it. Raises Refused for one that is not shared."""
    found = _incident(document)
    shared = post_mortem_of(found)
    if shared is None or shared.shared_at is None:
        raise Refused("The post-mortem is printed once it is shared with the client.")
    data = {
        "schema": "plumbline/post-mortem/1",
        "cover": _cover(found, document, now),
        "shared": _shared(shared),
        "sections": [
            {
                "key": shown.section.key,
                "title": shown.section.title,
                "text": shown.text,
                "timeline": [_entry(each) for each in shown.entries],
                "measures": [_measure(each) for each in shown.measures],
                "clocks": [_clock(each) for each in shown.clocks],
            }
            for shown in shown_sections(found, shared)
            if not shown.is_empty
        ],
    }
    return _printed("response/paper/post_mortem.html", data, found)


def incident(document: Document, now: datetime) -> Contents:
    """Print the record of an incident, without what is internal: facts, timeline, clocks, decisions, measures."""
    found = _incident(document)
    data = {
        "schema": "plumbline/incident/1",
        "cover": _cover(found, document, now),
        "facts": _facts(found),
        "instants": _instants(found),
        "promises": [_promise(each, now) for each in _promises(found)],
        "timeline": [_entry(each) for each in visible_entries(found)],
        "clocks": [_clock(each) for each in found.clocks.order_by("due_at", "id")],
        "decisions": [
            _entry(each)
            for each in TimelineEntry.objects.filter(
                incident=found, kind=TimelineEntry.Kind.DECISION, internal=False
            )
            .select_related("by", "evidence")
            .order_by("at", "id")
        ],
        "measures": [_measure(each) for each in measures_of(found) if each.dropped_at is None],
    }
    return _printed("response/paper/incident.html", data, found)


def _incident(document: Document) -> Incident:
    found = find(document.client, int(document.data.get("number") or 0))
    if found is None or found.drill:
        raise Refused("The incident of this document is not one that the client may see.")
    return found


def _printed(template: str, data: Data, incident: Incident) -> Contents:
    """Give the template the same values that are attached, with its texts as HTML and its instants in words."""
    zone = ZoneInfo(incident.client.time_zone)
    paper = {**data, "sections": [_on_paper(each) for each in data.get("sections", ())]}
    return Contents(template, {"paper": paper, "cover": data["cover"], "zone": zone.key}, data)


def _on_paper(section: Data) -> Data:
    return {**section, "html": to_html(section["text"], top=3) if section["text"] else ""}


def _cover(incident: Incident, document: Document, now: datetime) -> Data:
    client, practice = incident.client, incident.client.practice
    local = now.astimezone(ZoneInfo(client.time_zone))
    return {
        "practice": practice.name,
        "client": client.name,
        "reference": incident.reference,
        "title": incident.title,
        "severity": incident.get_severity_display(),
        "status": incident.get_status_display(),
        "number": document.number,
        "at": now.astimezone(UTC).isoformat(),
        "at_words": f"{format_long(local)}, {local:%H:%M %Z}",
        "check_at": f"{urlsplit(settings.SITE_URL).netloc}{reverse('document_check')}".rstrip("/"),
    }


def _shared(row: PostMortem) -> Data:
    assert row.shared_at is not None
    return {
        "at": _iso(row.shared_at),
        "at_words": _words(row.shared_at),
        "author": row.author.name if row.author else "",
        "reviewed_by": row.reviewed_by.name if row.reviewed_by else "",
        "form": "Short form" if row.short_form else "Full form",
    }


def _facts(row: Incident) -> list[list[str]]:
    """The facts that are known, as pairs of words."""
    known = [
        ("Summary", row.summary),
        ("Came to light by", row.source),
        ("Systems", ", ".join(row.systems)),
        ("Personal data", row.get_personal_data_display()),
        ("Our role", row.get_our_role_display()),
        ("Kinds of data", ", ".join(row.data_categories)),
        ("People affected", "" if row.people_affected is None else f"{row.people_affected:,}"),
        ("Records affected", "" if row.records_affected is None else f"{row.records_affected:,}"),
        ("Where they live", ", ".join(row.jurisdictions)),
        ("Contained by", row.containment),
        ("Root cause", row.root_cause),
        ("Recovery verified by", row.recovery_verified_by),
        ("Lead", row.lead.name if row.lead else ""),
    ]
    return [[label, value] for label, value in known if value]


def _instants(row: Incident) -> list[Data]:
    found = []
    for name in INSTANTS:
        at = getattr(row, name)
        if at is not None:
            after = duration_words(row.detected_at, at) if at > row.detected_at else ""
            found.append({"name": WORDS[name], "at": _iso(at), "at_words": _words(at), "after": after})
    return found


def _promises(row: Incident) -> list[Deadline]:
    rows = Deadline.objects.for_client(row.client).filter(
        subject_type="response.incident", subject_id=str(row.pk), promise=True
    )
    return [each for each in rows.order_by("due_at", "pk") if each.outcome != Deadline.Outcome.CANCELLED]


def _promise(row: Deadline, now: datetime) -> Data:
    end = row.ended_at or now
    late = duration_words(row.due_at, end) if end > row.due_at else ""
    if row.ended_at is not None:
        state = f"Late by {late}" if late else "Kept"
    else:
        state = f"Running, late by {late}" if late else "Running"
    return {
        "title": row.title,
        "source": row.source,
        "due": _iso(row.due_at),
        "due_words": _words(row.due_at),
        "ended": _iso(row.ended_at) if row.ended_at else "",
        "ended_words": _words(row.ended_at) if row.ended_at else "",
        "state": state,
        "late": bool(late),
    }


def _entry(row: TimelineEntry) -> Data:
    return {
        "at": _iso(row.at),
        "at_words": _words(row.at),
        "lead_in": row.lead_in,
        "text": row.text,
        "file": f"{row.evidence.name}, SHA-256 {row.evidence.sha256}" if row.evidence else "",
        "by": row.said_by or (row.by.name if row.by else ""),
    }


def _measure(row: Measure) -> Data:
    return {
        "kind": row.get_kind_display(),
        "text": row.text,
        "owner": row.owner.name if row.owner else "",
        "due_on": row.due_on.isoformat() if row.due_on else "",
        "due_words": format_table(row.due_on) if row.due_on else "",
        "state": f"Done {format_table(row.done_at.date())}" if row.done_at else "Open",
        "outcome": row.outcome,
    }


def _clock(row: BreachClock) -> Data:
    state = row.get_outcome_display() or "Running"
    when = row.notified_at or row.decided_at
    return {
        "title": row.title,
        "authority": row.authority,
        "citation": row.citation,
        "due": _iso(row.due_at) if row.due_at else "",
        "due_words": _words(row.due_at) if row.due_at else row.terms or "Without undue delay",
        "state": f"{state}, {_words(when)}" if when else state,
        "reference": row.reference,
        "reason": row.reason,
        "late_reason": row.late_reason,
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _words(at: datetime) -> str:
    """An instant in UTC, as records of incidents have it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
