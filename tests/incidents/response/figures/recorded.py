"""Incidents of every fate at two clients, and the figures worked out from plain rows as the definitions say them."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import fmean, median
from typing import Any
from zoneinfo import ZoneInfo

from incidents.response.models import BreachClock, Incident, Measure
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW

HOUR = timedelta(hours=1)
OWN = ("incident.response", "incident.update", "incident.postmortem")


def row(client: Client, number: int, severity: str, at: datetime, by: User, **more: Any) -> Incident:
    """One incident as it stands in the table, with nothing that follows from it."""
    more.setdefault("reported_at", at)
    if more.get("acknowledged_at"):
        more["acknowledged_by"] = by
    made: Incident = Incident.objects.create(
        practice_id=client.practice_id, client=client, number=number, title=f"{client.slug} {number}",
        severity=severity, detected_at=at, **more,
    )  # fmt: skip
    return made


def owe(about: Incident, kind: str, subject: object = None, **more: Any) -> Deadline:
    """One deadline of an incident, of its clock or of its measure; open and due in an hour where nothing is said."""
    held: Any = subject or about
    more.setdefault("due_at", NOW + HOUR)
    made: Deadline = Deadline.objects.create(
        practice_id=about.practice_id, client=about.client, kind=kind, subject_type=held._meta.label_lower,
        subject_id=str(held.pk), subject=about.reference, title=kind, policy="clock",
        started_at=about.detected_at, **more,
    )  # fmt: skip
    return made


def clock(about: Incident, duty: str, name: str = "uk-gdpr-ico") -> BreachClock:
    made: BreachClock = BreachClock.objects.create(
        practice_id=about.practice_id, client=about.client, incident=about, clock=name, duty=duty, title=name,
        authority="ICO", citation="UK GDPR, article 33", trigger="awareness", trigger_at=about.detected_at,
        due_at=NOW + HOUR, unit="clock_hours",
    )  # fmt: skip
    return made


def record(client: Client, by: User, first: int = 1) -> list[Incident]:
    """Five real incidents and a drill: in time, late, not taken up, without a target, with clocks and measures."""
    met: dict[str, Any] = {"outcome": "met", "ended_at": NOW}
    late: dict[str, Any] = {**met, "late_at": NOW - HOUR}
    gone: dict[str, Any] = {"outcome": "cancelled", "ended_at": NOW, "ended_why": "called off"}
    ago = [NOW - timedelta(days=days) for days in (1, 20, 49, 300, 321)]
    one = row(client, first, "SEV1", ago[0], by, acknowledged_at=ago[0] + HOUR, resolved_at=ago[0] + 5 * HOUR)
    two = row(client, first + 1, "SEV3", ago[1], by, acknowledged_at=ago[1] + 3 * HOUR)
    three = row(client, first + 2, "SEV3", ago[2], by)
    four = row(
        client,
        first + 3,
        "SEV4",
        ago[3],
        by,
        acknowledged_at=ago[3] + 8 * HOUR,
        resolved_at=ago[3] + 7 * HOUR,
    )
    old = row(client, first + 4, "SEV2", ago[4] - timedelta(days=90), by, acknowledged_at=NOW)
    drill = row(client, first + 5, "SEV1", ago[0], by, acknowledged_at=NOW, drill=True, internal=True)
    owe(one, "incident.response", **met)
    owe(one, "incident.postmortem", due_at=NOW - HOUR)
    for each in (met, met, late, {**gone, "late_at": NOW - HOUR}, gone):
        owe(one, "incident.update", **each)
    owe(two, "incident.response", **late)
    owe(two, "incident.update")
    owe(three, "incident.response", due_at=NOW - HOUR)
    owe(four, "incident.postmortem", **met)
    owe(four, "incident.response", **gone)
    owe(old, "incident.response", **late)
    owe(drill, "incident.response", internal=True, **late)
    owe(one, "incident.notice", clock(one, "ours"), **met)
    owe(one, "incident.notice", clock(one, "clients", "uk-gdpr-art-34"), **late)
    measure = Measure.objects.create(
        practice_id=client.practice_id, client=client, incident=one, kind="preventive", text="Check twice",
        internal=True,
    )  # fmt: skip
    owe(one, "incident.measure", measure, internal=True, **late)
    return [one, two, three, four, old, drill]


def expected(rows: list[Incident], now: datetime, zone: str = "Europe/London") -> dict[str, Any]:
    """The figures of real rows, by loops over the tables; nothing of the room's own counting is used."""
    real = [each for each in rows if not each.drill]
    found: dict[str, Any] = {
        "incidents": len(real),
        "severities": {},
        "months": {},
        "promises": {},
        "targeted": 0,
    }
    for each in real:
        month = each.detected_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m")
        found["severities"][each.severity] = found["severities"].get(each.severity, 0) + 1
        found["months"][month] = found["months"].get(month, 0) + 1
        has_target = False
        for name, deadline in _deadlines(each):
            state = _state(deadline, now)
            if state:
                key = (name, state)
                found["promises"][key] = found["promises"].get(key, 0) + 1
                has_target |= name == "response"
        found["targeted"] += has_target
    for name in ("acknowledged", "resolved"):
        took = [
            max((getattr(each, f"{name}_at") - each.reported_at).total_seconds(), 0)
            for each in real
            if getattr(each, f"{name}_at")
        ]
        found[name] = (len(took), round(fmean(took)), round(median(took))) if took else (0, None, None)
    return found


def _deadlines(about: Incident) -> list[tuple[str, Deadline]]:
    names = {
        "incident.response": "response",
        "incident.update": "update",
        "incident.postmortem": "post_mortem",
    }
    own = Deadline.objects.filter(subject_type="response.incident", subject_id=str(about.pk))
    found = [(names[each.kind], each) for each in own]
    for each in BreachClock.objects.filter(incident=about):
        of_clock = Deadline.objects.filter(subject_type="response.breachclock", subject_id=str(each.pk))
        found += [("notice" if each.duty == "ours" else "client_notice", deadline) for deadline in of_clock]
    for measure in Measure.objects.filter(incident=about):
        of_measure = Deadline.objects.filter(subject_type="response.measure", subject_id=str(measure.pk))
        found += [("measure", deadline) for deadline in of_measure]
    return found


def _state(deadline: Deadline, now: datetime) -> str:
    if deadline.late_at or (not deadline.outcome and deadline.due_at < now):
        return "late"
    return {"met": "kept", "cancelled": "", "": "running"}[deadline.outcome]


def told(figures: Any) -> dict[str, Any]:
    """Figures in the shape of `expected`."""
    return {
        "incidents": figures.incidents,
        "severities": {each.severity: each.incidents for each in figures.severities if each.incidents},
        "months": {f"{each.first:%Y-%m}": each.incidents for each in figures.months if each.incidents},
        "promises": {
            (each.promise, state): n
            for each in figures.promises
            for state in ("kept", "late", "running")
            if (n := getattr(each.standing, state))
        },
        "targeted": figures.incidents - figures.promises[0].without,
        **{
            name: (
                spans.n,
                spans.mean and spans.mean.total_seconds(),
                spans.median and spans.median.total_seconds(),
            )
            for name, spans in (("acknowledged", figures.acknowledged), ("resolved", figures.resolved))
        },
    }
