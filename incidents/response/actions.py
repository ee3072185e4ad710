"""Opening an incident and leading it: acknowledge, name the lead, change severity, contain, resolve, reopen, close.

Every change is one transaction with its entry in the timeline, its audit events and its deadlines.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction

from incidents.response.changing import Changed, changing, write_entry
from incidents.response.models import Incident, Responder, TimelineEntry
from incidents.response.models.incident import INSTANTS
from incidents.response.obligations import REOPENED, keep_deadlines
from incidents.response.queries import phases_of
from incidents.response.rules.phases import DONE
from incidents.response.rules.severities import at_least
from incidents.response.telling import tell_of
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.people import people_of

if TYPE_CHECKING:
    from portal.accounts.models import User

S = Incident.Status
#: What the record of each instant is called, as an entry of the timeline begins.
WORDS = INSTANTS
#: What people may change in the record at any time while it is not closed.
FACTS = frozenset(
    {
        "title", "summary", "source", "systems", "personal_data", "our_role", "data_categories", "people_affected",
        "records_affected", "jurisdictions", "high_risk", "risk_assessment", "containment", "evidence_preserved",
        "root_cause", "contributing_factors", "recovery_verified_by", "runbook_updates",
    }
)  # fmt: skip
#: The state that an incident reaches with an instant, unless it is further already.
REACHES = {"acknowledged_at": S.INVESTIGATING, "contained_at": S.CONTAINED, "resolved_at": S.RESOLVED}
_ORDER = list(S.values)
#: The first of two takers holds the row until its transaction ends, so that no number is given twice or left out.
NEXT_NUMBER = """
INSERT INTO response_incidentcounter AS counter (practice_id, last) VALUES (%s, 1)
    ON CONFLICT (practice_id) DO UPDATE SET last = counter.last + 1
RETURNING last
"""


def open_incident(
    clients: Sequence[Client],
    *,
    title: str,
    severity: str,
    by: User | None,
    now: datetime,
    detected_at: datetime | None = None,
    reported_at: datetime | None = None,
    lead: User | None = None,
    facts: Mapping[str, Any] | None = None,
    alert_reference: str = "",
    follows: Incident | None = None,
    drill: bool = False,
) -> list[Incident]:
    """Open an incident: a row a client, under one number, each with its own timeline and deadlines.

    follows: the incident of the same client that was over when its alert came back. Raises Refused without a client or
    title, for instants that are to come, for a report before the detection.
    """
    if not clients:
        raise Refused("Choose the client that it happened to.")
    if not title.strip():
        raise Refused("Say in a few words what happened.")
    reported_at = reported_at or now
    detected_at = detected_at or reported_at
    _refuse_future(now, detected_at, reported_at)
    if reported_at < detected_at:
        raise Refused("It cannot have been reported before it was detected.")
    details = {name: value for name, value in _known(facts or {}).items() if name != "title"}
    if details.get("personal_data") == Incident.PersonalData.YES:
        details["aware_at"] = reported_at
    details |= {"title": title.strip(), "lead": lead, "logged_by": by, "follows": follows}
    details["alert_reference"] = alert_reference
    details |= {"detected_at": detected_at, "reported_at": reported_at, "drill": drill, "internal": drill}
    details["severity"] = at_least(severity, details.get("personal_data", "unknown"))
    raised = f", not {severity}, as personal data may be involved" if details["severity"] != severity else ""
    with action("incident.open", by=by):
        number = _next_number(clients[0])
        opened = [
            Incident(practice_id=each.practice_id, client=each, number=number, **details) for each in clients
        ]
        for incident in opened:
            _join(incident, by=by, now=now, raised=raised)
    return opened


def add_client(incident: Incident, client: Client, *, by: User, now: datetime) -> Incident:
    """Give another client its own part of the event: the same number, nothing of the first one's record."""
    with action("incident.open", by=by):
        part = Incident(
            practice_id=client.practice_id,
            client=client,
            number=incident.number,
            title=incident.title,
            severity=incident.severity,
            lead=incident.lead if incident.lead in people_of(client, now) else None,
            logged_by=by,
            detected_at=incident.detected_at,
            reported_at=now,
            drill=incident.drill,
            internal=incident.drill,
        )
        try:
            with transaction.atomic():
                _join(part, by=by, now=now)
        except IntegrityError as error:
            if "number_once" in str(error):
                raise Refused(f"{client.name} has its part of {incident.reference} already.") from error
            raise
    return part


