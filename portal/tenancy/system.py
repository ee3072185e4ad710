"""The doors for work that no person asked for: the operator's commands and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from portal.lib.refused import Refused
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter

SYSTEM_ALIAS = "system"


def practice_ids() -> list[UUID]:
    """List every practice's id, oldest first, by the role that may only read across practices."""
    return list(Practice.objects.using(SYSTEM_ALIAS).order_by("created_at").values_list("pk", flat=True))


def find_client(slug: str, practice_slug: str | None = None) -> tuple[UUID, UUID]:
    """Give (practice id, client id) for a command's `--client`.

    Raises Refused when there is no such client, or when several practices have one and none was named.
    """
    clients = Client._base_manager.using(SYSTEM_ALIAS).filter(slug=slug)
    if practice_slug:
        clients = clients.filter(practice__slug=practice_slug)
    found = list(clients.values_list("practice_id", "id", "practice__slug")[:10])
    if not found:
        raise Refused(
            f"There is no client with the short name “{slug}”. It is the part after /c/ in its address."
        )
    if len(found) > 1:
        names = ", ".join(sorted(row[2] for row in found))
        raise Refused(f"Several practices have a client “{slug}”: {names}. Say which with --practice.")
    return found[0][0], found[0][1]


@contextmanager
def as_operator(practice_id: UUID, reason: str, *, client_id: UUID | None = None) -> Iterator[Scope]:
    """Run the body as the operator of the machine: one practice, or one client of it, with the reason on record."""
    clients = EVERY_CLIENT if client_id is None else frozenset({client_id})
    scope = Scope(practice=practice_id, clients=clients, internal=True, reason=reason)
    with enter(scope, switch=True):
        yield scope
