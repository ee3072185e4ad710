"""Who works for which client at an instant, and who is away: read once for many deadlines. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model

from portal.deadlines.models import Absence
from portal.deadlines.rules.recipients import Away, People
from portal.tenancy.models import Assignment, Member
from portal.tenancy.permissions import CLIENT_ROLES, RIGHTS, Permission, Role

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.deadlines.models import Deadline

A_DAY = timedelta(days=1)
NAMED = ("id", "name", "email", "is_active", "time_zone")


@dataclass(frozen=True)
class Roster:
    """The people of a practice and of some of its clients at `now`.

    members: the practice's own people with their roles. roles: for each client who is assigned to it. Both hold the
    longest in charge first. absences: those that hold now where the person lives. people: everybody named in any of
    them, and whom the reader asked for besides, also those who have left.
    """

    now: datetime
    members: Mapping[UUID, Role]
    roles: Mapping[UUID, Mapping[UUID, Role]]
    absences: Mapping[UUID, Iterable[Absence]]
    people: Mapping[UUID, User]
    _active: dict[tuple[UUID, bool], frozenset[UUID]] = field(default_factory=dict)
    _away: dict[date, dict[UUID, tuple[Away, ...]]] = field(default_factory=dict)

    @cached_property
    def practice_owners(self) -> tuple[UUID, ...]:
        """The owners of the practice."""
        return tuple(person for person, role in self.members.items() if role == Role.OWNER)

    def leads(self, client_id: UUID) -> tuple[UUID, ...]:
        """The people who lead the work for a client."""
        roles = self.roles.get(client_id, {})
        return tuple(person for person, role in roles.items() if role == Role.LEAD and person in self.members)

    def client_people(self, client_id: UUID) -> tuple[UUID, ...]:
        """The client's own people who decide for it."""
        roles = self.roles.get(client_id, {})
        return tuple(
            person
            for person, role in roles.items()
            if role in CLIENT_ROLES and Permission.APPROVE in RIGHTS[role]
        )

    def works_for(self, person: UUID, client_id: UUID) -> bool:
        """Whether the person has a place at the client now, or owns the practice."""
        return self.may_own(person, client_id, internal=False)

    def may_own(self, person: UUID, client_id: UUID, *, internal: bool) -> bool:
        """Whether the person may deal with a deadline of the client: what is internal is for the practice's people."""
        return person in self.practice_owners or person in self.active(client_id, internal=internal)

    def active(self, client_id: UUID, *, internal: bool) -> frozenset[UUID]:
        """Everybody assigned to the client who may deal with its deadlines, or with its internal ones."""
        key = client_id, internal
        if key not in self._active:
            self._active[key] = frozenset(
                person
                for person, role in self.roles.get(client_id, {}).items()
                if (not internal if role in CLIENT_ROLES else person in self.members)
            )
        return self._active[key]

    def around(self, deadline: Deadline, day: date) -> People:
        """Everybody around one deadline, as the rules on recipients take them; `day` is today at the client."""
        client, internal = deadline.client_id, deadline.internal
        return People(
            owner=deadline.owner_id,
            backup=deadline.backup_owner_id,
            leads=self.leads(client),
            practice_owners=self.practice_owners,
            active=self.active(client, internal=internal),
            client_people=() if internal else self.client_people(client),
            away=self._away_on(day),
        )

    def successor(self, deadline: Deadline) -> UUID | None:
        """Who takes a deadline whose owner has gone: its backup owner, then the lead, then an owner of the practice."""
        client = deadline.client_id
        for heir in (deadline.backup_owner_id, *self.leads(client), *self.practice_owners):
            if heir and heir != deadline.owner_id and self.may_own(heir, client, internal=deadline.internal):
                return heir
        return None

    def _away_on(self, day: date) -> dict[UUID, tuple[Away, ...]]:
        """The absences; where it is another day at the client than where the person lives, they hold there as well."""
        if day not in self._away:
            self._away[day] = {
                person: tuple(
                    Away(min(each.from_on, day), max(each.until_on, day), each.stand_in_id)
                    for each in absences
                )
                for person, absences in self.absences.items()
            }
        return self._away[day]


def roster(client_ids: Iterable[UUID], now: datetime, *, also: Iterable[UUID | None] = ()) -> Roster:
    """Read the roster of the scope's practice for these clients. Four queries, whatever the number.

    also: people whose names are wanted though they may have left.
    """
    terms = Member.objects.active(now).order_by("from_at", "id")
    members = {user: Role(role) for user, role in terms.values_list("user_id", "role")}
    roles: dict[UUID, dict[UUID, Role]] = {}
    assigned = Assignment.objects.filter(client__in=set(client_ids)).active(now).order_by("from_at", "id")
    for client, user, role in assigned.values_list("client_id", "user_id", "role"):
        roles.setdefault(client, {})[user] = Role(role)
    around = list(Absence.objects.filter(from_on__lte=now.date() + A_DAY, until_on__gte=now.date() - A_DAY))
    wanted = {*members, *(user for each in roles.values() for user in each), *filter(None, also)}
    wanted |= {absence.user_id for absence in around}
    users = get_user_model()._default_manager.only(*NAMED).in_bulk(wanted)
    for person in [pk for pk, user in users.items() if not user.is_active]:
        members.pop(person, None)
        for each in roles.values():
            each.pop(person, None)
    return Roster(now, members, roles, _holding(around, users, now), users)


def _holding(
    around: Iterable[Absence], users: Mapping[UUID, User], now: datetime
) -> dict[UUID, list[Absence]]:
    found: dict[UUID, list[Absence]] = {}
    for absence in around:
        day = now.astimezone(ZoneInfo(users[absence.user_id].time_zone)).date()
        if absence.from_on <= day <= absence.until_on:
            found.setdefault(absence.user_id, []).append(absence)
    return found