def acknowledge(incident: Incident, *, by: User, now: datetime) -> Incident:
    """Record that a person has taken it up: the response clock is met now. Whoever does it leads, if nobody does."""
    with changing(incident, "incident.acknowledge", by=by, now=now) as row:
        if row.acknowledged_at:
            raise Refused(f"{row.reference} was acknowledged already.")
        row.acknowledged_at, row.acknowledged_by = now, by
        if row.lead is None:
            row.lead = by
        _reach(row, S.INVESTIGATING)
        write_entry(row, "Acknowledged.", f"{by.name} has taken it up.", at=now, by=by)
    return row


def record_instant(
    incident: Incident, name: str, at: datetime, *, by: User, now: datetime, why: str = "", words: str = ""
) -> Incident:
    """Record when it was contained, fixed, resolved …, or correct what was recorded.

    why: owed for a correction; it is written into the timeline and the trail. words: what was done, for a first record.
    Raises Refused for an instant that is to come, one out of order, a correction without a reason.
    """
    if name not in INSTANTS or (name in ("acknowledged_at", "closed_at") and getattr(incident, name) is None):
        raise Refused("This instant is recorded by its own button.")
    _refuse_future(now, at)
    with changing(incident, "incident.correct" if getattr(incident, name) else "incident.record",
                  by=by, now=now, why=why) as row:  # fmt: skip
        before = getattr(row, name)
        if before is not None and not why.strip():
            raise Refused("Enter why the instant is corrected. The reason is kept.")
        setattr(row, name, at)
        _refuse_disorder(row)
        if name in REACHES and before is None:
            _reach(row, REACHES[name])
        _enter_instant(row, name, before, at, by, why, words)
    return row


def edit_facts(
    incident: Incident, values: Mapping[str, Any], *, by: User, now: datetime, version: int | None = None
) -> Incident:
    """Change what is known of it. A breach that becomes certain starts our awareness now; it is at least SEV2.

    version: the one that the person saw; raises Changed when it is no longer the current one.
    """
    with changing(incident, "incident.edit", by=by, now=now) as row:
        if version is not None and row.version != version:
            raise Changed(row)
        for name, value in _known(values).items():
            setattr(row, name, value)
        if not row.title.strip():
            raise Refused("Say in a few words what happened.")
        if row.personal_data == Incident.PersonalData.YES and row.aware_at is None:
            row.aware_at = now
            write_entry(row, "Aware of a breach.", "Personal data is involved.", at=now, by=by)
        raised = at_least(row.severity, row.personal_data)
        if raised != row.severity:
            write_entry(row, f"Severity raised to {raised}.", "Personal data may be involved.", at=now, by=by)
            row.severity = raised
    return row


def change_severity(incident: Incident, severity: str, *, by: User, now: datetime, why: str) -> Incident:
    """Set another severity, with the reason; its clocks follow."""
    _reason(why, "the severity changes")
    with changing(incident, "incident.change_severity", by=by, now=now, why=why) as row:
        if at_least(severity, row.personal_data) != severity:
            raise Refused("A suspected breach of personal data is at least SEV2.")
        if severity == row.severity:
            raise Refused(f"It is {severity} already.")
        write_entry(row, f"Severity changed from {row.severity} to {severity}.", why, at=now, by=by)
        row.severity = severity
    return row


def name_lead(incident: Incident, lead: User, *, by: User, now: datetime, why: str = "") -> Incident:
    """Name who decides; must be somebody who may work for the client now."""
    with changing(incident, "incident.name_lead", by=by, now=now, why=why, inside=True) as row:
        _refuse_outsider(row, lead, now)
        row.lead = lead
        write_entry(row, "Lead named.", f"{lead.name} leads.", at=now, by=by, internal=True)
    return row


def set_responder(
    incident: Incident, role: str, person: User | None, *, by: User, now: datetime, why: str = ""
) -> Incident:
    """Give a role of the response to somebody, or to nobody."""
    with changing(incident, "incident.set_responder", by=by, now=now, why=why, inside=True) as row:
        Responder.objects.filter(incident=row, role=role).delete()
        if person is not None:
            _refuse_outsider(row, person, now)
            Responder.objects.create(
                practice_id=row.practice_id,
                client=row.client,
                incident=row,
                role=role,
                user=person,
                internal=True,
            )
    return row


