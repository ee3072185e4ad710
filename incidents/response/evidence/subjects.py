"""Files at incidents and at their measures: how both are found, what the timeline says, and the lists on pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.text import Truncator

from incidents.response.models import Incident, Measure
from incidents.response.post_mortems.measures import EVIDENCE as MEASURE
from incidents.response.timeline_actions import SUBJECT, follow_evidence
from portal.documents.evidence import subjects
from portal.documents.evidence.subjects import About
from portal.documents.evidence.tables import Panel, panel_of, panels_of
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

LONGEST_TITLE = 80


def register_all() -> None:
    """Let files be attached to incidents and measures; they are internal until somebody shows them."""
    subjects.register(
        SUBJECT,
        noun="incident",
        find=subjects.rows_of(Incident, _about_incident),
        internal_first=True,
        follow=follow_evidence,
    )
    subjects.register(
        MEASURE,
        noun="measure",
        find=subjects.rows_of(Measure, _about_measure, related=["incident"]),
        internal_first=True,
    )


def _about_incident(incident: Incident) -> About:
    closed = f"{incident.reference} is closed. Reopen it before you attach files."
    return About(
        f"{incident.reference} {incident.title}",
        incident.get_absolute_url(),
        incident.internal,
        closed if incident.closed_at else "",
    )


def _about_measure(measure: Measure) -> About:
    kwargs = {"client_slug": measure.client.slug, "number": measure.incident.number}
    dropped = "The measure was dropped."
    return About(
        Truncator(measure.text).chars(LONGEST_TITLE),
        reverse("post_mortem_show", kwargs=kwargs),
        measure.internal,
        dropped if measure.dropped_at else "",
    )


def on_page(access: Access, incident: Incident, measures: Iterable[Measure]) -> dict[str, Panel]:
    """Gather the files of an incident for its page, and give each of its measures its own. Two queries."""
    of_measures(access, incident.client, measures)
    takes = incident.closed_at is None
    return {"panel": panel_of(access, incident.client, SUBJECT, incident.pk, takes=takes)}


def of_measures(access: Access, client: Client, measures: Iterable[Measure]) -> None:
    """Give each measure the files that show it, as `panel`. One query."""
    listed = list(measures)
    panels = panels_of(access, client, MEASURE, [each.pk for each in listed])
    for measure in listed:
        measure.panel = panels[str(measure.pk)]  # type: ignore[attr-defined]
