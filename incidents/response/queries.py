"""Reads of incidents: the facts that their phases are judged by, and what belongs to one incident."""

from __future__ import annotations

from django.db.models import Q

from clients.engagements.models import SupportScope
from incidents.response.models import BreachClock, Incident, IncidentLink, Measure, TimelineEntry
from incidents.response.rules.phases import NO_CLOCK, Phase, PhaseFacts, phases
from incidents.response.rules.severities import OPTIONAL, needs_post_mortem


def phases_of(incident: Incident) -> list[Phase]:
    """Give the five phases of an incident as its records stand. Six queries."""
    return phases(facts_of(incident))


def facts_of(incident: Incident) -> PhaseFacts:
    """Gather what the phases are judged by."""
    clocks = BreachClock.objects.filter(incident=incident)
    measures = Measure.objects.filter(incident=incident, dropped_at__isnull=True)
    exposed = IncidentLink.objects.filter(
        incident=incident, subject_type="registers.credential", effect=IncidentLink.Effect.EXPOSED
    )
    post_mortem = getattr(incident, "post_mortem", None)
    return PhaseFacts(
        severity=incident.severity,
        lead_named=incident.lead_id is not None,
        contained_at=incident.contained_at,
        resolved_at=incident.resolved_at,
        personal_data=incident.personal_data,
        people_affected=incident.people_affected,
        records_affected=incident.records_affected,
        exposed_open=exposed.count(),
        clocks=clocks.count(),
        clocks_open=clocks.filter(outcome=BreachClock.Outcome.RUNNING).count(),
        needs_post_mortem=owes_post_mortem(incident),
        post_mortem_shared_at=post_mortem.shared_at if post_mortem else None,
        measures_incomplete=measures.filter(Q(owner__isnull=True) | Q(due_on__isnull=True)).count(),
        no_clock_decided=_no_clock_decided(incident),
    )


def _no_clock_decided(incident: Incident) -> bool:
    decisions = TimelineEntry.objects.filter(incident=incident, kind=TimelineEntry.Kind.DECISION)
    return bool(decisions.filter(lead_in=NO_CLOCK).exists())


def owes_post_mortem(incident: Incident) -> bool:
    """Whether a post-mortem was promised for it. One query."""
    scope = SupportScope.objects.for_client(incident.client).first()
    every = scope is None or scope.post_mortem_for == SupportScope.PostMortemFor.EVERY
    return needs_post_mortem(incident.severity, every_incident=every) != OPTIONAL
