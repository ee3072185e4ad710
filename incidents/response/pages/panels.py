"""What incidents put on pages of other rooms: the Contents, a client's views, search, the words of the trail."""

from __future__ import annotations

from typing import Any

from django.db.models import Field

from clients.posture import front
from clients.registers.record_pages import register_mentions
from incidents.response.models import (
    AlertReceipt,
    AlertSource,
    BreachClock,
    Incident,
    IncidentLink,
    Notice,
    Responder,
    TimelineEntry,
    Update,
)
from incidents.response.pages.filters import matching
from incidents.response.pages.front import open_incidents
from incidents.response.pages.records import incidents_of
from incidents.response.queries import in_reach
from portal.audit import presenters
from portal.shell import navigation, search
from portal.shell.navigation import Count
from portal.shell.search import Hit
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

SAYS_NOTHING = frozenset(
    {"id", "practice", "client", "internal", "version", "created_at", "updated_at", "number", "incident"}
    | {"subject_type", "subject_id", "logged_by", "acknowledged_by", "author"}
)
PHRASES = {
    "incident.open": "opened",
    "incident.acknowledge": "took up",
    "incident.record": "recorded an instant of",
    "incident.correct": "corrected",
    "incident.edit": "changed",
    "incident.change_severity": "changed the severity of",
    "incident.name_lead": "named the lead of",
    "incident.set_responder": "named who responds to",
    "incident.move": "moved on",
    "incident.reopen": "reopened",
    "incident.close": "closed",
    "incident.write": "wrote about",
    "incident.correct_entry": "corrected the timeline of",
    "incident.link": "linked a record to",
    "incident.unlink": "took back a record from",
    "incident.tell": "told the client about",
    "incident.start_clocks": "started clocks of",
    "incident.no_clock": "decided that no clock runs for",
    "incident.notify": "recorded a notice of",
    "incident.decide_not_to_notify": "decided not to notify about",
    "incident.correct_clock": "corrected a clock of",
    "incident.follow_agreement": "brought to the agreement",
    "incident.client_aware": "recorded since when the client knows of",
    "notice.draft": "drafted",
    "notice.edit": "changed",
    "notice.approve": "approved",
    "notice.send": "sent",
    "notice.record_sent": "recorded as sent",
    "notice.print": "printed",
    "notice.download": "downloaded the copy of",
    "incident.alert": "wrote an alert into",
    "alert.receive": "took an alert from",
    "alert.repeat": "got an alert again from",
    "alert.refuse": "refused an alert for",
    "incident.export": "exported the {noun}",
}
NOUNS = (
    (Incident, "incident"),
    (TimelineEntry, "timeline entry"),
    (Update, "client update"),
    (Responder, "responder"),
    (IncidentLink, "linked record"),
    (AlertSource, "alert source"),
    (AlertReceipt, "alert"),
    (BreachClock, "clock of the law"),
    (Notice, "notice"),
)


def register_all() -> None:
    """Put incidents everywhere they belong. Called once, when the apps are ready."""
    navigation.register(
        "Work",
        "Incidents",
        "incident_list",
        count=contents_count,
        permission=Permission.VIEW_CLIENT,
        order=10,
        within=("/c/*/incidents/",),
    )
    navigation.register_start("Log an incident", "incident_log", permission=Permission.EDIT_REGISTERS)
    navigation.register_client_view(
        "Incidents",
        "client_incident_list",
        count=client_count,
        permission=Permission.VIEW_CLIENT,
        order=8,
    )
    navigation.register_client_view(
        "Alert sources",
        "source_list",
        permission=Permission.MANAGE_CLIENT_PEOPLE,
        order=85,
        for_client=False,
    )
    front.register("response/front.html", open_incidents, order=10)
    search.register("Incidents", find, order=8)
    register_mentions("Incidents", incidents_of)
    for model, noun in NOUNS:
        columns = {str(field.column): _column(field) for field in model._meta.concrete_fields}
        presenters.register(table=model._meta.db_table, noun=noun, columns=columns)
    presenters.register(table="incidents", noun="incidents")
    for verb, words in PHRASES.items():
        presenters.register_action(verb, words)


def contents_count(access: Access) -> Count | None:
    """Count what is not closed; what nobody has taken up yet stands as late."""
    rows = in_reach(access).unclosed().real()
    count = navigation.capped(rows)
    late = navigation.capped(rows.filter(acknowledged_at__isnull=True))
    return Count(count.n, late.n, count.more) if count.n else None


def client_count(access: Access, client: Client) -> Count | None:
    """Count what is not closed at one client."""
    count = navigation.capped(Incident.objects.for_client(client).unclosed().real())
    return count if count.n else None


def find(access: Access, text: str) -> list[Hit]:
    """Find incidents by a word of the title or by the reference. Two queries."""
    rows = in_reach(access).filter(matching(text)).order_by("-detected_at", "-id")
    return [
        Hit(
            f"{row.reference} {row.title}",
            row.get_absolute_url(),
            f"{row.client.name} · {row.get_status_display()}",
        )
        for row in rows.prefetch_related("client")[: search.MOST_A_KIND]
    ]


def _column(field: Field[Any, Any]) -> presenters.Column:
    """How the history names a column and shows its values; None for those that say nothing to a reader."""
    if field.name in SAYS_NOTHING:
        return None
    words = str(field.verbose_name)
    if field.choices:
        titles = {key: str(title) for key, title in field.choices}
        return words, lambda value: titles.get(value, str(value))
    return words
