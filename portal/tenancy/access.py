"""Who a signed-in person is in which practice: the reads behind `request.access` and the scope of a request."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from portal.tenancy.models import Assignment, Member, Practice
from portal.tenancy.permissions import CLIENT_ROLES, Access, Role
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter

if TYPE_CHECKING:
    from portal.accounts.models import User


def practices_of(user: User, now: datetime) -> list[Practice]:
    """List the practices in which the person has a role now, by name. Three queries and one a practice."""
    with enter(Scope(person=user.pk), switch=True):
        ids = set(Member.objects.filter(user=user).active(now).values_list("practice_id", flat=True))
        ids |= set(Assignment.objects.filter(user=user).active(now).values_list("practice_id", flat=True))
    found = []
    for practice_id in ids:
        with enter(Scope(practice=practice_id, person=user.pk), switch=True):
            found.append(Practice.objects.get(pk=practice_id))
    return sorted(found, key=lambda practice: practice.name.casefold())


def access_of(user: User, now: datetime, wished: UUID | None = None) -> Access:
    """Work out what the person may do at `now` in the wished practice, or in the first by name.

    A wish for a practice without a role there counts as no wish. Expired memberships and assignments give
    nothing. A consultant whose membership has ended has no access, whatever assignments are left.
    """
    practices = practices_of(user, now)
    if not practices:
        return Access(user)
    practice = next((each for each in practices if each.pk == wished), practices[0])
    with enter(Scope(practice=practice.pk, person=user.pk), switch=True):
        member = Member.objects.filter(user=user).active(now).first()
        assigned = Assignment.objects.filter(user=user).active(now)
        roles = {client_id: Role(role) for client_id, role in assigned.values_list("client_id", "role")}
    if member is None:
        roles = {client_id: role for client_id, role in roles.items() if role in CLIENT_ROLES}
    else:
        roles = {client_id: role for client_id, role in roles.items() if role not in CLIENT_ROLES}
    return Access(user, practice, Role(member.role) if member else None, roles)


def scope_for(access: Access, request_id: str = "") -> Scope:
    """Give the scope in which this person's requests run; without a practice the empty one plus the person."""
    if access.practice is None:
        return Scope(person=access.user.pk, request=request_id)
    return Scope(
        practice=access.practice.pk,
        person=access.user.pk,
        clients=EVERY_CLIENT if access.sees_every_client else access.client_ids,
        internal=access.is_of_practice,
        request=request_id,
    )
