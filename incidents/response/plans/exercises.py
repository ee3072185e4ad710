"""Exercises of a plan: a drill is started and ended, one that was run elsewhere is recorded. Nobody outside hears."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from clients.engagements.queries import today_of
from incidents.response.actions import open_incident
from incidents.response.changing import changing, write_entry
from incidents.response.kinds import NOTICE
from incidents.response.models import BreachClock, Exercise, Incident, Measure, ResponsePlan
from incidents.response.obligations import SUBJECT
from incidents.response.plans.obligations import EXERCISE, keep_plan
from incidents.response.plans.queries import last_exercised_on
from incidents.response.post_mortems.measures import keep_measure
from incidents.response.rules.exercises import STATES, clock_state, counted, scenarios
from portal.audit.actions import action
from portal.deadlines.actions import cancel_deadline
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Subject
from portal.lib.dates import format_table
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

ENDED = "The exercise has ended."
MOST_CLOCKS = 100


def start_exercise(
    client: Client,
    *,
    scenario: str = "",
    title: str = "",
    severity: str = "",
    summary: str = "",
    lead: User | None = None,
    by: User,
    now: datetime,
) -> Incident:
    """Open a drill from a scenario, or in one's own words: its clocks run, and only the practice hears of it.

    title, severity and summary go before those of the scenario. Raises Refused without a title or severity.
    """
    if client.status == Client.Status.ENDED:
        raise Refused(f"The work for {client.name} has ended.")
    played = scenarios().get(scenario)
    if scenario and played is None:
        raise Refused("Choose a scenario from the list, or describe one of your own.")
    title, severity = (
        title or (played.title if played else ""),
        severity or (played.severity if played else ""),
    )
    if severity not in Incident.Severity.values:
        raise Refused("Choose how bad the situation is.")
    facts: dict[str, Any] = {
        "summary": summary or (played.first_sign if played else ""),
        "source": "an exercise",
        "personal_data": "suspected" if played and played.personal_data else "unknown",
    }
    return open_incident(
        [client], title=title, severity=severity, by=by, now=now, lead=lead, facts=facts, drill=True
    )[0]


def end_exercise(incident: Incident, *, participants: str, learnt: str, by: User, now: datetime) -> Exercise:
    """End a drill, whatever phase it is in: what runs stops, how its clocks went is kept, its measures become real.

    The plan in force was exercised on this day. Raises Refused for what is no drill and without the words.
    """
    if not incident.drill:
        raise Refused("Only a drill is ended as an exercise.")
    _refuse_silence(participants, learnt)
    with changing(incident, "exercise.end", by=by, now=now) as row:
        clocks = clocks_of(row, now)
        _stop_clocks_of_law(row, by=by, now=now)
        row.resolved_at = row.resolved_at or now
        row.closed_at, row.status = now, Incident.Status.CLOSED
        words = counted([each["state"] for each in clocks])
        write_entry(row, "Exercise ended.", f"Clocks: {words or 'none ran'}.", at=now, by=by)
        for measure in Measure.objects.filter(
            incident=row, done_at__isnull=True, dropped_at__isnull=True
        ).select_related("owner"):
            keep_measure(row, measure, by=by, now=now, why="it is no longer owed")
        held_on = today_of(row.client, now)
        plan = _plan_on(row.client, held_on)
        return _kept(
            row.client, plan, held_on, by, now, incident=row, title=row.title, severity=row.severity,
            participants=participants.strip(), learnt=learnt.strip(), clocks=clocks,
        )  # fmt: skip


def record_exercise(
    client: Client,
    *,
    held_on: date,
    title: str,
    participants: str,
    learnt: str,
    evidence: str,
    by: User,
    now: datetime,
    severity: str = "",
) -> Exercise:
    """Record an exercise that was run elsewhere, with where its evidence is. It counts for the plan of that day."""
    _refuse_silence(participants, learnt)
    if not title.strip():
        raise Refused("Say what was played.")
    if not evidence.strip():
        raise Refused("Say where it can be seen that it was held: minutes, a ticket, a calendar entry.")
    if held_on > today_of(client, now):
        raise Refused("Enter a day that has passed.")
    with action("exercise.record", by=by, client=client):
        return _kept(
            client, _plan_on(client, held_on), held_on, by, now, title=title.strip(), severity=severity,
            participants=participants.strip(), learnt=learnt.strip(), evidence=evidence.strip(),
        )  # fmt: skip


def clocks_of(incident: Incident, now: datetime) -> list[dict[str, str]]:
    """How each clock of a drill went, the first due first. Two queries."""
    laws = [str(pk) for pk in BreachClock.objects.filter(incident=incident).values_list("pk", flat=True)]
    about = Q(subject_type=SUBJECT, subject_id=str(incident.pk)) | Q(
        subject_type=BreachClock._meta.label_lower, subject_id__in=laws
    )
    rows = Deadline.objects.for_client(incident.client).filter(about)
    judged = rows.exclude(outcome=Deadline.Outcome.CANCELLED).order_by("due_at", "pk")[:MOST_CLOCKS]
    return [
        {
            "title": row.title,
            "due_at": row.due_at.isoformat(),
            "ended_at": row.ended_at.isoformat() if row.ended_at else "",
            "state": (state := clock_state(row.due_at, row.ended_at, row.late_at, now)),
            "words": STATES[state],
        }
        for row in judged
    ]


def _kept(
    client: Client, plan: ResponsePlan | None, held_on: date, by: User, now: datetime, **values: Any
) -> Exercise:
    """Write the exercise down, and on the plan when it was exercised; the deadline of the exercise follows."""
    exercise: Exercise = Exercise.objects.create(
        practice_id=client.practice_id, client=client, internal=True, plan=plan, held_on=held_on,
        recorded_at=now, recorded_by=by, **values,
    )  # fmt: skip
    last_on = last_exercised_on(client)
    if plan is not None and (plan.exercised_on is None or plan.exercised_on < held_on):
        plan.exercised_on = held_on
        plan.save(update_fields=["exercised_on"])
    newer = plan is not None and (last_on is None or last_on < held_on)
    done = {EXERCISE: f"Exercised on {format_table(held_on)}"} if newer else None
    keep_plan(client, by=by, now=now, met=done)
    return exercise


def _plan_on(client: Client, day: date) -> ResponsePlan | None:
    """The version that was in force on a day, locked; None where there was none."""
    rows = ResponsePlan.objects.for_client(client).approved().order_by("-approved_at").select_for_update()
    row: ResponsePlan
    for row in rows:
        assert row.approved_at is not None
        until = today_of(client, row.superseded_at) if row.superseded_at else None
        if today_of(client, row.approved_at) <= day and (until is None or day <= until):
            return row
    return None


def _stop_clocks_of_law(row: Incident, *, by: User, now: datetime) -> None:
    for clock in BreachClock.objects.filter(incident=row, outcome=BreachClock.Outcome.RUNNING):
        clock.outcome, clock.reason = BreachClock.Outcome.NOT_NOTIFIED, ENDED
        clock.decided_at, clock.decided_by = now, by
        clock.save(update_fields=["outcome", "reason", "decided_at", "decided_by"])
        subject = Subject(BreachClock._meta.label_lower, str(clock.pk), clock.title[:200])
        cancel_deadline(row.client, NOTICE, subject, by=by, at=now, why=ENDED)


def _refuse_silence(participants: str, learnt: str) -> None:
    if not participants.strip():
        raise Refused("Say who took part.")
    if not learnt.strip():
        raise Refused("Say what was learnt, also where everything went well.")
