"""The migration operation that puts a table under audit. See docs/decisions/0002-audit-chain.md."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from portal.lib.sealed import SealedTextField

TRIGGER = "audit"
LABELS = ("name", "title", "company", "number", "label")


@dataclass(frozen=True)
class Columns:
    """How a table's rows go into the trail, as column names; "" where there is no such column."""

    hidden: tuple[str, ...]
    private: tuple[str, ...]
    practice: str
    client: str
    label: str

    def arguments(self) -> tuple[str, ...]:
        """The trigger's arguments, in the order in which audit_row reads them."""
        hidden, private = ("{" + ",".join(names) + "}" for names in (self.hidden, self.private))
        return hidden, private, self.practice, self.client, self.label


def always_hidden(model: type[models.Model]) -> set[str]:
    """Columns that no event may show, whatever was asked: sealed values and bytes."""
    fields = model._meta.concrete_fields
    return {str(field.column) for field in fields if isinstance(field, SealedTextField | models.BinaryField)}


def always_private(model: type[models.Model]) -> set[str]:
    """Columns that name a person of the portal: events show a token for them."""
    user = settings.AUTH_USER_MODEL.lower()
    return {
        str(field.column)
        for field in model._meta.concrete_fields
        if isinstance(field.remote_field, models.ManyToOneRel)
        and field.remote_field.model._meta.label_lower == user
    }


def columns_of(
    model: type[models.Model],
    *,
    hidden: Iterable[str] = (),
    tokenised: Iterable[str] = (),
    practice: str = "practice_id",
    client: str | None = "client_id",
    label: str | None = None,
) -> Columns:
    """Work out how a model's rows go into the trail. Raises ValueError for a column that the model has not."""
    columns = {field.column for field in model._meta.concrete_fields}
    concealed = {*hidden, *always_hidden(model)}
    private = {*tokenised, *always_private(model)} - concealed
    if label is None:
        open_names = [name for name in LABELS if name in columns and name not in concealed | private]
        label = next(iter(open_names), "")
    found_client = client if client in columns else ""
    wrong = {*concealed, *private, practice, *filter(None, [label])} - columns
    if wrong or label in concealed | private:
        raise ValueError(f"{model._meta.label} cannot be audited by {', '.join(sorted(wrong)) or label}")
    return Columns(tuple(sorted(concealed)), tuple(sorted(private)), practice, found_client or "", label)


class AuditTable(Operation):
    """Record every insert, update and delete of a model's rows in the chain of their client or practice.

    model: name within the migration's app, or "app.model".
    hidden: columns whose values never enter the trail; a change of one appears as "[hidden]". Sealed and binary
        columns are hidden by themselves.
    tokenised: columns that identify somebody outside (an address, a name); events hold a random token instead.
        Foreign keys to the user are tokenised by themselves.
    practice, client: columns that hold them (`id` for a practice's or client's own row); client None: has none.
    label: column that names the row in words; by default name, title, company, number or label.
    left_out: columns of the machine's own bookkeeping; an update of nothing else is no event. Each needs its reason
        in `coverage.leave_out`.
    again: set in a later migration that has changed the columns; undoing it restores the trigger as it was.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self,
        model_name: str,
        *,
        hidden: Iterable[str] = (),
        tokenised: Iterable[str] = (),
        practice: str = "practice_id",
        client: str | None = "client_id",
        label: str | None = None,
        left_out: Iterable[str] = (),
        again: bool = False,
    ) -> None:
        self.model_name, self.again, self.left_out = model_name, again, tuple(left_out)
        self.options: dict[str, Any] = {
            "hidden": list(hidden),
            "tokenised": list(tokenised),
            "practice": practice,
            "client": client,
            "label": label,
        }

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            type(self).__name__,
            [self.model_name],
            {
                **self.options,
                "left_out": list(self.left_out),
                "again": self.again,
            },
        )

    def describe(self) -> str:
        return f"Audit {self.model_name}"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing: triggers are unknown to Django's state."""

    def _model(self, app_label: str, state: ProjectState) -> type[models.Model]:
        name = self.model_name if "." in self.model_name else f"{app_label}.{self.model_name}"
        return state.apps.get_model(name)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._create(schema_editor, self._model(app_label, to_state))

    def _create(self, schema_editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        table = schema_editor.quote_name(model._meta.db_table)
        arguments = ", ".join(f"'{argument}'" for argument in columns_of(model, **self.options).arguments())
        schema_editor.execute(
            f"CREATE OR REPLACE TRIGGER {TRIGGER} AFTER INSERT OR DELETE OR {self._updates(model)} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION audit_row({arguments})"
        )
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {TRIGGER}")

    def _updates(self, model: type[models.Model]) -> str:
        """Say of which updates: all, or those that set another column than the ones left out."""
        columns = [str(field.column) for field in model._meta.concrete_fields]
        unknown = set(self.left_out) - set(columns)
        if unknown:
            raise ValueError(f"{model._meta.label} has no {', '.join(sorted(unknown))} to leave out")
        if not self.left_out:
            return "UPDATE"
        recorded = (column for column in columns if column not in self.left_out)
        return "UPDATE OF " + ", ".join(f'"{column}"' for column in recorded)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = self._model(app_label, to_state)
        if self.again:
            self._create(schema_editor, model)
        else:
            table = schema_editor.quote_name(model._meta.db_table)
            schema_editor.execute(f"DROP TRIGGER {TRIGGER} ON {table}")
