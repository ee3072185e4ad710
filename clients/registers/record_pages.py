"""What a record's page shows: its facts in words, its history, and two people's values side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from clients.registers.models import Record
from clients.registers.register import Register
from clients.registers.transfers.table_fields import TableField, table_fields
from portal.audit.presenters import Line, lines_of
from portal.audit.queries import history, names_for
from portal.lib.dates import format_long, format_table, relative_due

NOT_SHOWN = frozenset({"name", "owner", "internal"})


@dataclass(frozen=True)
class Fact:
    """One fact: `value` is a day, a person, a list of lines or a text; `kind` says which; empty is not recorded."""

    label: str
    kind: str
    value: Any
    url: str = ""


@dataclass(frozen=True)
class Mention:
    """A place of a room above that is about a record: its name, its page, and words about it."""

    name: str
    url: str
    words: str = ""


_mentions: dict[str, Callable[[Record], Sequence[Mention]]] = {}


def register_mentions(title: str, find: Callable[[Record], Sequence[Mention]]) -> None:
    """Put what a room above has about a record on the record's page, under a title; at most one query."""
    _mentions[title] = find


def mentions_of(record: Record) -> list[tuple[str, Sequence[Mention]]]:
    """List what is about a record, by title; titles without anything are left out."""
    found = [(title, find(record)) for title, find in _mentions.items()]
    return [(title, rows) for title, rows in found if rows]


@dataclass(frozen=True)
class Due:
    """When something is due: a state and words, and the day unless the words say it."""

    state: str
    words: str
    day: dt.date | None


@dataclass(frozen=True)
class TwoValues:
    """A field that somebody changed meanwhile: as it is now, and as this person typed it."""

    label: str
    now: str
    yours: str


def facts_of(register: Register, record: Record, *, for_staff: bool) -> list[Fact]:
    """List a record's facts in the form's order; a client's people get neither references nor fingerprints."""
    fields = table_fields(register, for_staff=for_staff)
    return [_fact(record, field) for field in fields if field.name not in NOT_SHOWN]


def _fact(record: Record, field: TableField) -> Fact:
    value = getattr(record, field.name)
    if isinstance(value, Record):
        return Fact(field.heading, "link", value.name, value.get_absolute_url())
    if isinstance(value, list):
        return Fact(field.heading, "list", value)
    if hasattr(value, "get_short_name"):
        return Fact(field.heading, "person", value)
    if hasattr(value, "isoformat"):
        return Fact(field.heading, "day", value)
    if value == "unknown":
        return Fact(field.heading, "text", "")
    if field.name.endswith("_days") and value is not None:
        return Fact(field.heading, "text", f"{value} {'day' if value == 1 else 'days'}")
    written = field.write(record)
    return Fact(field.heading, "web" if str(written).startswith("https://") else "text", written)


def due_of(record: Record, today: dt.date) -> Due | None:
    """When a record in use is next due, or None. A day far ahead is said once."""
    if record.due_on is None or not record.is_live:
        return None
    state, words = relative_due(record.due_on, today)
    says_the_day = format_table(record.due_on) in words
    return Due(state, format_long(record.due_on) if words == format_table(record.due_on) else words,
               None if says_the_day else record.due_on)  # fmt: skip


def history_of(record: Record, zone: ZoneInfo) -> list[Line]:
    """The latest changes of a record in words, latest first. Three queries."""
    events = history(record.client, record._meta.db_table, record.pk)
    return lines_of(events, names_for(events), zone, linked=False)


def both_values(register: Register, current: Record, form: forms.BaseForm) -> list[TwoValues]:
    """Set what somebody else saved beside what this person typed, for the fields that differ."""
    typed = form.instance  # type: ignore[attr-defined]
    found = []
    for field in table_fields(register, for_staff=True):
        now, yours = _words(field.write(current)), _words(field.write(typed))
        if now != yours:
            found.append(TwoValues(field.heading, now, yours))
    return found


def _words(value: object) -> str:
    return "" if value is None else str(value)
