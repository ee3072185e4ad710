"""Records of the registers on the pages of incidents, and the incidents of a record on its own page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from clients.registers.deadline_kinds import BY_LABEL
from clients.registers.models import Record
from clients.registers.record_pages import Mention
from incidents.response.models import Incident, IncidentLink
from portal.lib.dates import format_table

MOST = 20


@dataclass(frozen=True)
class LinkLine:
    """A record that an incident touches, and where it stands."""

    link: IncidentLink
    url: str


def address_of(incident: Incident, subject_type: str, subject_id: str) -> str:
    """Give the page of a record; "" for none and for what is no record of a register."""
    model = BY_LABEL.get(subject_type)
    if model is None or not subject_id.isdecimal():
        return ""
    kwargs = {"client_slug": incident.client.slug, "register": model.REGISTER, "pk": int(subject_id)}
    return reverse("record_show", kwargs=kwargs)


def link_lines(incident: Incident, links: Iterable[IncidentLink]) -> list[LinkLine]:
    """Give the touched records with their pages."""
    return [LinkLine(link, address_of(incident, link.subject_type, link.subject_id)) for link in links]


def incidents_of(record: Record) -> list[Mention]:
    """List the incidents that touched a record, the latest first. One query."""
    links = IncidentLink.objects.for_client(record.client).filter(
        subject_type=record._meta.label_lower, subject_id=str(record.pk)
    )
    rows = links.select_related("incident").order_by("-incident__detected_at", "-pk")[:MOST]
    found = []
    for link in rows:
        link.incident.client = record.client
        words = f"{link.get_effect_display()}, {format_table(link.incident.detected_at.date())}"
        found.append(Mention(str(link.incident), link.incident.get_absolute_url(), words))
    return found
