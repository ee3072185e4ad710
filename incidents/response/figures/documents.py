"""The annual incident report: one client's year as a PDF, with the same values attached; nothing internal is in it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from clients.trust.pack import FurtherTable
from incidents.response.figures import words
from incidents.response.figures.pack import tables
from incidents.response.figures.reading import AnnualFigures, Line, NoticeLine, annual_figures
from incidents.response.rules.figures import LATE, OURS
from portal.documents import kinds, tasks
from portal.documents.actions import ask_for
from portal.documents.kinds import Contents
from portal.documents.models import Document
from portal.lib.dates import format_long, format_table
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

KIND = "incident_year"
SCHEMA = "plumbline/incident-year/1"
DECIDED = {"notified": "Told", "not_notified": "Decided not to tell", "": "Not decided yet"}
Data = dict[str, Any]


def register_all() -> None:
    """Add the kind of document. Called once, when the apps are ready."""
    kinds.register(
        KIND,
        title="Annual incident report",
        file_name="incidents",
        build=build,
        noun="annual incident report",
    )


def print_year(client: Client, year: int | None, *, by: User, now: datetime) -> Document:
    """Ask for the report of a year, or of the last twelve months."""
    with transaction.atomic():
        title = f"Incidents of {year}" if year else "Incidents of the last 12 months"
        document = ask_for(KIND, client, by=by, at=now, about={"year": year}, title=title)
        transaction.on_commit(partial(tasks.send, document.pk))
    return document


def build(document: Document, now: datetime) -> Contents:
    """Give the contents of a report as the records stand at `now`, in the client's zone."""
    client = document.client
    zone = ZoneInfo(client.time_zone)
    found = annual_figures(client, document.data.get("year"), now)
    made: list[FurtherTable] = list(tables(found.figures))
    data = {
        "schema": SCHEMA,
        "cover": _cover(document, found, now, zone),
        "tables": [asdict(each) for each in made],
        "incidents": [_incident(each, zone) for each in found.incidents],
        "notices": [_notice(each, zone) for each in found.notices],
        "definitions": list(words.DEFINITIONS),
    }
    context = {"paper": data, "cover": data["cover"], "section": {"tables": made}, "zone": zone.key}
    return Contents("response/paper/year.html", context, _plain(data))


def _cover(document: Document, found: AnnualFigures, now: datetime, zone: ZoneInfo) -> Data:
    local, figures = now.astimezone(zone), found.figures
    begin = format_long(found.period.start).partition(" ")[2]
    return {
        "practice": document.client.practice.name,
        "client": document.client.name,
        "reference": str(found.year) if found.year else "of the last 12 months",
        "title": f"Incidents of {found.year}" if found.year else "Incidents of the last 12 months",
        "since": begin,
        "incidents": figures.incidents,
        "post_mortems": found.post_mortems,
        "kept": words.kept_words(figures.promised),
        "number": document.number,
        "at": now.astimezone(UTC).isoformat(),
        "at_words": f"{format_long(local)}, {local:%H:%M %Z}",
        "check_at": f"{urlsplit(settings.SITE_URL).netloc}{reverse('document_check')}".rstrip("/"),
    }


def _incident(line: Line, zone: ZoneInfo) -> Data:
    late = [words.SHORT[each] for each in OURS if line.states.get(each) == LATE]
    return {
        "reference": line.reference,
        "title": line.title,
        "severity": line.severity,
        "detected": _words(line.detected_at, zone),
        "acknowledged": _words(line.acknowledged_at, zone),
        "resolved": _words(line.resolved_at, zone),
        "post_mortem": format_table(line.shared_at.astimezone(zone).date()) if line.shared_at else "",
        "late": late,
    }


def _notice(line: NoticeLine, zone: ZoneInfo) -> Data:
    return {
        "reference": line.reference,
        "title": line.title,
        "authority": line.authority,
        "whose": "Ours" if line.ours else "The client’s own",
        "due": _words(line.due_at, zone),
        "decided": DECIDED[line.outcome],
        "at": _words(line.at, zone),
        "late": line.late,
    }


def _words(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{format_table(local.date())}, {local:%H:%M %Z}"


def _plain(value: Any) -> Any:
    """Tuples as lists, so that what is attached reads back as what was printed."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value
