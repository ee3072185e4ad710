"""Every write of a notice: drafted, edited, approved, sent by the portal or recorded as sent elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse

from incidents.response.breach_actions import close_by_notice
from incidents.response.changing import changing, write_entry
from incidents.response.models import BreachClock, Incident, Notice, TimelineEntry
from incidents.response.notices.drafts import Known, draft
from incidents.response.rules.catalogue import clock_of
from portal.accounts.models import User
from portal.documents.evidence.storing import store
from portal.documents.models import StoredFile
from portal.lib.dates import format_long
from portal.lib.refused import Refused
from portal.outbox.actions import channels_of, post
from portal.outbox.letters import Letter
from portal.tenancy.models import Client, Member
from portal.tenancy.people import client_people_of, leads_of

KIND = "incident.notice_sent"
VIA_PORTAL = "Plumbline"
State, Audience = Notice.State, Notice.Audience
SENT = (State.SENT, State.SENT_ELSEWHERE)


class NoticeChanged(Refused):
    """Somebody changed the notice since it was opened; `current` is how it is now."""

    def __init__(self, current: Notice) -> None:
        super().__init__("Somebody changed this notice since you opened it. Nothing has been saved.")
        self.current = current


def draft_notice(
    incident: Incident, audience: str, *, by: User, now: datetime, clock: BreachClock | None = None
) -> Notice:
    """Draft a notice from the record. Until it is sent only people of the practice read it."""
    if audience not in Audience.values:
        raise Refused("Choose whom the notice is for.")
    if clock is not None and clock.incident_id != incident.pk:
        raise Refused("This clock belongs to another incident.")
    with changing(incident, "notice.draft", by=by, now=now, closed=True) as row:
        title, text = draft(audience, known_of(row, clock, by, now))
        notice: Notice = Notice.objects.create(
            practice_id=row.practice_id, client=row.client, incident=row, internal=True, clock=clock,
            audience=audience, title=title[:200], text=text[:20_000], written_by=by,
        )  # fmt: skip
    return notice


def edit_notice(notice: Notice, *, title: str, text: str, version: int, by: User, now: datetime) -> Notice:
    """Change a draft. One that was approved is a draft again: what was approved is not this text.

    Raises NoticeChanged when somebody was faster, Refused for one that was sent and for empty words.
    """
    if not title.strip() or not text.strip():
        raise Refused("Write a title and the text.")
    with changing(notice.incident, "notice.edit", by=by, now=now, closed=True):
        row = _held(notice)
        if row.version != version:
            raise NoticeChanged(row)
        row.title, row.text, row.written_by = title.strip(), text.replace("\r\n", "\n"), by
        row.state, row.approved_at, row.approved_by = State.DRAFT, None, None
        row.version += 1
        row.save()
    return row


def approve_notice(notice: Notice, *, version: int, by: User, now: datetime) -> Notice:
    """Approve the text that was read; by somebody other than its writer, where there is one who may."""
    with changing(notice.incident, "notice.approve", by=by, now=now, closed=True) as incident:
        row = _held(notice)
        if row.version != version:
            raise NoticeChanged(row)
        if row.state == State.APPROVED:
            raise Refused("It is approved already.")
        may = approvers(incident.client, now)
        if not may.filter(pk=by.pk).exists():
            raise Refused("A lead of the client or an owner of the practice approves notices.")
        if row.written_by_id == by.pk and may.exclude(pk=by.pk).exists():
            raise Refused("Somebody other than its writer approves it.")
        row.state, row.approved_at, row.approved_by = State.APPROVED, now, by
        row.version += 1
        row.save()
        write_entry(incident, "Notice approved.", f"{row.title}.", at=now, by=by, internal=True)
    return row


def send_notice(notice: Notice, *, by: User, now: datetime, late_reason: str = "") -> Notice:
    """Send an approved notice to the client's people and channels. It ends the clock that it is for, now."""
    if notice.audience != Audience.CLIENT:
        raise Refused("The portal sends to the client only. Record how this one was sent.")
    with changing(notice.incident, "notice.send", by=by, now=now, closed=True) as incident:
        row = _approved(notice)
        letters = _letters(incident, row, now)
        if not letters:
            raise Refused("Nobody of the client can be reached. Tell it in another way and record that.")
        _freeze(row, incident, State.SENT, by=by, at=now, via=VIA_PORTAL)
        row.save()
        post(letters, now=now, practice_id=incident.practice_id)
        _sent(incident, row, by=by, at=now, now=now, late_reason=late_reason)
    return row


