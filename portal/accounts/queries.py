"""Who works where, for the pages about people; in the scope of the request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from portal.accounts.models import Invitation, User
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import CLIENT_ROLES, Access, Role

CLIENT_VALUES = [role.value for role in CLIENT_ROLES]


@dataclass(frozen=True)
class Person:
    """One line of a page about people."""

    term: Member | Assignment
    is_current: bool
    clients: tuple[str, ...] = ()

    @property
    def user(self) -> User:
        found: User = self.term.user
        return found

    @property
    def role(self) -> str:
        return Role(self.term.role).label


def members(now: datetime) -> list[Person]:
    """List the practice's people, those with access first, with the clients they are assigned to. Three queries."""
    working: dict[object, list[str]] = {}
    assigned = Assignment.objects.exclude(role__in=CLIENT_VALUES).active(now).select_related("client")
    for assignment in assigned.order_by("client__name"):
        working.setdefault(assignment.user_id, []).append(assignment.client.name)
    rows = Member.objects.select_related("user").order_by("user__name")
    people = [
        Person(member, is_active(member, now), tuple(working.get(member.user_id, ()))) for member in rows
    ]
    return sorted(people, key=lambda person: not person.is_current)


def assignments(client: Client, now: datetime) -> tuple[list[Person], list[Person]]:
    """List who works for a client: the practice's people, and the client's own; those with access first."""
    rows = Assignment.objects.filter(client=client).select_related("user").order_by("user__name")
    people = sorted(
        (Person(each, is_active(each, now)) for each in rows), key=lambda person: not person.is_current
    )
    theirs = [person for person in people if Role(person.term.role) in CLIENT_ROLES]
    ours = [person for person in people if Role(person.term.role) not in CLIENT_ROLES]
    return ours, theirs


def is_active(term: Member | Assignment, now: datetime) -> bool:
    """Tell whether a role holds at `now`."""
    started: bool = term.from_at <= now
    return started and (term.until_at is None or term.until_at > now)


def open_invitations(client: Client | None) -> QuerySet[Invitation]:
    """List the invitations that were neither accepted nor revoked: the practice's own, or one client's."""
    rows: QuerySet[Invitation] = Invitation.objects.open().filter(client=client)
    return rows.select_related("invited_by")


def assignable(client: Client, now: datetime) -> QuerySet[User]:
    """List the practice's people who are not assigned to the client."""
    busy = Assignment.objects.filter(client=client).active(now).values("user_id")
    staff = Member.objects.active(now).values("user_id")
    return User.objects.filter(pk__in=staff, is_active=True).exclude(pk__in=busy)


def roles_to_give(access: Access, term: Member | Assignment) -> list[Role]:
    """List the roles that this person may give in place of the present one."""
    if isinstance(term, Member):
        return list(Member.ROLES)
    if Role(term.role) in CLIENT_ROLES:
        return [role for role in Role if role in CLIENT_ROLES]
    return [Role.LEAD, Role.CONSULTANT, Role.AUDITOR] if access.is_of_practice else []
