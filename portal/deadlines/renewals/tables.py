"""The renewals as a table grouped by week, and as pins of the horizon."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.renewals.queries import Ahead, linked, monday_of
from portal.lib.dates import MONTHS, format_long, format_table, relative_due
from portal.shell.charts import Pin
from portal.shell.navigation import Count
from portal.shell.tables import (
    Cell,
    Column,
    Divider,
    Empty,
    Link,
    Row,
    Table,
    headings,
    sorted_by,
)
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

ON_A_PAGE = 50
#: With more than these the horizon shows a pin a week.
MOST_NAMED = 150
DEFAULT_SORT = "due"
COLUMNS = (
    Column("what", "What", sort=True, kind="lead", narrow="lead"),
    Column("client", "Client", sort=True),
    Column("owner", "Owner", kind="person"),
    Column("due", "Due", sort=True, kind="status", narrow="side"),
    Column("actions", "Actions", kind="actions"),
)
ORDERS = {
    "due": ("due_at", "id"),
    "what": ("title", "id"),
    "client": ("client__name", "due_at", "id"),
}
CAPTIONS = {
    "due": "soonest first",
    "-due": "latest first",
    "what": "by name, A to Z",
    "-what": "by name, Z to A",
    "client": "by client, A to Z",
    "-client": "by client, Z to A",
}


@dataclass(frozen=True)
class Reader:
    """For whom and when the page is made."""

    access: Access
    now: datetime
    today: date


def order_of(request: HttpRequest) -> str:
    """The wished order as "key" or "-key", checked."""
    return sorted_by(COLUMNS, request, DEFAULT_SORT)


def ordered(rows: DeadlineQuerySet, order: str) -> DeadlineQuerySet:
    """Put the rows into a checked order."""
    mark = "-" if order.startswith("-") else ""
    return rows.order_by(*(f"{mark}{name}" for name in ORDERS[order.removeprefix("-")]))


def table_of(
    rows: Iterable[Deadline], request: HttpRequest, reader: Reader, parts: Ahead, empty: Empty
) -> Table:
    """Make the table of one page; by due day it is divided into what is late and the weeks."""
    order = order_of(request)
    listed = sorted(rows, key=lambda row: _part(row, reader)) if order == "due" else list(rows)
    counts: dict[date, Count] = {date.min: parts.late, **{week.monday: week.count for week in parts.weeks}}
    made, last = [], None
    for row in listed:
        part = _part(row, reader)
        divided = order.removeprefix("-") == "due" and part != last
        made.append(_row(row, reader, _divider(part, counts) if divided else None))
        last = part
    return Table(
        "Renewals", f"Renewals, {CAPTIONS[order]}", headings(COLUMNS, request, DEFAULT_SORT), made, empty
    )


def pins(rows: DeadlineQuerySet, clients: Mapping[Any, Client], reader: Reader, parts: Ahead) -> list[Pin]:
    """Give the pins of the horizon: each by its name, or, where there are many, one a week. One query."""
    total = parts.total
    if total.n > MOST_NAMED or total.more:
        return _weekly(rows, reader, parts)
    found = linked(list(rows.order_by("due_at", "id")[:MOST_NAMED]), dict(clients))
    return [Pin(_shown_on(row), f"{row.subject}, {row.client}", _state(row, reader)) for row in found]


def label_of(parts: Ahead, today: date, until: date) -> str:
    """Say in words what the horizon shows."""
    late = f", {parts.late} of them overdue" if parts.late.n else ""
    return f"Timeline of {parts.total} renewals and reviews{late}, from {format_long(today)} to {format_long(until)}"


def _weekly(rows: DeadlineQuerySet, reader: Reader, parts: Ahead) -> list[Pin]:
    found = []
    if parts.late.n:
        first = rows.order_by("due_at", "id").values_list("due_on", flat=True).first()
        oldest = min(first or reader.today, reader.today)
        words = f"oldest {oldest.day} {MONTHS[oldest.month - 1][:3]}"
        found.append(Pin(oldest, f"{parts.late} overdue", "late", words))
    for week in parts.weeks:
        on = max(week.monday, reader.today)
        state = "soon" if relative_due(on, reader.today).state == "soon" else "then"
        found.append(Pin(on, f"{week.count} due", state, f"week of {_short(week.monday)}"))
    return found


def _row(row: Deadline, reader: Reader, divider: Divider | None) -> Row:
    kind = kind_of(row.kind)
    state, words = relative_due(row.due_on, _today_of(row, reader))
    step = kind.next_step(row, reader.access) if state in ("late", "soon") or row.owner_id is None else None
    return Row(
        cells=[
            Cell("lead", row.title, sub=kind.title, url=kind.address(row)),
            Cell("text", row.client.name, url=row.client.get_absolute_url()),
            Cell("person", row.owner),
            _due(row, state, words),
        ],
        state="late" if state == "late" else "",
        action=Link(step.label, step.url, primary=state == "late") if step else None,
        id=f"deadline-{row.pk}",
        divider=divider,
    )


def _due(row: Deadline, state: str, words: str) -> Cell:
    """The words and the date, which stands there once where the words are the date."""
    day = _shown_on(row)
    shown = state if state in ("late", "soon") else "idle"
    return Cell("status", words, state=shown, sub_date=None if format_table(day) in words else day)


def _part(row: Deadline, reader: Reader) -> date:
    """The week to which a row belongs; what is late comes before all weeks."""
    return date.min if row.due_at < reader.now else monday_of(_shown_on(row))


def _divider(part: date, counts: Mapping[date, Count]) -> Divider:
    count = str(counts[part]) if part in counts else ""
    if part == date.min:
        return Divider("Overdue", count, "late")
    return Divider(f"Week of {part.day} {MONTHS[part.month - 1]}", count)


def _today_of(row: Deadline, reader: Reader) -> date:
    """The client's own calendar day, by which the day is late or not."""
    return reader.now.astimezone(ZoneInfo(row.client.time_zone)).date()


def _state(row: Deadline, reader: Reader) -> str:
    state = relative_due(row.due_on, _today_of(row, reader)).state
    return state if state in ("late", "soon") else "then"


def _shown_on(row: Deadline) -> date:
    assert row.due_on is not None  # only deadlines of whole days stand here
    return row.due_on


def _short(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1][:3]}"


def lines(rows: Sequence[Deadline], now: datetime) -> list[list[object]]:
    """Give the rows of the file, in the order of HEADER."""
    return [
        [
            row.due_on,
            "Late" if row.due_at < now else "",
            row.client.name,
            row.title,
            kind_of(row.kind).title,
            row.subject,
            row.owner and str(row.owner),
            row.backup_owner and str(row.backup_owner),
            row.source,
        ]
        for row in rows
    ]


HEADER = ("Due", "Late", "Client", "What", "Kind", "About", "Owner", "Backup owner", "Where it comes from")
