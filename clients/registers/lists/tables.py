"""A register's list as a table: which rows, in which order, with which actions. One page of it at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from clients.registers.catalogue import CLIENT
from clients.registers.models import Credential, Record
from clients.registers.models.record import RecordQuerySet
from clients.registers.register import ListColumn, Register
from clients.registers.rules.renewals import LATE, SOON, due_state
from portal.shell.tables import Column, Empty, Link, Row, Table, headings, sorted_by
from portal.tenancy.models import Client

PAGE = 50
ACTIONS = Column("actions", "Actions", kind="actions")


def columns_of(register: Register, client: Client | None) -> list[ListColumn]:
    """The list's columns; over all clients the client stands second."""
    if client is not None:
        return list(register.columns)
    return [register.columns[0], CLIENT, *register.columns[1:]]


def order_of(register: Register, client: Client | None, request: HttpRequest) -> str:
    """The wished order as "key" or "-key", checked."""
    return sorted_by([each.column for each in columns_of(register, client)], request, register.default_sort)


def ordered(rows: RecordQuerySet, register: Register, order: str) -> RecordQuerySet:
    """Put the rows into a checked order."""
    if order.removeprefix("-") == CLIENT.column.key:
        mark = "-" if order.startswith("-") else ""
        return rows.order_by(f"{mark}client__name", f"{mark}id")
    return rows.order_by(*register.order(order))


def table_of(
    register: Register,
    client: Client | None,
    rows: list[Record],
    request: HttpRequest,
    *,
    today: dt.date,
    may_edit: Callable[[Client], bool],
    empty: Empty,
) -> Table:
    """Make the table. `may_edit` tells whether the person may change a client's rows."""
    columns = columns_of(register, client)
    made = [_row(register, columns, row, today, may_edit(row.client)) for row in rows]
    heads = headings([*[each.column for each in columns], ACTIONS], request, register.default_sort)
    return Table(register.title, f"{register.title}, {_caption(register, order_of(register, client, request))}",
                 heads, made, empty)  # fmt: skip


def _caption(register: Register, order: str) -> str:
    """Say how the list is sorted: "soonest first", or by which column and which way."""
    key = order.removeprefix("-")
    if key == "due":
        return "latest first" if order.startswith("-") else "soonest first"
    titles = {each.column.key: each.column.title for each in (*register.columns, CLIENT)}
    title = titles[key]
    return f"by {title if title[:2].isupper() else title.lower()}, {'Z to A' if order.startswith('-') else 'A to Z'}"


def _row(register: Register, columns: list[ListColumn], row: Record, today: dt.date, may_edit: bool) -> Row:
    late = row.is_live and due_state(row.due_on, today) == LATE
    return Row(
        cells=[column.render(row, today) for column in columns],
        state="late" if late else "",
        action=next_step(register, row, today) if may_edit else None,
        menu=menu_of(register, row) if may_edit else (),
        id=f"record-{row.pk}",
    )


def next_step(register: Register, row: Record, today: dt.date, owner_left: bool = False) -> Link | None:
    """The one thing to do about a row now, or None when nothing is owed."""
    if not row.is_live:
        return None
    state = due_state(row.due_on, today)
    if state in (LATE, SOON) and register.due_label:
        return Link(register.due_label, address(row, register.due_url_name), primary=state == LATE)
    if row.owner_id is None or owner_left:
        return Link("Name an owner", address(row, "record_reassign"))
    return None


def menu_of(register: Register, row: Record) -> tuple[Link, ...]:
    """Everything else that can be done with a row, destructive last."""
    if row.retired_at:
        return (Link("Take into use again", address(row, "record_unretire"), post=True),)
    retire = Link(f"Retire this {register.singular}…", address(row, "record_retire"), danger=True)
    if not row.is_live:
        return (retire,)
    links = [
        Link(f"Change this {register.singular}", address(row, "record_edit")),
        Link("Hand over to another owner", address(row, "record_reassign")),
    ]
    if isinstance(row, Credential):
        links.insert(0, Link("Record rotation", address(row, "credential_rotate")))
        return (*links, Link("Record as revoked…", address(row, "credential_revoke"), danger=True))
    if row.REGISTER == "integrations":
        links.insert(0, Link("Record review", address(row, "record_review")))
    elif row.REGISTER == "sub-processors":
        links.insert(0, Link("Record review of the DPA", address(row, "record_review")))
        links.insert(1, Link("Record an assessment", address(row, "sub_processor_assess")))
    return (*links, retire)


def address(row: Record, name: str) -> str:
    """The address of a verb of one row."""
    kwargs: dict[str, Any] = {"client_slug": row.client.slug, "pk": row.pk}
    if not name.startswith(("credential_", "sub_processor_")):
        kwargs["register"] = row.REGISTER
    return reverse(name, kwargs=kwargs)
