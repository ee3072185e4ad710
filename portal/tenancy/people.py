"""Who works for whom now: the people to choose owners from, and the people of a client."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import CLIENT_ROLES

if TYPE_CHECKING:
    from portal.accounts.models import User


def _users() -> QuerySet[User]:
    return get_user_model()._default_manager.all()


def staff_of_practice(now: datetime) -> QuerySet[User]:
    """List the practice's own people at `now`, by name, in the current scope."""
    return _users().filter(pk__in=Member.objects.active(now).values("user_id"))


def people_of(client: Client, now: datetime) -> QuerySet[User]:
    """List who may own a record of the client at `now`: whoever is assigned to it, and the practice's owners."""
    assigned = Assignment.objects.filter(client=client).active(now).values("user_id")
    owners = Member.objects.filter(role="owner").active(now).values("user_id")
    return _users().filter(pk__in=assigned) | _users().filter(pk__in=owners)


def leads_of(client: Client, now: datetime) -> QuerySet[User]:
    """List the people who lead the work for the client at `now`."""
    leading = Assignment.objects.filter(client=client, role="lead").active(now)
    return _users().filter(pk__in=leading.values("user_id"))


def lead_by_client(clients: Iterable[UUID], now: datetime) -> dict[UUID, User]:
    """Give one lead of each client that has any, the longest in charge. One query."""
    rows = Assignment.objects.filter(client__in=list(clients), role="lead").active(now)
    return {row.client_id: row.user for row in rows.select_related("user").order_by("-from_at", "-id")}


def client_people_of(client: Client, now: datetime) -> QuerySet[Assignment]:
    """List the client's own people at `now`, as their assignments with the user at hand."""
    roles = [role.value for role in CLIENT_ROLES]
    rows: QuerySet[Assignment] = Assignment.objects.filter(client=client, role__in=roles).active(now)
    return rows.select_related("user").order_by("user__name")
