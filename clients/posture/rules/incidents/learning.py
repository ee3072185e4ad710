"""What followed incidents: the summary in 48 hours, what the post-mortem says, and whether its measures get done."""

from __future__ import annotations

from datetime import datetime

from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import Facts
from clients.posture.rules.finding import Finding, Mark, does_not_apply, judge, nothing
from clients.posture.rules.incidents.facts import Incident, Measure
from clients.posture.rules.incidents.response import (
    FAIL,
    NONE,
    NOT,
    NOT_KEPT,
    OPEN,
    PASS,
    WARN,
    at,
    counted,
    judge_each,
    marked,
    windowed,
)
from portal.lib.dates import format_table

RECORD = "record"


def summaries(facts: Facts, now: datetime) -> Finding:
    """INC-04: the post-mortem of every resolved incident was shared within its 48 hours."""

    def mark(incident: Incident) -> Mark:
        promised = incident.post_mortem
        if promised is None:
            return marked(incident, NOT)
        due = at(facts, promised.late_at or promised.due_at)
        if promised.is_late(now):
            what = "had its post-mortem shared late" if promised.ended_at else "has no shared post-mortem"
            return marked(incident, FAIL, f"{what}: it was due {due}")
        if promised.ended_at is not None:
            return marked(incident, PASS)
        if now - promised.started_at >= t.SUMMARY_WARN:
            return marked(incident, WARN, f"needs its post-mortem shared by {due}")
        return marked(incident, NOT)

    exempt = "no post-mortem of an incident that counts was shared or is due"
    return judge_each("INC-04", facts, now, mark, exempt=exempt)


def post_mortems(facts: Facts, now: datetime) -> Finding:
    """INC-05: every post-mortem has its sections, a preventive measure and a second reader.

    One that is not shared is judged by its deadline alone: until then it is the practice's own.
    """

    def mark(incident: Incident) -> Mark:
        if incident.severity == "SEV4":
            return marked(incident, NOT)
        shared, promised = incident.shared, incident.post_mortem
        if shared is None:
            if promised is None or not promised.is_late(now):
                return marked(incident, NOT)
            return marked(incident, FAIL, "has no shared post-mortem")
        if shared.missing and shared.whole:
            return marked(incident, FAIL, f"has a post-mortem without {shared.missing[0].lower()}")
        if not shared.preventive:
            return marked(incident, FAIL, "has a post-mortem without a preventive measure")
        if not shared.whole:
            return marked(incident, OPEN, "had only the summary and the message of its post-mortem shared")
        if not shared.reviewed:
            return marked(incident, WARN, "has a post-mortem that no second person reviewed")
        return marked(incident, PASS)

    exempt = "no incident of SEV1 to SEV3 that counts has a post-mortem that was shared or is due"
    return judge_each("INC-05", facts, now, mark, exempt=exempt)


def measures(facts: Facts, now: datetime) -> Finding:
    """INC-09: every measure has an owner who works here and a day, none is overdue, and the lessons were shared.

    Counted are measures that are not done, and those of incidents that count. One that got a later day is not overdue.
    """
    if facts.responses is None:
        return nothing("INC-09", NOT_KEPT)
    counts = {each.pk for each in counted(facts, now)}
    marks = [
        _measure_mark(each, facts, now)
        for each in facts.responses.measures
        if each.done_at is None or each.number in counts
    ]
    marks += [
        _lessons_mark(each) for each in counted(facts, now) if each.is_major and each.closed_at is not None
    ]
    if not marks:
        return does_not_apply("INC-09", "no measure was shared, and no SEV1 or SEV2 incident was closed")
    return windowed(judge("INC-09", RECORD, marks, exempt=NONE))


def _measure_mark(measure: Measure, facts: Facts, now: datetime) -> Mark:
    today, due_on = facts.today(now), measure.due_on
    result, note = PASS, ""
    if measure.done_at is None:
        if measure.owner is None:
            result, note = FAIL, "has no owner"
        elif not measure.owner.active:
            result, note = FAIL, "is owned by somebody who no longer works here"
        elif due_on is None:
            result, note = FAIL, "has no day"
        elif due_on < today:
            result, note = FAIL, f"is overdue since {format_table(due_on)}"
        elif (due_on - today).days <= t.MEASURE_NEAR:
            result, note = WARN, f"is due on {format_table(due_on)}"
    return Mark(result, measure.reference(note), measure.seen_on)


def _lessons_mark(incident: Incident) -> Mark:
    if incident.lessons_shared_at is None:
        return marked(incident, FAIL, "was closed without its lessons shared")
    return marked(incident, PASS)
