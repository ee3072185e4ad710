"""Makes the demonstration's practice, its people and the people of its clients, with their terms."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from clients.trust.demonstration.spec import PRACTICE_ID, Calendar, Entry, client_slugs, read
from portal.accounts import people_actions
from portal.accounts.actions import add_person
from portal.accounts.models import User
from portal.audit.actions import action
from portal.tenancy import followers
from portal.tenancy.actions import add_client
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import Role

FACTS = ("name", "legal_name", "sector", "headcount", "region", "handles_personal_data", "since_on")


@dataclass
class House:
    """What has been made so far: the practice, people by the key of the data files, clients by slug."""

    practice: Practice
    calendar: Calendar
    people: dict[str, User] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)

    @property
    def owner(self) -> User:
        return self.people["priya"]

    def person(self, key: str | None) -> User | None:
        return self.people[key] if key else None


def make_practice(calendar: Calendar) -> House:
    """Make the practice and its own people. Those who have left are still there until `end_terms`."""
    entry = read("practice")
    house = House(_add_practice(entry), calendar)
    for each in entry["people"]:
        user = add_person(email=each["email"], name=each["name"])
        house.people[each["key"]] = user
        with action("member.add", by=house.owner):
            Member.objects.create(
                practice=house.practice,
                user=user,
                role=each["role"],
                from_at=calendar.at(each["from"]),
                until_at=_end(calendar, each),
            )
    for each in entry["invitations"]:
        people_actions.invite(
            by=house.owner, practice=house.practice, email=each["email"], role=Role(each["role"])
        )
    return house


def _add_practice(entry: Entry) -> Practice:
    names = ("name", "slug", "legal_name", "contact_email", "time_zone")
    with action("practice.add", by=None):
        return Practice.objects.create(pk=PRACTICE_ID, **{name: entry[name] for name in names})


def make_client(house: House, slug: str) -> Client:
    """Make a client with the people who work for it and its own people."""
    entry, calendar = read(slug), house.calendar
    facts = calendar.values({name: entry[name] for name in FACTS if name in entry})
    client = add_client(by=house.owner, practice=house.practice, facts={**facts, "slug": slug})
    house.clients[slug] = client
    since = (client.since_on or calendar.today) - calendar.today
    for key, role in entry["team"].items():
        terms = {"role": role, "from": max(since.days, _start(key))}
        _assign(house, client, house.people[key], terms)
    for each in entry["people"]:
        house.people[each["key"]] = add_person(email=each["email"], name=each["name"])
        _assign(house, client, house.people[each["key"]], each)
    for each in entry.get("invitations", ()):
        people_actions.invite(
            by=house.owner,
            practice=house.practice,
            client=client,
            email=each["email"],
            role=Role(each["role"]),
        )
    return client


def _start(key: str) -> int:
    start: int = next(each["from"] for each in read("practice")["people"] if each["key"] == key)
    return start


def _assign(house: House, client: Client, user: User, terms: Entry) -> None:
    with action("assignment.add", by=house.owner, client=client):
        Assignment.objects.create(
            practice=house.practice,
            client=client,
            user=user,
            role=terms["role"],
            from_at=house.calendar.at(terms["from"]),
            until_at=_end(house.calendar, terms),
        )


def _end(calendar: Calendar, terms: Entry) -> datetime | None:
    """Give the end of a term that is still to come; what has ended is ended when all else is made."""
    until = terms.get("until")
    return calendar.at(until) if until is not None and until > 0 else None


def end_terms(house: House) -> None:
    """End the terms of those who have left, of the practice and of its clients."""
    for each in _left(read("practice")["people"]):
        user, until_at = house.people[each["key"]], house.calendar.at(each["until"])
        with action("member.end", by=house.owner, why="Left the practice"):
            Member.objects.filter(user=user).update(until_at=until_at)
        with action("assignment.end", by=house.owner, why="Left the practice"):
            Assignment.objects.filter(user=user).update(until_at=until_at)
            followers.access_ended(user, None, now=until_at, by=house.owner)
    for slug in client_slugs():
        for each in _left(read(slug)["people"]):
            client = house.clients[slug]
            with action("assignment.end", by=house.owner, client=client, why=f"Left {client.name}"):
                user, until_at = house.people[each["key"]], house.calendar.at(each["until"])
                Assignment.objects.filter(client=client, user=user).update(until_at=until_at)
                followers.access_ended(user, [client], now=until_at, by=house.owner)


def _left(people: Iterable[Entry]) -> list[Entry]:
    return [each for each in people if each.get("until") is not None and each["until"] <= 0]