def move_to(incident: Incident, status: str, *, by: User, now: datetime, words: str = "") -> Incident:
    """Set the state within the response: investigating, contained, monitoring. The others come with their instants."""
    if status not in (S.INVESTIGATING, S.MONITORING):
        raise Refused("This state is reached by recording its instant.")
    with changing(incident, "incident.move", by=by, now=now) as row:
        if row.resolved_at:
            raise Refused(f"{row.reference} is resolved. Reopen it first.")
        row.status = status
        write_entry(row, f"{row.get_status_display()}.", words or "The state was set.", at=now, by=by)
    return row


def reopen(incident: Incident, *, by: User | None, now: datetime, why: str) -> Incident:
    """Take a resolved incident up again; its post-mortem clock ends and starts anew with the next resolution.

    by: None for an alert that came back; whoever answers for it hears of that at once.
    """
    _reason(why, "it is reopened")
    with changing(incident, "incident.reopen", by=by, now=now, why=why, closed=True) as row:
        if row.drill and row.closed_at:
            raise Refused("An exercise that has ended is not taken up again. Start another one.")
        if not row.resolved_at:
            raise Refused(f"{row.reference} is not resolved.")
        row.resolved_at = row.closed_at = None
        row.status = S.INVESTIGATING
        write_entry(row, REOPENED, why, at=now, by=by)
        tell_of(row, f"Reopened: {why}", by=by, now=now)
    return row


def close(incident: Incident, *, by: User, now: datetime) -> Incident:
    """End the work on it. Raises Refused while a phase lacks something, and says what; and for an exercise."""
    with changing(incident, "incident.close", by=by, now=now) as row:
        if row.drill:
            raise Refused("End the exercise instead: it asks what was learnt.")
        missing = [each for phase in phases_of(row) if phase.state != DONE for each in phase.missing]
        if missing:
            raise Refused("Before it can be closed: " + " ".join(missing))
        row.closed_at, row.status = now, S.CLOSED
        write_entry(row, "Closed.", "Every phase is done.", at=now, by=by)
    return row


def _join(incident: Incident, *, by: User | None, now: datetime, raised: str = "") -> None:
    incident.save(force_insert=True)
    source = incident.source or (by.name if by else "an alert")
    text = f"Severity {incident.severity}{raised}. Reported by {source}."
    write_entry(incident, "Reported.", text, at=incident.reported_at, by=by)
    keep_deadlines(incident, by=by, now=now)
    tell_of(incident, "Nobody has taken it up yet.", by=by, now=now)


def _next_number(client: Client) -> int:
    """Take the practice's next number; rows of other clients need not be seen for it. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [client.practice_id])
        [number] = cursor.fetchone()
    return int(number)


def _reach(row: Incident, status: str) -> None:
    if _ORDER.index(status) > _ORDER.index(row.status):
        row.status = status


def _enter_instant(
    row: Incident, name: str, before: datetime | None, at: datetime, by: User, why: str, words: str
) -> None:
    if before is None:
        write_entry(row, f"{WORDS[name]}.", words or f"{WORDS[name]}, as recorded.", at=at, by=by)
        return
    original = (
        TimelineEntry.objects.filter(incident=row, lead_in=f"{WORDS[name]}.").order_by("-created_at").first()
    )
    write_entry(
        row,
        f"{WORDS[name]}.",
        f"The instant was corrected. {why}",
        at=at,
        by=by,
        kind=TimelineEntry.Kind.CORRECTION if original else TimelineEntry.Kind.STATE,
        corrects=original,
    )


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in FACTS}


def _refuse_future(now: datetime, *instants: datetime) -> None:
    if any(at > now for at in instants):
        raise Refused("Enter an instant that has passed.")


def _refuse_disorder(row: Incident) -> None:
    if row.reported_at < row.detected_at:
        raise Refused("It cannot have been reported before it was detected.")
    for name in ("contained_at", "fixed_at", "resolved_at", "aware_at", "acknowledged_at"):
        at = getattr(row, name)
        if at is not None and at < row.detected_at:
            raise Refused(f"“{WORDS[name]}” cannot lie before the detection.")
    if row.closed_at and row.resolved_at and row.closed_at < row.resolved_at:
        raise Refused("It cannot have been closed before it was resolved.")


def _refuse_outsider(row: Incident, person: User, now: datetime) -> None:
    if not people_of(row.client, now).filter(pk=person.pk).exists():
        raise Refused(f"{person.name} does not work for {row.client.name}. Assign them first.")


def _reason(why: str, what: str) -> None:
    if not why.strip():
        raise Refused(f"Enter why {what}. The reason is kept.")
