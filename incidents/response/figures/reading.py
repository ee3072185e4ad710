"""One client's incidents of a year with their promises, as facts; and the figures of each year.

`annual_figures` is what other rooms ask: a questionnaire, a pack, a report.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils import timezone

from incidents.response.figures.volume import (
    CLOCK_SUBJECT,
    MEASURE_SUBJECT,
    PROMISE_OF,
    counted_by_client,
    promise_of,
)
from incidents.response.models import BreachClock, Incident, Measure
from incidents.response.models.incident import IncidentQuerySet
from incidents.response.obligations import SUBJECT
from incidents.response.rules.figures import (
    KEPT,
    LATE,
    MEASURE,
    PROMISES,
    RUNNING,
    Counted,
    Figures,
    IncidentFact,
    Period,
    PromiseFact,
    count,
    figures,
    last_months,
    state_of,
    year_of,
)
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from portal.tenancy.scope import current


@dataclass(frozen=True)
class Line:
    """One incident of a year. `states`: how each of its promises stands, by promise, the worst where there are several.

    `shared_at`: when its post-mortem was shared with the client.
    """

    number: int
    reference: str
    title: str
    severity: str
    status: str
    detected_at: datetime
    reported_at: datetime
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    shared_at: datetime | None
    states: Mapping[str, str]

    @property
    def late(self) -> tuple[str, ...]:
        """The promises that were missed."""
        return tuple(each for each in PROMISES if self.states.get(each) == LATE)


@dataclass(frozen=True)
class NoticeLine:
    """One clock of the law on an incident of the year, and what was decided; `at`: when it was told or decided.

    `late`: its instant was missed, whatever came of it. `due_at` None: no time is named.
    """

    number: int
    reference: str
    title: str
    authority: str
    ours: bool
    outcome: str
    at: datetime | None
    due_at: datetime | None
    late: bool


class Held(NamedTuple):
    """The deadline of a promise: what it is about, and which one."""

    subject_type: str
    subject_id: str
    pk: int


@dataclass(frozen=True)
class AnnualFigures:
    """A client's incidents of a calendar year, or of the last twelve months where `year` is None.

    `incidents` newest first; `notices` by incident, then by due instant.
    """

    client: Client
    year: int | None
    period: Period
    figures: Figures
    incidents: tuple[Line, ...]
    notices: tuple[NoticeLine, ...]

    @property
    def post_mortems(self) -> int:
        """How many post-mortems were shared with the client."""
        return sum(each.shared_at is not None for each in self.incidents)


def annual_figures(client: Client, year: int | None = None, now: datetime | None = None) -> AnnualFigures:
    """Give the figures of one client's incidents, by the calendar year of the client's time zone.

    year: 2026; None for the month of `now` and the eleven before it. now: the instant at which open promises are
    judged; the current one where it is left out. What the asker's scope hides is in no figure: drills never count,
    and measures are among the promises only for those who see what is internal to the practice. Counts are numbers
    of incidents or promises, spans are timedeltas, instants are in UTC. Four queries, however many incidents.
    """
    now, zone = now or timezone.now(), ZoneInfo(client.time_zone)
    period = period_of(year, now, zone)
    rows = within(Incident.objects.for_client(client).real(), period)
    incidents = list(rows.select_related("post_mortem").order_by("-detected_at", "-pk"))
    clocks = list(BreachClock.objects.filter(incident__in=incidents).order_by("incident", "due_at", "pk"))
    promises = promises_of(client, incidents, clocks)
    counted = count((_fact(each) for each in incidents), promises.values(), zone, now)
    return AnnualFigures(
        client=client,
        year=year,
        period=period,
        figures=figures(counted, period.months, visible_promises()),
        incidents=tuple(_lines(incidents, promises.values(), now)),
        notices=tuple(_notices(incidents, clocks, promises, now)),
    )


def annual_figures_of(
    clients: Sequence[Client], year: int | None = None, now: datetime | None = None
) -> dict[Client, Figures]:
    """Give the figures of each client for the same year, each by its own zone; the months are left out.

    Three queries for each time zone that the clients have, however many clients and incidents.
    """
    now, found = now or timezone.now(), {}
    for name in sorted({each.time_zone for each in clients}):
        zone = ZoneInfo(name)
        there = [each for each in clients if each.time_zone == name]
        rows = within(
            Incident.objects.filter(client_id__in=[each.pk for each in there]), period_of(year, now, zone)
        )
        counted = counted_by_client(rows, zone, now)
        for each in there:
            found[each] = figures(counted.get(each.pk, Counted({}, {})), (), visible_promises())
    return found


def period_of(year: int | None, now: datetime, zone: ZoneInfo) -> Period:
    """Give the year, or the last twelve months."""
    return last_months(now, zone) if year is None else year_of(year, zone)


def within(rows: IncidentQuerySet, period: Period) -> IncidentQuerySet:
    """Keep what was detected in a period."""
    return rows.filter(detected_at__gte=period.start, detected_at__lt=period.end)


def visible_promises() -> tuple[str, ...]:
    """The promises of which the reader may know: measures are followed up inside the practice."""
    return PROMISES if current().internal else tuple(each for each in PROMISES if each != MEASURE)


def promises_of(
    client: Client, incidents: Sequence[Incident], clocks: Iterable[BreachClock]
) -> dict[Held, PromiseFact]:
    """Read the deadlines of some incidents of a client, their clocks and measures. Two queries."""
    about = {(SUBJECT, str(each.pk)): (each.pk, "") for each in incidents}
    about |= {(CLOCK_SUBJECT, str(each.pk)): (each.incident_id, each.duty) for each in clocks}
    measures = Measure.objects.filter(incident__in=incidents).values_list("pk", "incident_id")
    about |= {(MEASURE_SUBJECT, str(pk)): (incident, "") for pk, incident in measures}
    subjects: dict[str, list[str]] = {SUBJECT: [], CLOCK_SUBJECT: [], MEASURE_SUBJECT: []}
    for subject, pk in about:
        subjects[subject].append(pk)
    these = Q(pk__in=[])
    for subject, pks in subjects.items():
        these |= Q(subject_type=subject, subject_id__in=pks)
    rows = Deadline.objects.for_client(client).filter(these, kind__in=list(PROMISE_OF))
    columns = ("subject_type", "subject_id", "pk", "kind", "due_at", "outcome", "late_at")
    found = {}
    for subject, about_pk, pk, kind, due_at, outcome, late_at in rows.order_by("pk").values_list(*columns):
        incident, duty = about[subject, about_pk]
        fact = PromiseFact(incident, promise_of(kind, duty), due_at, outcome, late_at)
        found[Held(subject, about_pk, pk)] = fact
    return found


def _fact(row: Incident) -> IncidentFact:
    return IncidentFact(
        row.pk,
        row.severity,
        row.detected_at,
        row.reported_at,
        row.acknowledged_at,
        row.resolved_at,
        row.drill,
    )


def _lines(incidents: Iterable[Incident], promises: Iterable[PromiseFact], now: datetime) -> Iterable[Line]:
    states: dict[int, dict[str, str]] = {}
    worst = (LATE, RUNNING, KEPT)
    for each in promises:
        if state := state_of(each, now):
            held = states.setdefault(each.incident, {})
            held[each.promise] = min(state, held.get(each.promise, state), key=worst.index)
    for row in incidents:
        post_mortem = getattr(row, "post_mortem", None)
        yield Line(
            number=row.number,
            reference=row.reference,
            title=row.title,
            severity=row.severity,
            status=row.get_status_display(),
            detected_at=row.detected_at,
            reported_at=row.reported_at,
            acknowledged_at=row.acknowledged_at,
            resolved_at=row.resolved_at,
            shared_at=post_mortem.shared_at if post_mortem else None,
            states=states.get(row.pk, {}),
        )


def _notices(
    incidents: Iterable[Incident],
    clocks: Iterable[BreachClock],
    promises: Mapping[Held, PromiseFact],
    now: datetime,
) -> Iterable[NoticeLine]:
    of = {each.pk: each for each in incidents}
    late = {
        held.subject_id
        for held, fact in promises.items()
        if held.subject_type == CLOCK_SUBJECT and state_of(fact, now) == LATE
    }
    for clock in clocks:
        yield NoticeLine(
            number=of[clock.incident_id].number,
            reference=of[clock.incident_id].reference,
            title=clock.title,
            authority=clock.authority,
            ours=clock.duty == BreachClock.Duty.OURS,
            outcome=clock.outcome,
            at=clock.notified_at or clock.decided_at,
            due_at=clock.due_at,
            late=str(clock.pk) in late,
        )