def record_sent(
    notice: Notice,
    *,
    at: datetime,
    via: str,
    by: User,
    now: datetime,
    reference: str = "",
    late_reason: str = "",
    copy: tuple[str, bytes] | None = None,
) -> Notice:
    """Record that an approved notice was sent elsewhere: when, how, its reference. copy: name and bytes."""
    if not via.strip():
        raise Refused("Say how it was sent.")
    if at > now:
        raise Refused("Enter an instant that has passed.")
    with changing(notice.incident, "notice.record_sent", by=by, now=now, closed=True) as incident:
        row = _approved(notice)
        if at < incident.detected_at:
            raise Refused("It cannot have been sent before the incident was detected.")
        _freeze(row, incident, State.SENT_ELSEWHERE, by=by, at=at, via=via.strip())
        row.reference = reference.strip()
        row.copy = _kept(incident, *copy) if copy else None
        row.save()
        _sent(incident, row, by=by, at=at, now=now, late_reason=late_reason)
    return row


def approvers(client: Client, now: datetime) -> QuerySet[User]:
    """List who may approve a notice: who leads the work for the client, and the practice's owners."""
    owners = Member.objects.filter(role="owner").active(now).values("user_id")
    leads = leads_of(client, now).values("pk")
    people: QuerySet[User] = User.objects.filter(is_active=True)
    return people.filter(pk__in=owners) | people.filter(pk__in=leads)


def known_of(incident: Incident, clock: BreachClock | None, by: User, now: datetime) -> Known:
    """Gather what the record says, in words."""
    zone = ZoneInfo(incident.client.time_zone)
    law = clock_of(clock.clock) if clock else None
    answers = incident.lead or by
    return Known(
        reference=incident.reference,
        title=incident.title.rstrip("."),
        client=incident.client.name,
        practice=incident.client.practice.name,
        summary=incident.summary,
        detected=_words(incident.detected_at, zone),
        aware=_words(incident.aware_at, zone),
        contained=_words(incident.contained_at, zone),
        resolved=_words(incident.resolved_at, zone),
        systems=tuple(incident.systems),
        categories=tuple(incident.data_categories),
        people=incident.people_affected,
        records=incident.records_affected,
        personal_data=incident.get_personal_data_display(),
        risk=incident.risk_assessment,
        containment=incident.containment,
        cause=incident.root_cause,
        contact=f"{answers.name}, {incident.client.practice.name}, {answers.email}",
        authority=clock.authority if clock else "",
        citation=clock.citation if clock else "",
        contents=law.content if law else (),
        late=bool(clock and clock.due_at and clock.due_at < now),
    )


def _words(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{format_long(local.date())}, {local:%H:%M} ({zone.key})"


def _kept(incident: Incident, name: str, content: bytes) -> StoredFile:
    """Keep a copy as it was sent: what went out is the record, whatever stands in it."""
    return store(incident.client, name, content, internal=incident.drill, may_hold_secrets=True)


def _held(notice: Notice) -> Notice:
    row: Notice = Notice.objects.select_for_update().get(pk=notice.pk)
    if row.state in SENT:
        raise Refused("It was sent. What was sent stays as it was.")
    return row


def _approved(notice: Notice) -> Notice:
    row = _held(notice)
    if row.state != State.APPROVED:
        raise Refused("Have it approved before it is sent.")
    return row


def _freeze(row: Notice, incident: Incident, state: str, *, by: User, at: datetime, via: str) -> None:
    row.state, row.sent_at, row.sent_by, row.sent_via = state, at, by, via[:120]
    row.internal = incident.drill
    row.version += 1


def _sent(
    incident: Incident, row: Notice, *, by: User, at: datetime, now: datetime, late_reason: str
) -> None:
    text = f"{row.title}. By {row.sent_via}." + (f" Reference {row.reference}." if row.reference else "")
    write_entry(incident, "Notice sent.", text, at=at, by=by, kind=TimelineEntry.Kind.NOTICE)
    if row.clock_id is not None:
        clock = BreachClock.objects.get(pk=row.clock_id)
        if not clock.outcome:
            close_by_notice(
                incident, clock, by=by, now=now, at=at, reference=row.reference, late_reason=late_reason
            )


def _letters(incident: Incident, row: Notice, now: datetime) -> list[Letter]:
    """The client's people and its own channels; for a drill whoever sends it, of the practice."""
    kwargs = {"client_slug": incident.client.slug, "number": incident.number, "pk": row.pk}
    drill = "Drill: " if incident.drill else ""
    common: dict[str, Any] = {
        "kind": KIND,
        "subject": f"{drill}{row.title}"[:240],
        "lines": (f"{incident.client.name}, {incident.get_severity_display()}", "A notice is ready to read."),
        "url": reverse("notice_show", kwargs=kwargs),
        "client": incident.client,
        "urgent": True,
        "may_opt_out": False,
        "internal": incident.drill,
        "action_label": "Read the notice",
    }
    key = f"incident-notice:{row.pk}"
    if incident.drill:
        return [Letter(key=f"{key}:person:{row.approved_by_id}", person=row.approved_by, **common)]
    people = [each.user for each in client_people_of(incident.client, now)]
    channels = [each for each in channels_of(incident.client) if each.client_id and not each.internal]
    return [
        *(Letter(key=f"{key}:person:{each.pk}", person=each, **common) for each in people),
        *(Letter(key=f"{key}:channel:{each.pk}", channel=each, **common) for each in channels),
    ]
