"""One column of a register's export and import: how a value is written into a cell and read out of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from clients.registers.models import Record
from clients.registers.platforms import platform_id, platform_name
from clients.registers.queries import Choices
from clients.registers.register import Register
from portal.lib.dates import parse_day
from portal.lib.fields import SafeListField

REFERENCE = "Reference"
YES, NO = "yes", "no"


class UnreadableCell(ValueError):  # noqa: N818 - it is a refusal, said to the user
    """A cell cannot be understood; the message says what to write instead."""


@dataclass(frozen=True)
class TableField:
    """A field of the model as a column: its heading, and its two ways."""

    name: str
    heading: str
    write: Callable[[Record], object]
    read: Callable[[str, Choices], Any]


@cache
def _fields_of(slug: str, model: type[Record], names: tuple[str, ...], title: str) -> tuple[TableField, ...]:
    return tuple(_table_field(model, name, title) for name in names)


def table_fields(register: Register, *, for_staff: bool) -> list[TableField]:
    """The columns of a register's table, for people of the practice or for a client's people."""
    fields = _fields_of(
        register.slug, register.model, register.table_fields, register.columns[0].column.title
    )
    left_out = {"internal", *register.staff_only} if not for_staff else set()
    return [field for field in fields if field.name not in left_out]


def _table_field(model: type[Record], name: str, title: str) -> TableField:
    field = model._meta.get_field(name)
    words = title if name == "name" else str(field.verbose_name)  # type: ignore[union-attr]
    heading = words[:1].upper() + words[1:]
    write, read = _ways(field)
    return TableField(name, heading, write, read)


def _ways(field: Any) -> tuple[Callable[[Record], object], Callable[[str, Choices], Any]]:
    name = field.name
    if name == "platform":
        return lambda row: platform_name(row.platform), lambda text, choices: platform_id(text)
    if isinstance(field, models.ForeignKey):
        if issubclass(field.related_model, Record):
            return lambda row: getattr(getattr(row, name), "name", ""), _reader_of_link(name)
        return lambda row: getattr(getattr(row, name), "email", ""), _read_person
    if field.choices:
        titles = {key: str(words) for key, words in field.choices}
        return lambda row: titles.get(getattr(row, name), ""), _reader_of_choice(titles, field.get_default())
    return _plain_ways(field)


def _plain_ways(field: Any) -> tuple[Callable[[Record], object], Callable[[str, Choices], Any]]:
    name = field.name
    if isinstance(field, SafeListField):
        return lambda row: "\n".join(getattr(row, name)), lambda text, choices: _lines(text)
    if isinstance(field, models.DateField):
        return lambda row: getattr(row, name), lambda text, choices: _read_day(text)
    if isinstance(field, models.BooleanField):
        return lambda row: YES if getattr(row, name) else NO, lambda text, choices: _read_yes(text)
    if isinstance(field, models.IntegerField):
        return lambda row: getattr(row, name), lambda text, choices: _read_number(text)
    return lambda row: getattr(row, name), lambda text, choices: text


def _reader_of_choice(titles: Mapping[str, str], default: str) -> Callable[[str, Choices], str]:
    known = {words.casefold(): key for key, words in titles.items()}
    known |= {words.partition(":")[0].casefold(): key for key, words in titles.items()}
    known |= {key.casefold(): key for key in titles}

    def read(text: str, choices: Choices) -> str:
        if not text:
            return default
        key = known.get(text.casefold())
        if key is None:
            offered = "; ".join(words.partition(":")[0] for words in titles.values())
            raise UnreadableCell(f"“{text[:40]}” is not one of: {offered}.")
        return key

    return read


def _reader_of_link(name: str) -> Callable[[str, Choices], Record | None]:
    def read(text: str, choices: Choices) -> Record | None:
        if not text:
            return None
        found = next((each for each in choices.links[name] if each.name.casefold() == text.casefold()), None)
        if found is None:
            raise UnreadableCell(
                f"There is no {name} in use called “{text[:60]}”. Add it first, or leave the cell empty."
            )
        return found

    return read


def _read_person(text: str, choices: Choices) -> Any:
    if not text:
        return None
    found = choices.people.by_email(text)
    if found is None:
        raise UnreadableCell(
            f"Nobody with the address {text[:80]} works for the client now. Leave the cell empty."
        )
    return found


def _read_day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return parse_day(text)
    except ValueError as error:
        raise UnreadableCell(str(error)) from None


def _read_yes(text: str) -> bool:
    plain = text.casefold()
    if plain in (YES, "true", "1"):
        return True
    if plain in (NO, "false", "0", ""):
        return False
    raise UnreadableCell("Write yes or no.")


def _read_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UnreadableCell(f"“{text[:20]}” is not a whole number.")
    return int(text)


def _lines(text: str) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
