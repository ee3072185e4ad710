"""What an incident obliges to, as deadlines: the first response, the post-mortem, the next word to the client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q

from clients.engagements.models import Contact, SupportScope
from clients.engagements.rules.targets import response_due, target_words
from incidents.response.models import Incident, Responder, TimelineEntry, Update
from incidents.response.rules.severities import OPTIONAL, needs_post_mortem, severities
from portal.deadlines import actions as deadlines
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.deadlines.rules.durations import parse
from portal.tenancy.people import leads_of, people_of

if TYPE_CHECKING:
    from portal.accounts.models import User

RESPONSE, POST_MORTEM, UPDATE = "incident.response", "incident.postmortem", "incident.update"
KINDS = (RESPONSE, POST_MORTEM, UPDATE)
POST_MORTEM_WITHIN = "PT48H"
SUBJECT = "response.incident"
#: How the timeline begins the entry of an incident that was taken up again.
REOPENED = "Reopened."


@dataclass(frozen=True)
class Duty:
    """Who answers for an incident's clocks now: its lead, or whoever is first on the practice's escalation path.

    liaison and privacy_lead: who tells the client and who decides on the clocks of the law, where somebody was named.
    """

    owner: User | None
    backup: User | None
    liaison: User | None = None
    privacy_lead: User | None = None

    def of(self, role: str) -> User | None:
        """Whoever has a role, else the owner."""
        named: User | None = getattr(self, role)
        return named or self.owner

    def behind(self, person: User | None) -> User | None:
        """Who stands behind somebody who has a role: the backup, or the owner where the backup has it."""
        return next((each for each in (self.backup, self.owner) if each and each != person), None)


def subject_of(incident: Incident) -> Subject:
    """Give the incident as the subject of deadlines."""
    return Subject(SUBJECT, str(incident.pk), incident.reference)


def scope_of(incident: Incident) -> SupportScope | None:
    """Give the support that was agreed with the client on the day of the report, if any was recorded."""
    scope = SupportScope.objects.for_client(incident.client).select_related("client").first()
    on = incident.reported_at.date()
    return scope if scope is not None and scope.is_current(on) else None


def duty_of(incident: Incident, now: datetime) -> Duty:
    """Find who answers for it, among those who work for the client now. Four queries at most."""
    path = list(
        Contact.objects.for_client(incident.client)
        .live()
        .filter(side=Contact.Side.PRACTICE, user__isnull=False)
        .in_order()
        .select_related("user")[:3]
    )
    roles = {row.role: row.user for row in incident.responders.select_related("user")}
    named = [incident.lead, *(contact.user for contact in path), *roles.values()]
    asked = [person.pk for person in named if person]
    here = set(people_of(incident.client, now).filter(pk__in=asked).values_list("pk", flat=True))

    def still(person: User | None) -> User | None:
        return person if person and person.pk in here else None

    people = [each for contact in path if (each := still(contact.user))]
    owner = still(incident.lead) or next(iter(people), None) or leads_of(incident.client, now).first()
    deputies = [still(roles.get(role)) for role in (Responder.Role.DEPUTY, Responder.Role.BACKUP_CONTACT)]
    backup = next((person for person in (*deputies, *people) if person and person != owner), None)
    liaison, privacy = (
        still(roles.get(role)) for role in (Responder.Role.CLIENT_LIAISON, Responder.Role.PRIVACY_LEAD)
    )
    return Duty(owner, backup, liaison, privacy)


def keep_deadlines(incident: Incident, *, by: User | None, now: datetime) -> None:
    """Bring the incident's three deadlines to what its record says now. Call it inside the action of the change.

    Nothing of an exercise is owed once it has ended, whatever phase it was in.
    """
    if incident.drill and incident.closed_at:
        subjects, why = [subject_of(incident)], "the exercise has ended"
        deadlines.keep(incident.client, [], subjects=subjects, kinds=KINDS, by=by, now=now, why=why)
        return
    scope, duty = scope_of(incident), duty_of(incident, now)
    owed = [
        obligation
        for obligation in (
            _response(incident, scope, duty),
            _post_mortem(incident, scope, duty),
            _update(incident, duty),
        )
        if obligation is not None
    ]
    _settle(incident, owed, by)
    deadlines.keep(
        incident.client,
        [obligation for obligation in owed if not _is_done(incident, obligation.kind)],
        subjects=[subject_of(incident)],
        kinds=KINDS,
        by=by,
        now=now,
        why="the incident is resolved" if incident.resolved_at else "its record no longer asks for it",
    )


def _is_done(incident: Incident, kind: str) -> bool:
    return _done_at(incident, kind) is not None


def _done_at(incident: Incident, kind: str) -> datetime | None:
    """When the duty was done for good; an update is never done for good before the incident is resolved.

    What was shared before the incident was taken up again is no post-mortem of what happened since.
    """
    if kind == RESPONSE:
        return incident.acknowledged_at
    post_mortem = getattr(incident, "post_mortem", None) if kind == POST_MORTEM else None
    shared_at: datetime | None = post_mortem.shared_at if post_mortem else None
    return None if shared_at is None or reopened_since(incident, shared_at) else shared_at


def reopened_since(incident: Incident, at: datetime) -> bool:
    """Whether the incident was taken up again after this instant."""
    entries = TimelineEntry.objects.filter(incident=incident, kind=TimelineEntry.Kind.STATE)
    return bool(entries.filter(lead_in=REOPENED, at__gt=at).exists())


def _settle(incident: Incident, owed: list[Obligation], by: User | None) -> None:
    """Meet what was done, at the instant at which it was done; bring an ended one to a corrected instant."""
    for obligation in owed:
        done_at = _done_at(incident, obligation.kind)
        if done_at is None:
            continue
        about = {"kind": obligation.kind, "subject_type": SUBJECT, "subject_id": str(incident.pk)}
        rows = Deadline.objects.for_client(incident.client).filter(**about)
        ended = None if rows.open().exists() else rows.met().order_by("pk").last()
        due_at = deadlines.due_at_of(obligation.due, incident.client)
        if ended is None:
            deadlines.open_deadline(incident.client, obligation, by=by, now=done_at)
            deadlines.meet_deadline(incident.client, obligation.kind, obligation.subject, by=by, at=done_at)
        elif (ended.ended_at, ended.due_at) != (done_at, due_at):
            deadlines.correct_ended(ended, due_at=due_at, ended_at=done_at, started_at=obligation.started_at)


def _response(incident: Incident, scope: SupportScope | None, duty: Duty) -> Obligation | None:
    target = scope.target(incident.severity.lower()) if scope and scope.has_support else ""
    start = (
        min(incident.detected_at, incident.reported_at) if incident.alert_reference else incident.reported_at
    )
    due_at = response_due(target, start, scope.terms) if scope else None
    if due_at is None or scope is None:
        return None
    words = target_words(target, scope.calendar)
    return Obligation(
        kind=RESPONSE,
        subject=subject_of(incident),
        title=_title(incident, f"Acknowledge {incident.reference}"),
        note=incident.title,
        due=Due(at=due_at, calendar=_calendar(scope, target), duration=_iso(target)),
        started_at=start,
        owner=duty.owner,
        backup_owner=duty.backup,
        source=f"Support scope, {scope.get_tier_display()}: {incident.severity} within {words}",
        internal=incident.drill,
    )


def _post_mortem(incident: Incident, scope: SupportScope | None, duty: Duty) -> Obligation | None:
    every = scope is None or scope.post_mortem_for == SupportScope.PostMortemFor.EVERY
    if needs_post_mortem(incident.severity, every_incident=every) == OPTIONAL:
        return None
    from_report = scope is not None and scope.post_mortem_from == SupportScope.PostMortemFrom.REPORTING
    start = incident.reported_at if from_report else incident.resolved_at
    if start is None:
        return None
    length = parse(POST_MORTEM_WITHIN)
    return Obligation(
        kind=POST_MORTEM,
        subject=subject_of(incident),
        title=_title(incident, f"Share the post-mortem for {incident.reference}"),
        note=incident.title,
        due=Due(
            at=start.astimezone(UTC) + timedelta(seconds=length.seconds),
            calendar="clock",
            duration=POST_MORTEM_WITHIN,
        ),
        started_at=start,
        owner=duty.owner,
        backup_owner=duty.backup,
        source=f"Promised to the client: 48 hours from {'the report' if from_report else 'the resolution'}",
        internal=incident.drill,
    )


def _update(incident: Incident, duty: Duty) -> Obligation | None:
    """The next word to the client: by the cadence of the severity, or sooner where it was promised sooner."""
    every = severities()[incident.severity].update_every
    if not every or incident.resolved_at:
        return None
    last = Update.objects.filter(incident=incident).order_by("-sent_at", "-pk").first()
    length = parse(every)
    within = timedelta(days=length.days, seconds=length.seconds)
    start = _since(incident, last.sent_at if last else incident.reported_at, within)
    due_at = start.astimezone(UTC) + within
    if last and last.next_update_at:
        due_at = max(start, min(due_at, last.next_update_at))
    return Obligation(
        kind=UPDATE,
        subject=subject_of(incident),
        title=_title(incident, f"Tell the client how {incident.reference} stands"),
        note=incident.title,
        due=Due(at=due_at, calendar="clock", duration=every),
        started_at=start,
        owner=duty.of("liaison"),
        backup_owner=duty.behind(duty.of("liaison")),
        source=f"Client updates for {incident.severity}",
    )


def _since(incident: Incident, told_at: datetime, within: timedelta) -> datetime:
    """From when the next word is counted: the last one, or what turned the incident since. One query.

    Nothing was owed while it was resolved. A severity that asks for the next word before the change itself begins then.
    """
    turned = Q(lead_in=REOPENED) | Q(lead_in__startswith="Severity ")
    entries = TimelineEntry.objects.filter(
        turned, incident=incident, kind=TimelineEntry.Kind.STATE, at__gt=told_at
    )
    start = told_at
    for lead_in, at in entries.order_by("at", "pk").values_list("lead_in", "at"):
        if lead_in == REOPENED or start + within < at:
            start = at
    return start


def _title(incident: Incident, words: str) -> str:
    return f"Drill: {words[0].lower()}{words[1:]}" if incident.drill else words


def _calendar(scope: SupportScope, target: str) -> str:
    by_days = target == "next_business_day" or scope.calendar == SupportScope.Calendar.BUSINESS
    return f"business:{scope.holidays}" if by_days else "clock"


def _iso(target: str) -> str:
    """Give the target as a duration where it is one; the words stand in the source."""
    return target if target.startswith("P") else "P1D" if target == "next_business_day" else ""
