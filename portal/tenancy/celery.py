"""Background tasks keep the scope of whoever asked: it travels in the message and is entered by one context manager."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from celery import Task, current_task

from portal.tenancy.scope import EMPTY, Scope, current, enter

HEADER = "scope"


def dumped(scope: Scope) -> dict[str, Any] | None:
    """Give the scope as a message header; None for the empty one."""
    if scope == EMPTY:
        return None
    return {
        "practice": str(scope.practice) if scope.practice else None,
        "person": str(scope.person) if scope.person else None,
        "clients": None if scope.clients is None else sorted(map(str, scope.clients)),
        "internal": scope.internal,
        "reason": scope.reason,
        "action": scope.action,
        "request": scope.request,
    }


def loaded(header: dict[str, Any] | None) -> Scope:
    """Give the scope that a header stands for; a message without one sees no rows."""
    if not header:
        return EMPTY
    clients = header["clients"]
    return Scope(
        practice=UUID(header["practice"]) if header["practice"] else None,
        person=UUID(header["person"]) if header["person"] else None,
        clients=None if clients is None else frozenset(map(UUID, clients)),
        internal=header["internal"],
        reason=header["reason"],
        action=header["action"],
        request=header["request"],
    )


def _to_send() -> dict[str, Any] | None:
    scope = current()
    if scope != EMPTY:
        return dumped(scope)
    # The next step of a chain is published after the body's scope has ended.
    headers = getattr(getattr(current_task, "request", None), "headers", None) or {}
    header: dict[str, Any] | None = headers.get(HEADER)
    return header


class ScopedTask(Task):  # type: ignore[misc]
    """The base of every task: sends the caller's scope along and runs the body inside it."""

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        return super().apply_async(args, kwargs, headers=self._headers(options), **options)

    def apply(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        return super().apply(args, kwargs, headers=self._headers(options), **options)

    @staticmethod
    def _headers(options: dict[str, Any]) -> dict[str, Any]:
        headers = dict(options.pop("headers", None) or {})
        headers.setdefault(HEADER, _to_send())
        return headers

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if not self.request.id:  # a plain function call keeps the caller's scope
            return super().__call__(*args, **kwargs)
        headers = self.request.headers or {}
        header = headers.get(HEADER, getattr(self.request, HEADER, None))
        with enter(loaded(header), switch=True):
            return super().__call__(*args, **kwargs)
