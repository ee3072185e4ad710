"""Who hears of a step: the people behind its parts, and who stands in for those who are missing, away or gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from portal.lib.dates import format_table

_TITLES = {"owner": "owner", "backup": "backup owner", "lead": "lead"}


@dataclass(frozen=True, slots=True)
class Away:
    """An absence, both days included; `stand_in` takes what has no backup owner."""

    from_on: date
    until_on: date
    stand_in: UUID | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Everybody around one deadline.

    leads: of the client, the longest in charge first. client_people: the client's own who may deal with it. active:
    who may work for the client now; an owner outside it has left. Owners of the practice always may.
    """

    owner: UUID | None
    backup: UUID | None
    leads: tuple[UUID, ...]
    practice_owners: tuple[UUID, ...]
    active: frozenset[UUID]
    client_people: tuple[UUID, ...] = ()
    away: Mapping[UUID, tuple[Away, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person who hears of it: as which part, and why it is they where they stand in for somebody."""

    person_id: UUID
    part: str
    why: str = ""


def resolve(part_names: Iterable[str], people: People, day: date) -> list[Recipient]:
    """Find the people of these parts on `day`, each person once, under the first part that leads to them.

    An owner who is missing, away or gone is stood in for by the backup owner, then by whom the absence names, then by
    the lead, then by the owners of the practice. Nobody at all reachable: the owners of the practice, even if away.
    """
    found: dict[UUID, Recipient] = {}
    for part in part_names:
        for recipient in _of_part(part, people, day):
            found.setdefault(recipient.person_id, recipient)
    if not found:
        for recipient in _in_charge(people, day, "nobody else can be reached"):
            found.setdefault(recipient.person_id, recipient)
    return list(found.values())


def _of_part(part: str, people: People, day: date) -> list[Recipient]:
    if part == "owner":
        return _owner(people, day)
    if part == "backup":
        return _backup(people, day)
    if part == "lead":
        return _leads(people, day)
    if part == "client":
        return _client(people, day)
    return _practice_owners(people, day, "")


def _owner(people: People, day: date) -> list[Recipient]:
    trouble = _trouble(people.owner, people, day, "owner")
    if people.owner is not None and not trouble:
        return [Recipient(people.owner, "owner")]
    for person in (people.backup, _stand_in(people.owner, people, day)):
        if person is not None and not _trouble(person, people, day, "backup"):
            return [Recipient(person, "backup", trouble)]
    return _in_charge(people, day, trouble)


def _backup(people: People, day: date) -> list[Recipient]:
    """A backup owner is optional: nobody takes the place of one who was never named."""
    if people.backup is None:
        return []
    trouble = _trouble(people.backup, people, day, "backup")
    if not trouble:
        return [Recipient(people.backup, "backup")]
    stand_in = _stand_in(people.backup, people, day)
    if stand_in is not None and not _trouble(stand_in, people, day, "backup"):
        return [Recipient(stand_in, "backup", trouble)]
    return []


def _leads(people: People, day: date) -> list[Recipient]:
    here = [Recipient(lead, "lead") for lead in people.leads if not _trouble(lead, people, day, "lead")]
    if here:
        return here
    first = people.leads[0] if people.leads else None
    trouble = _trouble(first, people, day, "lead")
    stand_in = _stand_in(first, people, day)
    if stand_in is not None and not _trouble(stand_in, people, day, "lead"):
        return [Recipient(stand_in, "lead", trouble)]
    return _practice_owners(people, day, trouble)


def _client(people: People, day: date) -> list[Recipient]:
    here = [person for person in people.client_people if _absence(person, people, day) is None]
    everybody = here or people.client_people
    if everybody:
        return [Recipient(person, "client") for person in everybody]
    return _in_charge(people, day, "the client has nobody here who can do it")


def _in_charge(people: People, day: date, why: str) -> list[Recipient]:
    """Give the first lead who is here, or the owners of the practice."""
    for lead in people.leads:
        if not _trouble(lead, people, day, "lead"):
            return [Recipient(lead, "lead", why)]
    return _practice_owners(people, day, why)


def _practice_owners(people: People, day: date, why: str) -> list[Recipient]:
    here = [person for person in people.practice_owners if _absence(person, people, day) is None]
    return [Recipient(person, "practice_owner", why) for person in here or people.practice_owners]


def _trouble(person: UUID | None, people: People, day: date, part: str) -> str:
    """Say why this person cannot take it, "" when they can."""
    if person is None:
        return f"there is no {_TITLES[part]}"
    if person not in people.active and person not in people.practice_owners:
        return f"the {_TITLES[part]} no longer works for the client"
    absence = _absence(person, people, day)
    if absence is not None:
        return f"the {_TITLES[part]} is away until {format_table(absence.until_on)}"
    return ""


def _stand_in(person: UUID | None, people: People, day: date) -> UUID | None:
    absence = _absence(person, people, day) if person is not None else None
    return absence.stand_in if absence is not None else None


def _absence(person: UUID, people: People, day: date) -> Away | None:
    """Give the absence that holds on `day`; of several, the one that ends last."""
    holding = [away for away in people.away.get(person, ()) if away.from_on <= day <= away.until_on]
    return max(holding, key=lambda away: away.until_on, default=None)
