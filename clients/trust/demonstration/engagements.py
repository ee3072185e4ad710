"""Writes down what was agreed with the demonstration's clients, whom to ask, and the reviews of access."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from clients.engagements.actions.access_reviews import carry_out, decide, finish_review, start_review
from clients.engagements.actions.contacts import add_contact, verify_contact
from clients.engagements.actions.support import agree_support
from clients.engagements.models import AccessReview
from clients.engagements.rules.escalation import SIDES
from clients.engagements.support_tiers import tiers
from clients.trust.demonstration.people import House
from clients.trust.demonstration.registers import lead_of
from clients.trust.demonstration.spec import Entry, read
from portal.accounts.models import User
from portal.audit.actions import action
from portal.tenancy.models import Assignment, Client


def write_down(house: House, client: Client) -> int:
    """Write down everything of one client; give how many contacts it has."""
    entry = read("engagements")[client.slug]
    if "support" in entry:
        _agree(house, client, entry["support"])
    contacts = [(side, each) for side in SIDES for each in entry["contacts"].get(side, ())]
    for side, each in contacts:
        _add(house, client, side, each)
    for each in entry["reviews"]:
        _review(house, client, each)
    return len(contacts)


def _agree(house: House, client: Client, entry: Entry) -> None:
    values = house.calendar.values(entry)
    agree_support(client, {**tiers()[entry["tier"]].proposes, **values}, by=lead_of(house, client))


def _add(house: House, client: Client, side: str, entry: Entry) -> None:
    """Add a contact on the first day on which they were checked, and check them again on the others."""
    by, user = lead_of(house, client), house.person(entry.get("person"))
    checks = [house.calendar.at(each) for each in entry.get("verified", ())]
    at = checks[0] if checks else house.calendar.at(entry["added"])
    details = {
        "name": user.name if user else entry["name"],
        "role": entry["role"],
        "email": user.email if user else entry.get("email", ""),
        "phone": entry.get("phone", ""),
        "channel": entry.get("channel", ""),
        "user": user,
    }
    day = at.date()
    contact = add_contact(client, side, details, by=by, now=at, verified_on=day if checks else None)
    for each in checks[1:]:
        contact = verify_contact(contact, by=by, now=each)


def _review(house: House, client: Client, entry: Entry) -> None:
    """Review access as of a day that has passed: everybody is kept but those whom the file names."""
    at, by = house.calendar.at(entry["at"]), house.people[entry["by"]]
    review = start_review(client, by=by, now=at)
    if entry.get("under_way"):
        return
    _decide(house, review, entry, by, at)
    finish_review(review, by=by, now=at)
    for key, day in entry.get("ended", {}).items():
        _end(house, review, house.people[key], by, house.calendar.at(day))


def _end(house: House, review: AccessReview, user: User, by: User, at: datetime) -> None:
    """Let somebody's access have ended on that day, and record that the decision was carried out."""
    with action("assignment.end", by=by, client=review.client, why="Removed by the access review"):
        Assignment.objects.filter(client=review.client, user=user).update(until_at=at)
    carry_out(review.items.select_related("client", "user").get(user=user), by=by, now=at)


def _decide(house: House, review: AccessReview, entry: Entry, by: User, at: datetime) -> None:
    others: Mapping[object, tuple[str, str]] = {
        house.people[key].pk: (decision, note)
        for decision in ("change", "remove")
        for key, note in entry.get(decision, {}).items()
    }
    decisions = {pk: others.get(user, ("keep", "")) for pk, user in review.items.values_list("pk", "user_id")}
    decide(review, decisions, by=by, now=at)
