"""How other rooms write the trail: `action` around a change of rows, `record` for what has no row."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from portal.lib.fields import refuse_secrets
from portal.tenancy.scope import Scope, ScopeError, current, enter, narrowed

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.tenancy.models import Client

APPEND = "SELECT audit_append(%s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb)"


class NotTheActorError(Exception):
    """An action was done in the name of somebody other than the person of the scope: a mistake in the code."""


@contextmanager
def action(name: str, *, by: User | None, why: str = "", client: Client | None = None) -> Iterator[None]:
    """Run the body as one transaction whose every row change carries the verb `name` and the reason `why`.

    name: "noun.verb", for example "credential.rotate". Inside a nested action the inner verb holds, and the outer
    one again after it; a nested action without a reason keeps the outer one.
    by: who does it: the scope's person, or in a scope without one (a task, a command) whoever is named here.
    client: keeps the body to this client's rows.
    Raises NotTheActorError when `by` is not the person of the scope, SecretRefused for a secret in the reason:
    what is in the trail stays in it.
    """
    refuse_secrets(why)
    scope = current()
    person = _actor(scope, name, by)
    changes: dict[str, Any] = {"action": name, "reason": why or scope.reason, "person": person}
    if client is not None:
        changes["clients"] = frozenset({client.pk})
    with narrowed(**changes), transaction.atomic():
        yield


def record(
    name: str,
    *,
    client: Client | None = None,
    practice_id: UUID | None = None,
    object: str = "",  # noqa: A002 - the trail's own word
    object_id: str = "",
    label: str = "",
    why: str = "",
    details: Mapping[str, Any] | None = None,
    private: Mapping[str, str] | None = None,
    by: User | None = None,
    internal: bool = False,
) -> int:
    """Write an event that has no row: a sign-in, an export, a refusal, a download. Gives the event's id.

    client: files it with the client, otherwise with the practice: where only people of the practice read it.
    practice_id: for the doors that run before there is a scope (sign-in); inside a scope it must be the scope's.
    Without either and without a scope the event belongs to no practice, and the operator alone reads it.
    details: what to keep in clear, small and free of personal data. private: what identifies somebody (the id of a
    user, an address): kept apart, replaced by tokens, and erased by `audit forget`.
    Raises ScopeError for another practice than the scope's, ProgrammingError for a client outside the scope,
    SecretRefused for a secret in any of the texts.
    """
    refuse_secrets([why, label, object_id, dict(details or {})])
    scope = _filed(current(), client, practice_id)
    if by is not None:
        scope = replace(scope, person=_actor(scope, name, by))
    with enter(replace(scope, reason=why or scope.reason), switch=True), connection.cursor() as cursor:
        cursor.execute(
            APPEND,
            [
                client.pk if client else None,
                internal,
                name,
                object,
                str(object_id),
                label,
                json.dumps(details or {}, cls=DjangoJSONEncoder),
                json.dumps(private or {}, cls=DjangoJSONEncoder),
            ],
        )
        event_id: int = cursor.fetchone()[0]
    return event_id


def _actor(scope: Scope, name: str, by: User | None) -> UUID | None:
    person: UUID | None = by.pk if by is not None else None
    if scope.person is not None and scope.person != person:
        raise NotTheActorError(f"“{name}” names another person than the one whose request this is")
    return person


def _filed(scope: Scope, client: Client | None, practice_id: UUID | None) -> Scope:
    """Give the scope that the event is written in: as it is, or, where there is none yet, just wide enough."""
    wanted = practice_id or (client.practice_id if client else None)
    if scope.practice is None and wanted is not None:
        clients = frozenset({client.pk}) if client else frozenset()
        return replace(scope, practice=wanted, clients=clients, internal=False)
    if wanted is not None and wanted != scope.practice:
        raise ScopeError("an event can only be filed with the practice of the scope")
    return scope
