"""Reads of incidents: the facts that their phases are judged by, and what belongs to one incident."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from clients.engagements.models import SupportScope
from clients.registers.models import Credential
from incidents.response.models import BreachClock, Incident, IncidentLink, Measure, TimelineEntry
from incidents.response.models.incident import IncidentQuerySet
from incidents.response.rules.phases import NO_CLOCK, Phase, PhaseFacts, phases
from incidents.response.rules.severities import OPTIONAL, needs_post_mortem
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access


def phases_of(incident: Incident) -> list[Phase]:
    """Give the five phases of an incident as its records stand. Six queries."""
    return phases(facts_of(incident))


def facts_of(incident: Incident) -> PhaseFacts:
    """Gather what the phases are judged by."""
    clocks = BreachClock.objects.filter(incident=incident)
    measures = Measure.objects.filter(incident=incident, dropped_at__isnull=True)
    post_mortem = getattr(incident, "post_mortem", None)
    return PhaseFacts(
        severity=incident.severity,
        lead_named=incident.lead_id is not None,
        contained_at=incident.contained_at,
        resolved_at=incident.resolved_at,
        personal_data=incident.personal_data,
        people_affected=incident.people_affected,
        records_affected=incident.records_affected,
        exposed_open=exposed_open(incident),
        clocks=clocks.count(),
        clocks_open=clocks.filter(outcome=BreachClock.Outcome.RUNNING).count(),
        needs_post_mortem=owes_post_mortem(incident),
        post_mortem_shared_at=post_mortem.shared_at if post_mortem else None,
        measures_incomplete=measures.filter(Q(owner__isnull=True) | Q(due_on__isnull=True)).count(),
        no_clock_decided=_no_clock_decided(incident),
    )


def exposed_open(incident: Incident) -> int:
    """Count the exposed credentials neither revoked nor rotated since, by the register. Two queries at most."""
    return still_exposed(incident.client, [incident])[incident.pk]


def still_exposed(client: Client, incidents: Iterable[Incident], *, shown: bool = False) -> Counter[int]:
    """Count them for several incidents of one client, by the incident's id. Two queries at most.

    shown: count only what the client's people see, whoever asks.
    """
    detected = {each.pk: each.detected_at.astimezone(ZoneInfo(client.time_zone)).date() for each in incidents}
    links = IncidentLink.objects.for_client(client).filter(
        incident__in=detected, subject_type="registers.credential", effect=IncidentLink.Effect.EXPOSED
    )
    if shown:
        links = links.filter(internal=False)
    exposed = [(incident, int(pk)) for incident, pk in links.values_list("incident_id", "subject_id")]
    if not exposed:
        return Counter()
    rows = Credential.objects.for_client(client).filter(pk__in={pk for _, pk in exposed})
    made_safe = {
        pk: (revoked, rotated) for pk, revoked, rotated in rows.values_list("pk", "revoked_at", "rotated_on")
    }

    def is_safe(pk: int, since: date) -> bool:
        revoked_at, rotated_on = made_safe.get(pk, (None, None))
        return revoked_at is not None or (rotated_on is not None and rotated_on >= since)

    return Counter(incident for incident, pk in exposed if not is_safe(pk, detected[incident]))


def _no_clock_decided(incident: Incident) -> bool:
    decisions = TimelineEntry.objects.filter(incident=incident, kind=TimelineEntry.Kind.DECISION)
    return bool(decisions.filter(lead_in=NO_CLOCK).exists())


def owes_post_mortem(incident: Incident) -> bool:
    """Whether a post-mortem was promised for it. One query."""
    scope = SupportScope.objects.for_client(incident.client).first()
    every = scope is None or scope.post_mortem_for == SupportScope.PostMortemFor.EVERY
    return needs_post_mortem(incident.severity, every_incident=every) != OPTIONAL


def of_client(client: Client, number: int) -> Incident | None:
    """Find one client's part of an incident with the people of it; what is internal only for those who may see it."""
    rows = Incident.objects.for_client(client).select_related(
        "client", "lead", "acknowledged_by", "post_mortem"
    )
    found: Incident | None = rows.filter(number=number).first()
    return found


def clocks_of(incident: Incident) -> list[Deadline]:
    """List the deadlines that are clocks of the incident itself: what runs, and what was met but for the updates."""
    rows = Deadline.objects.for_client(incident.client).filter(
        subject_type="response.incident", subject_id=str(incident.pk)
    )
    shown = Q(ended_at__isnull=True) | (Q(outcome=Deadline.Outcome.MET) & ~Q(kind="incident.update"))
    return list(rows.filter(shown).order_by("due_at", "id"))


def entries_of(incident: Incident) -> QuerySet[TimelineEntry]:
    """List the timeline, latest first, with who wrote, what is corrected, and the file that shows it."""
    rows: QuerySet[TimelineEntry] = TimelineEntry.objects.filter(incident=incident)
    rows = rows.select_related("by", "corrects", "evidence__file").defer("evidence__file__content")
    return rows.order_by("-at", "-id")


def entry_counts(incident: Incident) -> tuple[int, int]:
    """Count the events, and those of them that the client's people see. One query."""
    found = TimelineEntry.objects.filter(incident=incident).aggregate(
        every=Count("pk"), shown=Count("pk", filter=Q(internal=False))
    )
    return found["every"], found["shown"]


def in_reach(access: Access) -> IncidentQuerySet:
    """The incidents of the clients in reach; the literal clients help the planner, the policies guarantee."""
    rows: IncidentQuerySet = Incident.objects.all()
    return rows if access.client_ids is None else rows.filter(client_id__in=access.client_ids)


def next_clocks(incidents: Iterable[Incident]) -> dict[str, Deadline]:
    """Give the clock of each incident that is due first, by the incident's id as text. One query."""
    ids = [str(each.pk) for each in incidents]
    rows = Deadline.objects.open().filter(subject_type="response.incident", subject_id__in=ids)
    found: dict[str, Deadline] = {}
    for deadline in rows.order_by("due_at", "id"):
        found.setdefault(deadline.subject_id, deadline)
    return found


def measures_of(incident: Incident) -> list[Measure]:
    """List the measures of an incident that were not dropped, with their owners, the oldest first. One query."""
    kept = incident.measures.filter(dropped_at__isnull=True)
    return list(kept.select_related("owner").order_by("pk"))
