"""Which reminder policy holds for a deadline: the shipped one, changed by the practice's and by the client's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from portal.deadlines import policies
from portal.deadlines.models import Deadline
from portal.deadlines.models import Policy as Override
from portal.deadlines.rules.policies import Policy


class Overrides:
    """What a practice and some of its clients put in place of the shipped policies."""

    def __init__(self, rows: Iterable[Override]) -> None:
        self._rules = {(row.kind, row.client_id): row.rules for row in rows}
        self._read: dict[tuple[str, str, UUID], Policy] = {}

    def rules(self, kind: str, client_id: UUID | None) -> Mapping[str, Any]:
        """Give the parts that differ from the shipped policy of a kind: the client's before the practice's."""
        own = self._rules.get((kind, client_id), {}) if client_id else {}
        return {**self._rules.get((kind, None), {}), **own}

    def has_own(self, kind: str, client_id: UUID | None) -> bool:
        """Whether the client, or the practice where None is given, has changed anything about a kind."""
        return (kind, client_id) in self._rules

    def policy(self, deadline: Deadline) -> Policy:
        """Give the policy that holds for a deadline."""
        key = deadline.policy, deadline.kind, deadline.client_id
        if key not in self._read:
            rules = self.rules(deadline.kind, deadline.client_id)
            self._read[key] = policies.policy_for(deadline.policy, rules)
        return self._read[key]


def overrides(client_ids: Collection[UUID], kinds: Collection[str]) -> Overrides:
    """Read what the scope's practice and these clients put in place for these kinds. One query."""
    rows = Override.objects.filter(kind__in=kinds)
    # Few practices change anything, and none for thousands of clients: the rest is left to memory.
    wanted = set(client_ids)
    return Overrides(row for row in rows if row.client_id is None or row.client_id in wanted)
