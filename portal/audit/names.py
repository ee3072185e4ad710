"""The names behind tokens, as they are today. Nobody but whoever was shown a token can ask for its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection

FORGOTTEN = "a forgotten person"
SYSTEM = "Plumbline"
IN_PAYLOAD = re.compile(r'"(?:actor|token)": "([0-9a-f-]{36})"')


def tokens_in(payload: str | Mapping[str, Any]) -> set[UUID]:
    """Find the tokens that an event's payload holds, the actor's included."""
    text = payload if isinstance(payload, str) else json.dumps(payload)
    return {UUID(found) for found in IN_PAYLOAD.findall(text)}


def names_of(tokens: Iterable[UUID]) -> dict[UUID, str]:
    """Give a name for each token: a person's name, else the text behind it, else FORGOTTEN. Two queries."""
    wanted = set(tokens)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT token, value FROM audit_names(%s::uuid[])", [list(wanted)])
        values: dict[UUID, str] = dict(cursor.fetchall())
    people: dict[UUID, UUID] = {}
    for token, value in values.items():
        with suppress(ValueError):
            people[token] = UUID(value)
    users = {user.pk: str(user) for user in get_user_model()._default_manager.filter(pk__in=people.values())}
    return {token: _name(values.get(token), people.get(token), users) for token in wanted}


def _name(value: str | None, person: UUID | None, users: dict[UUID, str]) -> str:
    if person is not None:
        return users.get(person, FORGOTTEN)
    return value or FORGOTTEN
