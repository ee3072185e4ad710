"""The door of a source's address: the source of one practice, in the scope of its one client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from incidents.response.models import AlertSource
from portal.tenancy.models import Client
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter, narrowed

REASON = "Alert source: {}"


@contextmanager
def found(practice_id: UUID, public_id: UUID, request_id: str = "") -> Iterator[AlertSource | None]:
    """Run the body in the scope of the one client whose source this is; None for an address that nobody was given.

    A source of a client that has ended is not there any more. This is a door: the message names no person.
    """
    wide = Scope(practice=practice_id, clients=EVERY_CLIENT, internal=True, request=request_id)
    with enter(wide, switch=True):
        source = (
            AlertSource.objects.filter(public_id=public_id, client__status=Client.Status.ACTIVE)
            .select_related("client")
            .first()
        )
        if source is None:
            yield None
            return
        with narrowed(clients=frozenset({source.client_id}), reason=REASON.format(source.name)):
            yield source


def keys_of(source: AlertSource, now: datetime) -> list[str]:
    """Give the secrets that may sign now: the present one, and the former one while both hold."""
    keys = [source.secret]
    if source.previous_secret and source.previous_until and now < source.previous_until:
        keys.append(source.previous_secret)
    return keys
