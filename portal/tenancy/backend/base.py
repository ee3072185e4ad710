"""Django's PostgreSQL backend, plus one thing: before every statement the session knows the current scope.

The scope is a property of the flow of control, connections are shared and reused; so nothing but a comparison
at each statement keeps the two together over pools, persistent connections, threads and rolled-back settings.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base
from psycopg import Connection
from psycopg.pq import TransactionStatus

from portal.tenancy.scope import EMPTY, SETTINGS, current

SET_SCOPE = "SELECT " + ", ".join(f"set_config('{name}', %s, false)" for name in SETTINGS)
FORGETTING = ("ROLLBACK", "RESET", "DISCARD", "ABORT")


def empty_scope(connection: Connection[Any]) -> None:
    """Write the empty scope when a connection goes back to its pool: the second line behind the comparison."""
    connection.execute(SET_SCOPE, EMPTY.settings())


class DatabaseWrapper(base.DatabaseWrapper):
    """Brings `app.*` in step with `scope.current()` before every statement; costs one round trip a change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._forget()
        self.execute_wrappers.insert(0, self._before)

    def _forget(self) -> None:
        self._applied: tuple[str, ...] | None = None
        self._applied_in_transaction = False

    def _sync(self) -> None:
        if self.connection is None:
            return
        status = self.connection.info.transaction_status
        if status == TransactionStatus.INERROR:
            return  # only a rollback can come now, and after it nothing is taken for known
        wanted = current().settings()
        idle = status == TransactionStatus.IDLE
        # A setting made inside a transaction may have been undone with it.
        if wanted == self._applied and not (idle and self._applied_in_transaction):
            return
        self._applied = None  # unknown, should the next line fail
        with self.connection.cursor() as cursor:
            cursor.execute(SET_SCOPE, wanted)
        self._applied, self._applied_in_transaction = wanted, not idle

    def _before(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        self._sync()
        try:
            return execute(sql, params, many, context)
        finally:
            if isinstance(sql, str) and sql.lstrip()[:8].upper().startswith(FORGETTING):
                self._forget()

    def _cursor(self, name: str | None = None) -> Any:
        cursor = super()._cursor(name)  # type: ignore[misc]
        self._sync()  # COPY and callproc do not pass by execute()
        return cursor

    def connect(self) -> None:
        self._forget()
        super().connect()

    def _rollback(self) -> None:
        self._forget()
        super()._rollback()  # type: ignore[misc]

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        self._forget()

    def _close(self) -> None:
        self._forget()
        super()._close()  # type: ignore[misc]
