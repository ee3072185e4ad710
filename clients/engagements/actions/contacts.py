"""Every change of the escalation path: add, change, verify, retire. The deadlines follow in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from clients.engagements.actions.checked import Invalid, apply, check
from clients.engagements.models import Contact
from clients.engagements.obligations import VERIFICATION, keep_contacts
from clients.engagements.queries import today_of, users_of_side
from clients.engagements.rules import escalation
from portal.audit.actions import action
from portal.lib.dates import format_table
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

DETAILS = frozenset({"name", "role", "email", "phone", "channel", "user"})
#: A check says that these reach the person; other ones need a new check.
REACH = frozenset({"name", "email", "phone"})
UNREACHABLE = "Enter an e-mail address, a telephone number or both"


def add_contact(
    client: Client,
    side: str,
    values: Mapping[str, Any],
    *,
    by: User,
    now: datetime,
    position: int | None = None,
    verified_on: date | None = None,
    details_on: date | None = None,
) -> Contact:
    """Put somebody on the path of a side, at `position` (the last by default); those behind move down.

    verified_on: the day on which they were reached, where somebody has checked. details_on: since when the details
    stand, today by default. Raises Invalid for values that cannot be kept, Refused when the side is full.
    """
    with _changing(client, "contact.add", by):
        others = _on_side(client, side)
        if len(others) >= escalation.MOST:
            raise Refused(f"A path has {escalation.MOST} contacts at most. Retire one of them first.")
        contact = Contact(
            practice_id=client.practice_id,
            client=client,
            side=Contact.Side(side),
            position=len(others) + 1,
            details_on=details_on or today_of(client, now),
        )
        apply(contact, values, DETAILS)
        _check(contact, client, now)
        if verified_on is not None:
            _verify(contact, by, verified_on, today_of(client, now))
        contact.save(force_insert=True)
        _place(contact, others, position or contact.position)
        keep_contacts(client, [*others, contact], by=by, now=now)
    return contact


def edit_contact(
    contact: Contact, values: Mapping[str, Any], *, by: User, now: datetime, position: int | None = None
) -> Contact:
    """Change the values that differ. Another name, address or number needs a new check; without a difference nothing.

    Raises Invalid for values that cannot be kept, Refused for a retired contact.
    """
    client = contact.client
    with _changing(client, "contact.edit", by):
        row = _locked(contact)
        changed = apply(row, values, DETAILS)
        _check(row, client, now, kept=contact.user)
        if REACH & set(changed):
            row.verified_on, row.verified_by, row.details_on = None, None, today_of(client, now)
            changed += ["verified_on", "verified_by", "details_on"]
        if changed:
            row.save(update_fields=[*changed, "updated_at"])
        others = [each for each in _on_side(client, row.side) if each.pk != row.pk]
        _place(row, others, position or row.position)
        keep_contacts(client, [*others, row], by=by, now=now)
    return row


def verify_contact(contact: Contact, *, by: User, now: datetime, verified_on: date | None = None) -> Contact:
    """Record that they were reached with these details, today by default. Meets the deadline and opens the next."""
    client = contact.client
    today = today_of(client, now)
    with _changing(client, "contact.verify", by):
        row = _locked(contact)
        day = verified_on or today
        _verify(row, by, day, today)
        row.save(update_fields=["verified_on", "verified_by", "updated_at"])
        done = {VERIFICATION: f"Verified on {format_table(day)}"}
        keep_contacts(client, [row], by=by, now=now, met=done)
    return row


def retire_contact(contact: Contact, *, by: User, now: datetime, why: str) -> Contact:
    """Take somebody off the path, with the reason; those behind move up."""
    if not why.strip():
        raise Refused("Enter the reason.")
    client = contact.client
    with _changing(client, "contact.retire", by, why):
        row = _locked(contact)
        row.retired_at, row.retired_by, row.retired_reason = now, by, why.strip()
        row.save(update_fields=["retired_at", "retired_by", "retired_reason", "updated_at"])
        others = _on_side(client, row.side)
        _number(others)
        keep_contacts(client, [*others, row], by=by, now=now, why="the contact was retired")
    return row


@contextmanager
def _changing(client: Client, verb: str, by: User, why: str = "") -> Iterator[None]:
    """One change of a client's path at a time: places are numbered anew."""
    with action(verb, by=by, why=why, client=client):
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        yield


def _on_side(client: Client, side: str) -> list[Contact]:
    return list(Contact.objects.for_client(client).live().filter(side=side).in_order())


def _locked(contact: Contact) -> Contact:
    row: Contact = Contact.objects.select_for_update().get(pk=contact.pk)
    if not row.is_live:
        raise Refused("This contact was retired already.")
    return row


def _check(row: Contact, client: Client, now: datetime, kept: User | None = None) -> None:
    faults = {}
    if not (row.email or row.phone):
        faults["email"] = UNREACHABLE
    if row.user is not None and row.user != kept and row.user not in users_of_side(client, row.side, now):
        faults["user"] = "Choose somebody who works on this side"
    check(row, faults)


def _verify(row: Contact, by: User, verified_on: date, today: date) -> None:
    if verified_on > today:
        raise Invalid({"verified_on": [f"The day cannot be after today, {format_table(today)}"]})
    row.verified_on, row.verified_by = verified_on, by


def _place(row: Contact, others: list[Contact], position: int) -> None:
    """Put it where it was wished, and number all of them anew. `others` are in their order."""
    at = min(max(position, 1), len(others) + 1) - 1
    _number([*others[:at], row, *others[at:]])


def _number(path: list[Contact]) -> None:
    for position, each in enumerate(path, start=1):
        if each.position != position:
            each.position = position
            each.save(update_fields=["position", "updated_at"])
