"""What an uploaded table would change in a register: new rows, changed fields, errors by line and column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from clients.registers.actions import TAKEN
from clients.registers.checks import problems_of
from clients.registers.models import Record
from clients.registers.queries import Choices
from clients.registers.register import Register
from clients.registers.transfers.table_fields import REFERENCE, TableField, UnreadableCell, table_fields
from portal.lib.secrets import find_secret, where_to_put_it
from portal.tenancy.models import Client

MOST_ROWS = 2_000
NEW, CHANGED, SAME, WRONG = "new", "changed", "same", "wrong"


@dataclass(frozen=True)
class CellError:
    """Something that stops the import: the file's line, the column's heading and what to do."""

    line: int
    column: str
    message: str


@dataclass(frozen=True)
class FieldChange:
    """One field of a row before and after, as the file would write them."""

    heading: str
    before: str
    after: str


@dataclass
class RowPlan:
    """What becomes of one line: `kind` is new, changed, same or wrong."""

    line: int
    name: str
    kind: str = SAME
    record: Record | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[FieldChange] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """The whole import. It is applied only when there is no error."""

    rows: list[RowPlan]
    errors: list[CellError]
    ignored: list[str]

    def count(self, kind: str) -> int:
        return sum(1 for row in self.rows if row.kind == kind)

    @property
    def writes(self) -> list[RowPlan]:
        """The lines that would change something."""
        return [row for row in self.rows if row.kind in (NEW, CHANGED)]


@dataclass(frozen=True)
class SecretCell:
    """A cell that looks like a secret: where it stands and of which kind. Never its value."""

    line: int
    column: str
    kind: str

    @property
    def message(self) -> str:
        """What to do about it."""
        return f"This looks like a secret ({self.kind}). {where_to_put_it(self.kind)}"


def secrets_in(header: Sequence[str], lines: Iterable[tuple[int, Sequence[str]]]) -> list[SecretCell]:
    """Find the cells that hold a secret, headings included."""
    found = [SecretCell(1, "Headings", kind) for name in header if (kind := find_secret(name))]
    for line, cells in lines:
        for heading, text in zip(header, cells, strict=True):
            kind = find_secret(text)
            if kind:
                found.append(SecretCell(line, heading if not find_secret(heading) else "?", kind))
    return found


def plan_import(
    register: Register,
    client: Client,
    header: Sequence[str],
    lines: Sequence[tuple[int, Sequence[str]]],
    *,
    existing: Iterable[Record],
    choices: Choices,
) -> Plan:
    """Work out what the table would change, without writing anything and without a query.

    A row is found by its Reference, else by its name among the rows in use. An empty cell empties the field; a
    column that is not there leaves it alone. `existing` are the client's rows with their people and links.
    """
    known = {
        heading.casefold(): each
        for each in table_fields(register, for_staff=True)
        for heading in (each.heading,)
    }
    columns = {name: known[name.casefold()] for name in header if name.casefold() in known}
    errors = _heading_errors(register, header, columns)
    ignored = [name for name in header if name not in columns and name.casefold() != REFERENCE.casefold()]
    if errors:
        return Plan([], errors, ignored)
    planner = _Planner(register, client, columns, existing=list(existing), choices=choices)
    rows = [planner.row(line, dict(zip(header, cells, strict=True))) for line, cells in lines]
    return Plan(rows, planner.errors, ignored)


def _heading_errors(
    register: Register, header: Sequence[str], columns: dict[str, TableField]
) -> list[CellError]:
    if not columns:
        return [
            CellError(
                1,
                "Headings",
                f"No heading is one of this register's. Download the template for {register.plural}.",
            )
        ]
    has_reference = any(name.casefold() == REFERENCE.casefold() for name in header)
    if not has_reference and not any(each.name == "name" for each in columns.values()):
        title = register.columns[0].column.title
        return [CellError(1, "Headings", f"The table needs the column “{title}” or “{REFERENCE}”.")]
    if len({each.name for each in columns.values()}) < len(columns):
        return [CellError(1, "Headings", "Two columns mean the same field. Take one away.")]
    return []


class _Planner:
    """Plans line by line, and remembers which rows and names the lines before have taken."""

    def __init__(
        self,
        register: Register,
        client: Client,
        columns: dict[str, TableField],
        *,
        existing: list[Record],
        choices: Choices,
    ) -> None:
        self.register, self.client, self.columns, self.choices = register, client, columns, choices
        self.by_id = {str(row.pk): row for row in existing}
        self.by_name = {row.name.casefold(): row for row in existing if row.is_live}
        self.taken = {row.name.casefold(): row.pk for row in existing if row.is_live}
        self.seen: dict[int, int] = {}
        self.errors: list[CellError] = []
        self.name_heading = next((head for head, each in columns.items() if each.name == "name"), REFERENCE)

    def row(self, line: int, cells: dict[str, str]) -> RowPlan:
        before = len(self.errors)
        values = self._values(line, cells)
        plan = RowPlan(line, str(values.get("name") or ""))
        plan.record = self._existing(line, cells, values)
        if len(self.errors) == before:
            self._compare(plan, values)
        if len(self.errors) > before:
            plan.kind = WRONG
        return plan

    def _values(self, line: int, cells: dict[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for heading, column in self.columns.items():
            text = cells[heading].replace("\r\n", "\n").strip()
            try:
                values[column.name] = column.read(text, self.choices)
            except UnreadableCell as error:
                values[column.name] = self._kept(cells, column, text)
                if values[column.name] is None:
                    self.errors.append(CellError(line, heading, str(error)))
        return values

    def _kept(self, cells: dict[str, str], column: TableField, text: str) -> Any:
        """A person who has left or a link that has retired may stay where the row has it already."""
        record = self._found(cells)
        if record is None or str(column.write(record) or "").casefold() != text.casefold():
            return None
        return getattr(record, column.name)

    def _found(self, cells: dict[str, str]) -> Record | None:
        reference = next(
            (text.strip() for head, text in cells.items() if head.casefold() == REFERENCE.casefold()), ""
        )
        if reference:
            return self.by_id.get(reference)
        return self.by_name.get(cells.get(self.name_heading, "").strip().casefold())

    def _existing(self, line: int, cells: dict[str, str], values: dict[str, Any]) -> Record | None:
        reference = next(
            (text.strip() for head, text in cells.items() if head.casefold() == REFERENCE.casefold()), ""
        )
        record = self._found(cells)
        if reference and record is None:
            self._wrong(
                line,
                REFERENCE,
                f"There is no entry {reference[:20]} in this register. Leave the cell empty to add one.",
            )
        elif record is not None and not record.is_live:
            self._wrong(line, REFERENCE, f"{record.name} is out of use. Take its line out of the table.")
        elif record is not None and record.pk in self.seen:
            self._wrong(
                line, self.name_heading, f"{record.name} stands on line {self.seen[record.pk]} already."
            )
        elif record is not None:
            self.seen[record.pk] = line
        elif not values.get("name"):
            self._wrong(line, self.name_heading, "Enter a name.")
        return record

    def _compare(self, plan: RowPlan, values: dict[str, Any]) -> None:
        row = plan.record or self.register.model(practice_id=self.client.practice_id, client=self.client)
        before = {each.attname: getattr(row, each.attname) for each in row._meta.concrete_fields}
        changed = {name: value for name, value in values.items() if getattr(row, name) != value}
        if plan.record is not None and not changed:
            plan.name = row.name
            return
        old = {column.name: _cell(column.write(row)) for column in self.columns.values()}
        for name, value in changed.items():
            setattr(row, name, value)
        self._check(plan, row, before if plan.record else {}, changed)
        plan.name, plan.kind, plan.values = row.name, CHANGED if plan.record else NEW, changed
        for column in self.columns.values():
            if column.name in changed and (
                plan.record or column.name == "name" or column.write(row) not in ("", None)
            ):
                shown = "" if plan.record is None else old[column.name]
                plan.changes.append(FieldChange(column.heading, shown, _cell(column.write(row))))

    def _check(self, plan: RowPlan, row: Record, before: dict[str, Any], changed: dict[str, Any]) -> None:
        headings = {each.name: head for head, each in self.columns.items()}
        invalid = problems_of(row, self.choices.people, before)
        for name, messages in (invalid.problems if invalid else {}).items():
            for message in messages:
                self._wrong(plan.line, headings.get(name, self._heading(name)), message)
        if "name" in changed:
            holder = self.taken.get(row.name.casefold())
            if holder is not None and holder != row.pk:
                self._wrong(plan.line, self.name_heading, TAKEN)
            self.taken[row.name.casefold()] = row.pk or -plan.line

    def _heading(self, name: str) -> str:
        return next(
            (each.heading for each in table_fields(self.register, for_staff=True) if each.name == name),
            self.name_heading,
        )

    def _wrong(self, line: int, column: str, message: str) -> None:
        self.errors.append(CellError(line, column, message))


def _cell(value: object) -> str:
    return "" if value is None else str(value)
