"""Whoever answers for an incident hears at once of one that nobody of them opened: an alert or a command did."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from incidents.response.models import Incident
from incidents.response.obligations import RESPONSE, SUBJECT, duty_of
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.outbox.actions import channels_of, post
from portal.outbox.letters import LONGEST_LINE, LONGEST_SUBJECT, Letter
from portal.tenancy.models import Member

if TYPE_CHECKING:
    from portal.outbox.models import Channel

#: The kind of this message; nobody does without it.
OPENED = "incident.opened"


def tell_of(incident: Incident, words: str, *, by: User | None, now: datetime) -> None:
    """Post the message, inside the change that causes it: to the lead that somebody else named, and where no person
    opened it to whoever answers, the backup, and the practice's channels. Without anybody, the practice's owners.
    """
    people = _people(incident, by, now)
    channels = [] if by else [each for each in channels_of(incident.client) if _is_ours(each)]
    key = f"incident-opened:{incident.pk}:{incident.version}"
    letters = [_letter(incident, words, f"{key}:person:{each.pk}", now, person=each) for each in people]
    letters += [_letter(incident, words, f"{key}:channel:{each.pk}", now, channel=each) for each in channels]
    post(letters, now=now, practice_id=incident.practice_id)


def _people(incident: Incident, by: User | None, now: datetime) -> list[User]:
    if by is not None:
        return [incident.lead] if incident.lead and incident.lead != by else []
    duty = duty_of(incident, now)
    named = [each for each in (duty.owner, duty.backup) if each]
    if named:
        return named
    owners = Member.objects.filter(role="owner").active(now).values("user_id")
    return list(User.objects.filter(pk__in=owners, is_active=True).order_by("name"))


def _is_ours(channel: Channel) -> bool:
    """Whether people of the practice read it."""
    return channel.client_id is None or channel.internal


def _letter(
    incident: Incident,
    words: str,
    key: str,
    now: datetime,
    *,
    person: User | None = None,
    channel: Channel | None = None,
) -> Letter:
    about = {"kind": RESPONSE, "subject_type": SUBJECT, "subject_id": str(incident.pk)}
    response = Deadline.objects.for_client(incident.client).open().filter(**about).first()
    drill = "Drill: " if incident.drill else ""
    return Letter(
        key=key,
        kind=OPENED,
        subject=f"{drill}{incident.reference}, {incident.severity}: {incident.title}"[:LONGEST_SUBJECT],
        lines=(f"{incident.client.name}, {incident.get_severity_display()}", words[:LONGEST_LINE]),
        url=incident.get_absolute_url(),
        client=incident.client,
        person=person,
        channel=channel,
        due_at=response.due_at if response else None,
        late=bool(response and response.due_at < now),
        urgent=True,
        may_opt_out=False,
        internal=True,
        action_label="Open the incident",
    )
