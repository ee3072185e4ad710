"""Who may see what in the current flow of control. Immutable; nesting may only narrow. No database here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

NO_ONE = UUID(int=0)
EVERY_CLIENT = None


class ScopeError(Exception):
    """A nested scope tried to reach further than the one around it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the database lets through: one practice, and of it some clients or all (`clients=None`).

    `internal` lets rows marked internal through (people of the practice, never of a client).
    `action`, `reason` and `request` are written into the audit trail by the row triggers.
    """

    practice: UUID | None = None
    person: UUID | None = None
    clients: frozenset[UUID] | None = frozenset()
    internal: bool = False
    action: str = ""
    reason: str = ""
    request: str = ""

    def settings(self) -> tuple[str, ...]:
        """The values of SETTINGS, in their order. Without a practice there are no clients, whatever was asked."""
        return (
            str(self.practice or NO_ONE),
            str(self.person or NO_ONE),
            self._clients() if self.practice else "{}",
            "on" if self.practice and self.internal else "off",
            self.action,
            self.reason,
            self.request,
        )

    def _clients(self) -> str:
        if self.clients is EVERY_CLIENT:
            return "*"
        return "{" + ",".join(sorted(map(str, self.clients))) + "}"

    def holds(self, inner: Scope) -> bool:
        """Tell whether everything that `inner` reaches is reachable from here."""
        if self.practice is None:
            return True
        if inner.practice != self.practice or (inner.internal and not self.internal):
            return False
        if self.clients is EVERY_CLIENT:
            return True
        return inner.clients is not EVERY_CLIENT and inner.clients <= self.clients


SETTINGS = (
    "app.practice",
    "app.person",
    "app.clients",
    "app.internal",
    "app.action",
    "app.reason",
    "app.request",
)
EMPTY = Scope()

_current: ContextVar[Scope] = ContextVar("scope", default=EMPTY)
current = _current.get


@contextmanager
def enter(scope: Scope, *, switch: bool = False) -> Iterator[Scope]:
    """Run the body in `scope`.

    `switch=True` leaves the scope around it for another one, wider or of another practice. Only doors may do
    that: the middleware, a task taking up its message, a command of the operator.
    Raises ScopeError when a nested scope would reach further than the outer one.
    """
    if not switch and not _current.get().holds(scope):
        raise ScopeError(
            "a nested scope may only narrow: same practice, no further clients, no internal rows"
        )
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)


@contextmanager
def narrowed(**changes: Any) -> Iterator[Scope]:
    """Run the body in the current scope with `changes`, which may only narrow it."""
    with enter(replace(_current.get(), **changes)) as scope:
        yield scope
