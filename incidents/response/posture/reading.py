"""What the records of incidents tell the posture of a client: the facts behind INC-01 to INC-09, and their pages.

Read from what people of the client see, whoever asks, so that both sides have the same posture: no drill, no internal
entry, nothing of a post-mortem before it is shared. Eleven queries, however many incidents.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from textwrap import shorten
from typing import Any

from django.db.models import Count, F, Max, Q
from django.urls import reverse

from clients.engagements.models import SupportScope
from clients.posture import sources
from clients.posture.rules.facts import Reference
from clients.posture.rules.incidents import facts as f
from clients.posture.rules.thresholds import INCIDENT_WINDOW
from incidents.response.models import (
    BreachClock,
    Incident,
    Measure,
    PostMortem,
    PostMortemSection,
    ResponsePlan,
    TimelineEntry,
    Update,
)
from incidents.response.obligations import POST_MORTEM, RESPONSE, SUBJECT
from incidents.response.posture.clocks import unstarted
from incidents.response.queries import still_exposed
from incidents.response.rules import cadence, phases
from incidents.response.rules.post_mortem import Written, is_written, sections
from incidents.response.rules.severities import OPTIONAL, needs_post_mortem
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client

#: As much of a measure's text as names it.
NAME_LENGTH = 80
#: What is shared where the client does not get the whole post-mortem.
SHARED_IN_PART = frozenset({"summary", "client_message"})
INVOLVED = (Incident.PersonalData.YES, Incident.PersonalData.SUSPECTED)


@dataclass
class _Timeline:
    """What the entries of one incident tell."""

    count: int = 0
    last_at: datetime | None = None
    turns: list[cadence.Turn] = field(default_factory=list)
    no_clock: bool = False


@dataclass(frozen=True)
class _Record:
    """The rows that belong to the incidents that count, by the incident's id."""

    deadlines: Mapping[tuple[int, str], f.Timed]
    clocks: Mapping[int, list[BreachClock]]
    timelines: Mapping[int, _Timeline]
    told: Mapping[int, list[f.Told]]
    measures: Mapping[int, list[Measure]]
    written: Mapping[int, set[str]]
    exposed: Mapping[int, int]
    every_incident: bool


def register_all() -> None:
    """Tell the posture what is kept here, and where it stands. Called once, when the apps are ready."""
    sources.register(read)
    sources.register_address("incidents", _incident_page)
    sources.register_address("measures", _measure_page)
    sources.register_address("response-plan", _plan_page)


def read(question: sources.Question) -> f.Responses:
    """Read the incidents that count, the measures and the plan of one client."""
    client, now = question.client, question.now
    rows = list(
        _of(Incident, client)
        .filter(drill=False)
        .filter(Q(closed_at__isnull=True) | Q(closed_at__gte=now - INCIDENT_WINDOW))
        .select_related("post_mortem")
        .order_by("number")
    )
    measures = _measures(client, [row.pk for row in rows])
    record = _record(client, rows, measures)
    return f.Responses(
        incidents=tuple(_incident(row, record, question) for row in rows),
        measures=tuple(_measure(row, question) for row in measures),
        plan=_plan(question),
    )


def _of(model: Any, client: Client) -> Any:
    return model.objects.for_client(client).filter(internal=False)


def _record(client: Client, rows: Sequence[Incident], measures: Iterable[Measure]) -> _Record:
    ids = [row.pk for row in rows]
    post_mortems = [row.post_mortem.pk for row in rows if _shared(row)]
    clocks, told, done = defaultdict(list), defaultdict(list), defaultdict(list)
    for clock in _of(BreachClock, client).filter(incident__in=ids).order_by("due_at", "pk"):
        clocks[clock.incident_id].append(clock)
    updates = _of(Update, client).filter(incident__in=ids).order_by("sent_at", "pk")
    for incident_id, at, preferred in updates.values_list("incident_id", "sent_at", "on_preferred"):
        told[incident_id].append(f.Told(at, preferred))
    for measure in measures:
        done[measure.incident_id].append(measure)
    written = defaultdict(set)
    texts = _of(PostMortemSection, client).filter(post_mortem__in=post_mortems).exclude(text__regex=r"^\s*$")
    for incident_id, key in texts.values_list("post_mortem__incident_id", "key"):
        written[incident_id].add(key)
    scope = SupportScope.objects.for_client(client).first()
    return _Record(
        deadlines=_deadlines(client, ids),
        clocks=clocks,
        timelines=_timelines(client, ids),
        told=told,
        measures=done,
        written=written,
        exposed=still_exposed(client, rows, shown=True),
        every_incident=scope is None or scope.post_mortem_for == SupportScope.PostMortemFor.EVERY,
    )


