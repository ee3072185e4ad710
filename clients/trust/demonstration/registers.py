"""Fills a client's registers by the registers' own actions, and then lets things happen to some entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from clients.registers.actions import add_record, edit_record, reassign, retire_record, revoke, rotate
from clients.registers.models import Credential, Record
from clients.registers.queries import MODELS, Roster, roster
from clients.trust.demonstration.people import House
from clients.trust.demonstration.spec import REGISTERS, Entry, read, rows_of
from portal.accounts.models import User
from portal.tenancy.models import Client

PEOPLE = ("owner", "backup_owner", "approved_by")
LINKS = {"workflow": "workflows", "integration": "integrations"}


def fill_registers(house: House, client: Client) -> int:
    """Add every entry of the client's file; give how many there are."""
    people = roster(client, timezone.now())
    made: dict[tuple[str, str], Record] = {}
    for register in REGISTERS:
        for entry in rows_of(client.slug, register):
            record = _add(house, client, register, entry, made, people)
            made[register, record.name] = record
    return len(made)


def _add(
    house: House,
    client: Client,
    register: str,
    entry: Entry,
    made: dict[tuple[str, str], Record],
    people: Roster,
) -> Record:
    values = house.calendar.values(entry)
    for name in PEOPLE:
        if name in values:
            values[name] = house.person(values[name])
    for name, target in LINKS.items():
        if name in values:
            values[name] = made[target, values[name]]
    return add_record(
        register, client, values, by=values.get("owner") or lead_of(house, client), people=people
    )


def lead_of(house: House, client: Client) -> User:
    """Give the person who leads the work for a client."""
    team = read(client.slug)["team"]
    return house.people[next(key for key, role in team.items() if role == "lead")]


def let_things_happen(house: House, client: Client) -> None:
    """Do what the file says has happened since: rotations, handovers, an integration that was retired."""
    for event in read(client.slug).get("events", ()):
        register = event.get("register", "credentials")
        record = (
            MODELS[register]
            .objects.for_client(client)
            .live()
            .select_related("client")
            .get(name=event["record"])
        )
        _VERBS[event["do"]](house, record, event, house.people[event["by"]])


def _rotate(house: House, record: Record, event: Entry, by: User) -> None:
    assert isinstance(record, Credential)
    dates = house.calendar.values({name: event[name] for name in ("rotated_on", "renewal_on")})
    more = {"fingerprint": event.get("fingerprint", ""), "why": event["why"]}
    rotate(record, by=by, today=house.calendar.today, **dates, **more)


def _reassign(house: House, record: Record, event: Entry, by: User) -> None:
    reassign(record, by=by, owner=house.person(event["owner"]), why=event["why"])


def _revoke(house: House, record: Record, event: Entry, by: User) -> None:
    assert isinstance(record, Credential)
    revoke(record, by=by, why=event["why"])


def _retire(house: House, record: Record, event: Entry, by: User) -> None:
    retire_record(record, by=by, why=event["why"])


def _edit(house: House, record: Record, event: Entry, by: User) -> None:
    edit_record(record, house.calendar.values(event["values"]), by=by, why=event["why"])


_VERBS: dict[str, Callable[[House, Any, Entry, User], None]] = {
    "rotate": _rotate,
    "reassign": _reassign,
    "revoke": _revoke,
    "retire": _retire,
    "edit": _edit,
}
