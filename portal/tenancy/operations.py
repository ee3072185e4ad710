"""Migration operations that put a table under row-level security. See docs/decisions/0001-row-level-security.md."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

APP, SYSTEM = "portal_app", "portal_system"
PRACTICE = "(SELECT current_setting('app.practice', true)::uuid)"
PERSON = "(SELECT current_setting('app.person', true)::uuid)"
POLICIES = ("practice_isolation", "own_rows", "client_isolation", "internal_rows", "people_of_the_practice")
IN_CLIENTS = "((SELECT app_all_clients()) OR {column} = ANY ((SELECT app_clients())::uuid[]))"

# The planner estimates a boolean from a function at half, a comparison with '*' at almost nothing: 2x against 156x.
FUNCTIONS = """
CREATE OR REPLACE FUNCTION app_all_clients() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('app.clients', true) = '*', false) $$;
CREATE OR REPLACE FUNCTION app_clients() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(nullif(current_setting('app.clients', true), ''), '*')::uuid[] $$;
CREATE OR REPLACE FUNCTION app_internal() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT coalesce(current_setting('app.internal', true) = 'on', false) $$;
"""
DROP_FUNCTIONS = "DROP FUNCTION app_all_clients(), app_clients(), app_internal();"


class _TableOperation(Operation):
    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: policies and composite keys are unknown to Django's state."""

    def _table(self, app_label: str, state: ProjectState) -> str:
        table: str = state.apps.get_model(app_label, self.model_name)._meta.db_table
        return table


class ProtectTable(_TableOperation):
    """Force row-level security on one model's table.

    practice: column that holds the practice (`id` for the practice itself).
    client: column that holds the client, or None for a table without one.
    nullable_client: rows without a client are for people of the practice only (those who may see internal rows).
    internal: the table has an `internal` column; such rows are for people of the practice only.
    practice_only: the whole table is for people of the practice only.
    own_user: column of a person who may always read the row (their own memberships, before any scope is known).
    grants: what the application's role may do; policies for the rest do not matter then.
    """

    def __init__(
        self,
        model_name: str,
        *,
        practice: str = "practice_id",
        client: str | None = "client_id",
        nullable_client: bool = False,
        internal: bool = False,
        practice_only: bool = False,
        own_user: str | None = None,
        grants: str = "SELECT, INSERT, UPDATE, DELETE",
    ) -> None:
        super().__init__(model_name)
        self.practice, self.client, self.nullable_client = practice, client, nullable_client
        self.internal, self.practice_only = internal, practice_only
        self.own_user, self.grants = own_user, grants

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        names = (
            "practice", "client", "nullable_client", "internal", "practice_only", "own_user", "grants",
        )  # fmt: skip
        return type(self).__name__, [self.model_name], {name: getattr(self, name) for name in names}

    def describe(self) -> str:
        return f"Force row-level security on {self.model_name}"

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self._table(app_label, to_state))
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        for statement in self._policies(table):
            schema_editor.execute(statement)
        schema_editor.execute(f"REVOKE ALL ON {table} FROM {APP}, {SYSTEM}")
        schema_editor.execute(f"GRANT {self.grants} ON {table} TO {APP}")
        schema_editor.execute(f"GRANT SELECT ON {table} TO {SYSTEM}")

    def _policies(self, table: str) -> list[str]:
        own = f"{self.practice} = {PRACTICE}"
        statements = [
            f"CREATE POLICY practice_isolation ON {table} TO {APP} USING ({own}) WITH CHECK ({own})"
        ]
        if self.own_user:
            statements.append(
                f"CREATE POLICY own_rows ON {table} FOR SELECT TO {APP} USING ({self.own_user} = {PERSON})"
            )
        if self.client:
            statements.append(self._restrictive("client_isolation", table, *self._client_conditions()))
        if self.internal:
            seen = "(NOT internal OR (SELECT app_internal()))"
            statements.append(self._restrictive("internal_rows", table, seen, seen))
        if self.practice_only:
            seen = "(SELECT app_internal())"
            statements.append(self._restrictive("people_of_the_practice", table, seen, seen))
        return statements

    def _client_conditions(self) -> tuple[str, str]:
        write = IN_CLIENTS.format(column=self.client)
        if self.nullable_client:
            write = f"({write} OR ({self.client} IS NULL AND (SELECT app_internal())))"
        read = f"({write} OR {self.own_user} = {PERSON})" if self.own_user else write
        return read, write

    @staticmethod
    def _restrictive(name: str, table: str, read: str, write: str) -> str:
        return f"CREATE POLICY {name} ON {table} AS RESTRICTIVE TO {APP} USING ({read}) WITH CHECK ({write})"

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = schema_editor.quote_name(self._table(app_label, from_state))
        for policy in POLICIES:
            schema_editor.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


class SameOwnerForeignKey(_TableOperation):
    """Make a foreign key composite, so that a row can only point at a row of the same practice (and client).

    Foreign-key checks pass by row-level security; without this a practice could point at another's row.
    The target needs a unique constraint on (practice, id), or (practice, client, id) when `client` is true.
    """

    def __init__(self, model_name: str, column: str, target: str, *, client: bool = True) -> None:
        super().__init__(model_name)
        self.column, self.target, self.client = column, target, client

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.column, self.target], {"client": self.client}

    def describe(self) -> str:
        return f"Keep {self.model_name}.{self.column} within its practice"

    def _constraint(self, table: str) -> str:
        return f"{table}_{self.column}_same_owner"

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, to_state)
        target = to_state.apps.get_model(self.target)._meta.db_table
        shared = "practice_id, client_id" if self.client else "practice_id"
        schema_editor.execute(
            f'ALTER TABLE "{table}" ADD CONSTRAINT "{self._constraint(table)}"'
            f' FOREIGN KEY ({shared}, {self.column}) REFERENCES "{target}" ({shared}, id)'
            " DEFERRABLE INITIALLY DEFERRED"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = self._table(app_label, from_state)
        schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{self._constraint(table)}"')