def _deadlines(client: Client, ids: Sequence[int]) -> dict[tuple[int, str], f.Timed]:
    """Give the promise that counts of each incident and kind: the latest, as late as the first one that was missed.

    What is no longer owed counts only where it was missed before: what was missed stays missed.
    """
    rows = (
        _of(Deadline, client)
        .filter(
            subject_type=SUBJECT, subject_id__in=[str(pk) for pk in ids], kind__in=[RESPONSE, POST_MORTEM]
        )
        .order_by("pk")
    )
    found: dict[tuple[int, str], f.Timed] = {}
    for row in rows:
        key = int(row.subject_id), row.kind
        missed = found[key].late_at if key in found else None
        late_at = missed or row.late_at
        if row.outcome == Deadline.Outcome.CANCELLED and late_at is None:
            found.pop(key, None)
            continue
        found[key] = f.Timed(row.started_at, row.due_at, row.ended_at, late_at)
    return found


def _timelines(client: Client, ids: Sequence[int]) -> dict[int, _Timeline]:
    """Read what the entries that the client sees tell. Two queries."""
    entries = _of(TimelineEntry, client).filter(incident__in=ids)
    counted = entries.values("incident_id").annotate(count=Count("pk"), last_at=Max("at"))
    found = {row["incident_id"]: _Timeline(row["count"], row["last_at"]) for row in counted.order_by()}
    telling = entries.filter(
        Q(lead_in__in=[cadence.RESOLVED, cadence.REOPENED, phases.NO_CLOCK])
        | Q(lead_in__startswith=cadence.SEVERITY)
    )
    for incident_id, at, lead_in in telling.order_by("pk").values_list("incident_id", "at", "lead_in"):
        if lead_in == phases.NO_CLOCK:
            found[incident_id].no_clock = True
        else:
            found[incident_id].turns.append(cadence.Turn(at, lead_in))
    return found


def _measures(client: Client, ids: Sequence[int]) -> list[Measure]:
    """List the shared measures of the incidents that count, and those of any incident that are not done."""
    rows = _of(Measure, client).filter(dropped_at__isnull=True)
    rows = rows.filter(Q(done_at__isnull=True) | Q(incident__in=ids))
    return list(rows.annotate(number=F("incident__number")).order_by("pk"))


def _incident(row: Incident, record: _Record, question: sources.Question) -> f.Incident:
    timeline = record.timelines.get(row.pk, _Timeline())
    clocks = record.clocks.get(row.pk, [])
    standing = phases.phases(_phase_facts(row, record, timeline, clocks))
    current = next((phase for phase in standing if phase.state == phases.CURRENT), None)
    stretches = cadence.cadence(row.reported_at, row.severity, timeline.turns, row.resolved_at)
    return f.Incident(
        row.number,
        row.reference,
        (timeline.last_at or row.reported_at).astimezone(question.zone).date(),
        severity=row.severity,
        resolved_at=row.resolved_at,
        closed_at=row.closed_at,
        lessons_shared_at=row.lessons_shared_at,
        personal_data=row.personal_data,
        response=record.deadlines.get((row.pk, RESPONSE)),
        stretches=tuple(f.Stretch(*each) for each in stretches),
        told=tuple(record.told.get(row.pk, ())),
        post_mortem=record.deadlines.get((row.pk, POST_MORTEM)),
        shared=_post_mortem(row, record, timeline) if _shared(row) else None,
        phase=current.title if current else "",
        missing=current.missing if current else (),
        last_entry_at=timeline.last_at,
        clocks=tuple(_clock(each) for each in clocks),
        no_clock_decided=timeline.no_clock,
        unstarted=unstarted(row, clocks),
    )


def _shared(row: Incident) -> bool:
    post_mortem: PostMortem | None = getattr(row, "post_mortem", None)
    return post_mortem is not None and post_mortem.shared_at is not None and not post_mortem.internal


