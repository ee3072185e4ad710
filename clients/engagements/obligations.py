"""What contacts and access reviews oblige to, as the deadlines take it, and the deadlines kept at that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

from clients.engagements.models import Contact
from clients.engagements.queries import answering_of, last_finished_on, review_due_on, today_of
from clients.engagements.rules import escalation
from portal.deadlines.actions import Kept, keep
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.deadlines.rules.calendars import add_business_days
from portal.tenancy.models import Client
from portal.tenancy.people import lead_by_client

if TYPE_CHECKING:
    from portal.accounts.models import User

VERIFICATION = "contact.verification"
REVIEW = "access.review"
SIDES = {escalation.CLIENT: "the client", escalation.PRACTICE: "the practice"}


@dataclass(frozen=True)
class Answering:
    """Who answers for the obligations of a client: the lead of the work, and somebody of the client."""

    lead: User | None
    theirs: User | None


def answering(client: Client, now: datetime) -> Answering:
    """Read who answers. Two queries."""
    return Answering(lead_by_client([client.pk], now).get(client.pk), answering_of(client, now))


def contact_subject(contact: Contact) -> Subject:
    """Say what a verification is about: the place on the path, never the person's name."""
    place = f"{contact.position_words} contact of {SIDES[contact.side]}"
    return Subject(Contact._meta.label_lower, str(contact.pk), place)


def review_subject(client: Client) -> Subject:
    """A client's access reviews follow one another: they are about the client."""
    return Subject(Client._meta.label_lower, str(client.pk), client.name)


def of_contact(contact: Contact, client: Client, people: Answering) -> Obligation:
    """A contact is verified 180 days after the last time; new details within 5 business days.

    The client's own are for its admin or approver where it has one, and marked for the client's people.
    """
    subject = contact_subject(contact)
    until = escalation.verified_until(contact.verified_on)
    if until is not None:
        due = Due(on=until, duration=f"P{escalation.VERIFIED_FOR.days}D")
    else:
        code, days = client.holiday_calendar, escalation.FIRST_CHECK_DAYS
        due = Due(
            on=add_business_days(contact.details_on, days, code),
            calendar=f"business:{code}",
            duration=f"P{days}D",
        )
    theirs = people.theirs if contact.is_of_client else None
    return Obligation(
        kind=VERIFICATION,
        subject=subject,
        title=f"Verify the {subject.text[:1].lower()}{subject.text[1:]}",
        due=due,
        started_at=_start_of(contact.verified_on or contact.details_on, client),
        owner=theirs or people.lead,
        backup_owner=people.lead if theirs else None,
        source="Escalation path",
        internal=not contact.is_of_client,
    )


def of_review(client: Client, people: Answering) -> Obligation:
    """Who has access is reviewed every 90 days. Two queries."""
    last_on = last_finished_on(client)
    return Obligation(
        kind=REVIEW,
        subject=review_subject(client),
        title="Review who has access",
        due=Due(on=review_due_on(client), duration="P90D"),
        started_at=_start_of(last_on or today_of(client, client.created_at), client),
        owner=people.lead,
        source="Access reviews",
    )


def _start_of(day: object, client: Client) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(client.time_zone))  # type: ignore[arg-type]


def owed_for_contacts(client: Client) -> list[Obligation]:
    """Everything that a client's contacts oblige to now, for the nightly comparison. Three queries."""
    if client.status == Client.Status.ENDED:
        return []
    people = answering(client, timezone.now())
    return [of_contact(each, client, people) for each in Contact.objects.for_client(client).live()]


def owed_for_review(client: Client) -> list[Obligation]:
    """The review that a client owes now, for the nightly comparison. Four queries."""
    if client.status == Client.Status.ENDED:
        return []
    return [of_review(client, answering(client, timezone.now()))]


def keep_contacts(
    client: Client,
    contacts: Sequence[Contact],
    *,
    by: User | None,
    now: datetime,
    met: Mapping[str, str] | None = None,
    why: str = "it is no longer owed",
) -> Kept:
    """Bring the deadlines of these contacts to what they oblige to; retired ones oblige to nothing."""
    people = answering(client, now)
    owed: Iterable[Obligation] = ()
    if client.status != Client.Status.ENDED:
        owed = [of_contact(each, client, people) for each in contacts if each.is_live]
    subjects = [contact_subject(each) for each in contacts]
    return keep(client, owed, subjects=subjects, kinds=[VERIFICATION], by=by, now=now, met=met, why=why)


def keep_review(
    client: Client, *, by: User | None, now: datetime, met: Mapping[str, str] | None = None
) -> Kept:
    """Bring the deadline of the next access review to what the finished ones say."""
    owed = owed_for_review(client) if client.status != Client.Status.ENDED else []
    subjects = [review_subject(client)]
    return keep(client, owed, subjects=subjects, kinds=[REVIEW], by=by, now=now, met=met)
