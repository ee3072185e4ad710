"""The register table: columns, sort links, cells and rows as values, so that every list looks alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

SORT = "sort"


@dataclass(frozen=True)
class Column:
    """A column. `narrow` says where its cells go when rows stack: lead, side, line or hide."""

    key: str
    title: str
    sort: bool = False
    kind: str = "text"
    narrow: str = "line"


@dataclass(frozen=True)
class Heading:
    """A column's heading with its sort link; `direction` is ascending, descending or empty."""

    column: Column
    url: str = ""
    direction: str = ""


@dataclass(frozen=True)
class Link:
    """Something to do: a link, or with `post` a button that sends a form."""

    label: str
    url: str
    primary: bool = False
    danger: bool = False
    post: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell: `kind` is lead, text, name (not broken), muted, person, status, date, list, num or yes_no."""

    kind: str
    value: Any = ""
    sub: str = ""
    url: str = ""
    state: str = ""
    icon: str = ""
    sub_date: date | None = None
    items: Sequence[str] = ()


@dataclass(frozen=True)
class Divider:
    """A heading within a table over the rows that follow, with their count; `state` late colours it."""

    title: str
    count: str = ""
    state: str = ""


@dataclass(frozen=True)
class Row:
    """A row; `state` late marks it with a bar. A `divider` stands over it and the rows after it."""

    cells: Sequence[Cell]
    state: str = ""
    action: Link | None = None
    menu: Sequence[Link] = ()
    id: str = ""
    divider: Divider | None = None

    @property
    def about(self) -> str:
        """What the row is about, for the name of its menu."""
        return str(next((cell.value for cell in self.cells if cell.kind == "lead"), ""))


@dataclass(frozen=True)
class Empty:
    """What stands in place of a table without rows: why, what will come, one action."""

    title: str
    text: str
    label: str = ""
    url: str = ""


@dataclass(frozen=True)
class Table:
    """A whole table; `label` names its scroll region, `caption` says how it is sorted."""

    label: str
    caption: str
    headings: Sequence[Heading]
    rows: Sequence[Row]
    empty: Empty | None = None

    @property
    def lines(self) -> list[tuple[Row, list[tuple[Column, Cell]]]]:
        """The rows, each cell with its column."""
        columns = [heading.column for heading in self.headings if heading.column.kind != "actions"]
        return [(row, list(zip(columns, row.cells, strict=True))) for row in self.rows]

    @property
    def has_actions(self) -> bool:
        return any(heading.column.kind == "actions" for heading in self.headings)


def sorted_by(columns: Iterable[Column], request: HttpRequest, default: str) -> str:
    """Give the wished order, `key` or `-key`, if such a column sorts; else the default."""
    wished = request.GET.get(SORT, "")
    known = {column.key for column in columns if column.sort}
    return wished if wished.removeprefix("-") in known else default


def headings(columns: Sequence[Column], request: HttpRequest, default: str = "") -> list[Heading]:
    """Make the headings; a sort link keeps the other parameters, drops the page and turns the order round."""
    now = sorted_by(columns, request, default)
    made = []
    for column in columns:
        if not column.sort:
            made.append(Heading(column))
            continue
        direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(now, "")
        query = request.GET.copy()
        query.pop("page", None)
        query[SORT] = f"-{column.key}" if direction == "ascending" else column.key
        made.append(Heading(column, f"?{query.urlencode()}", direction))
    return made