def _phase_facts(
    row: Incident, record: _Record, timeline: _Timeline, clocks: Sequence[BreachClock]
) -> phases.PhaseFacts:
    owed = needs_post_mortem(row.severity, every_incident=record.every_incident) != OPTIONAL
    return phases.PhaseFacts(
        severity=row.severity,
        lead_named=row.lead_id is not None,
        contained_at=row.contained_at,
        resolved_at=row.resolved_at,
        personal_data=row.personal_data,
        people_affected=row.people_affected,
        records_affected=row.records_affected,
        exposed_open=record.exposed.get(row.pk, 0),
        clocks=len(clocks),
        clocks_open=sum(not each.outcome for each in clocks),
        needs_post_mortem=owed,
        post_mortem_shared_at=row.post_mortem.shared_at if _shared(row) else None,
        measures_incomplete=sum(
            each.owner_id is None or each.due_on is None for each in record.measures.get(row.pk, ())
        ),
        no_clock_decided=timeline.no_clock,
    )


def _post_mortem(row: Incident, record: _Record, timeline: _Timeline) -> f.PostMortem:
    kinds = Counter(each.kind for each in record.measures.get(row.pk, ()))
    keys = record.written.get(row.pk, set())
    written = Written(
        texts=dict.fromkeys(keys, "written"),
        entries=timeline.count,
        corrective=kinds[Measure.Kind.CORRECTIVE],
        preventive=kinds[Measure.Kind.PREVENTIVE],
        measures_incomplete=0,
        clocks_open=0,
        clocks_decided=sum(bool(each.outcome) for each in record.clocks.get(row.pk, ())),
    )
    involved = row.personal_data in INVOLVED
    return f.PostMortem(
        missing=tuple(
            section.title
            for section in sections(short=row.post_mortem.short_form)
            if section.is_required(data_involved=involved) and not is_written(section, written)
        ),
        preventive=kinds[Measure.Kind.PREVENTIVE],
        reviewed=row.post_mortem.reviewed_by_id is not None,
        whole=not keys or bool(keys - SHARED_IN_PART),
    )


def _clock(row: BreachClock) -> f.BreachClock:
    done_at = row.notified_at if row.outcome == BreachClock.Outcome.NOTIFIED else row.decided_at
    return f.BreachClock(row.title, row.trigger_at, row.due_at, done_at)


def _measure(row: Any, question: sources.Question) -> f.Measure:
    name = f"INC-{row.number:04}: {row.text}"
    return f.Measure(
        row.pk,
        shorten(name, NAME_LENGTH, placeholder=" …"),
        (row.done_at or row.created_at).astimezone(question.zone).date(),
        number=row.number,
        owner=question.person(row.owner_id),
        due_on=row.due_on,
        done_at=row.done_at,
    )


def _plan(question: sources.Question) -> f.ResponsePlan | None:
    """Read the plan in force; where there is none, the draft that was offered. It was exercised in any version."""
    rows = list(_of(ResponsePlan, question.client).defer("text").order_by("-version"))
    in_force = [each for each in rows if each.approved_at and each.superseded_at is None]
    row = next(iter(in_force or rows), None)
    if row is None:
        return None
    exercised = [each.exercised_on for each in rows if each.exercised_on]
    return f.ResponsePlan(
        row.pk,
        f"Response plan, version {row.version}",
        row.created_at.astimezone(question.zone).date(),
        approved_at=row.approved_at,
        exercised_on=max(exercised, default=None),
        gaps=_gaps(row) if row.approved_at else (),
    )


def _gaps(row: ResponsePlan) -> tuple[str, ...]:
    """Name what an approved plan lacks. It is not approved without; what was approved is read as it stands."""
    said = row.snapshot
    severities, contacts = said.get("severities") or [], said.get("contacts") or {}
    lacks = (
        ("severity levels", not severities),
        ("response targets", not all(each.get("target") for each in severities)),
        ("notification targets", not said.get("clocks")),
        ("contacts", not all(contacts.get(side) for side in ("client", "practice"))),
    )
    return tuple(name for name, is_missing in lacks if is_missing)


def _incident_page(client: Client, reference: Reference) -> str:
    return reverse("incident_show", kwargs={"client_slug": client.slug, "number": reference.pk})


def _measure_page(client: Client, reference: Reference) -> str:
    kwargs = {"client_slug": client.slug, "number": reference.within}
    return f"{reverse('incident_show', kwargs=kwargs)}#s-measures"


def _plan_page(client: Client, _: Reference) -> str:
    return reverse("response_plan", kwargs={"client_slug": client.slug})
