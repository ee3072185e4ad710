"""How a value of a register row looks in a table cell. Values in, cells out; no query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from clients.registers.models import Credential, Integration, Record, SubProcessor, Workflow
from clients.registers.platforms import platform_name
from portal.lib.dates import DATE_ALONE_AFTER_DAYS, format_table, relative_due
from portal.shell.tables import Cell
from portal.tenancy.models import YesNoUnknown

Render = Callable[[Record, dt.date], Cell]


def lead(sub: Callable[[Record], str]) -> Render:
    """The name with its link, and under it what `sub` says."""
    return lambda row, today: Cell("lead", row.name, sub(row), row.get_absolute_url())


def client(row: Record, today: dt.date) -> Cell:
    return Cell("name", row.client.name, url=row.client.get_absolute_url())


def owner(row: Record, today: dt.date) -> Cell:
    """The owner; a row in use without one is said to have none."""
    if row.owner is None and not row.is_live:
        return Cell("muted", "Nobody")
    return Cell("person", row.owner)


def due(row: Record, today: dt.date) -> Cell:
    """When it is next due, in words with the date under them; the state of a row that is out of use."""
    if getattr(row, "revoked_at", None):
        return Cell("status", "Revoked", state="idle", sub_date=row.revoked_at.date())  # type: ignore[attr-defined]
    if row.retired_at:
        return Cell("status", "Retired", state="idle", sub_date=row.retired_at.date())
    if row.due_on is None:
        return Cell("muted", "No date recorded")
    state, words = relative_due(row.due_on, today)
    if state == "ok":
        state = "idle" if (row.due_on - today).days <= DATE_ALONE_AFTER_DAYS else "ok"
    says_the_date = format_table(row.due_on) in words
    return Cell("status", words, state=state, sub_date=None if says_the_date else row.due_on)


def choice(name: str, missing: str = "Not recorded") -> Render:
    """A choice by its short title: what stands before a colon."""

    def render(row: Record, today: dt.date) -> Cell:
        words = str(getattr(row, f"get_{name}_display")() or "")
        return Cell("text", words.partition(":")[0]) if words else Cell("muted", missing)

    return render


def answer(name: str) -> Render:
    """Yes, no or not known, the last in the second voice."""

    def render(row: Record, today: dt.date) -> Cell:
        value = getattr(row, name)
        kind = "muted" if value == YesNoUnknown.UNKNOWN else "text"
        return Cell(kind, YesNoUnknown(value).label)

    return render


def lines(name: str, missing: str = "None recorded") -> Render:
    """A list: the first, and how many more."""
    return lambda row, today: Cell("list", missing, items=tuple(getattr(row, name)))


def day(name: str, missing: str = "Not recorded") -> Render:
    return lambda row, today: Cell("date", getattr(row, name), missing)


def text(name: str, missing: str = "Not recorded") -> Render:
    def render(row: Record, today: dt.date) -> Cell:
        value = getattr(row, name)
        return Cell("text", value) if value else Cell("muted", missing)

    return render


def workflow_sub(row: Record) -> str:
    parts = [platform_name(row.platform)] if isinstance(row, Workflow) else []
    if isinstance(row, Workflow) and row.status != Workflow.Status.ACTIVE:
        parts.append(str(row.get_status_display()).lower())
    return _joined(row, parts)


def integration_sub(row: Record) -> str:
    if not isinstance(row, Integration):
        return ""
    parts = [platform_name(row.platform), str(row.get_auth_type_display())]
    return _joined(row, [*parts, *([f"for {row.workflow.name}"] if row.workflow else [])])


def credential_sub(row: Record) -> str:
    if not isinstance(row, Credential):
        return ""
    return _joined(
        row, [f"{platform_name(row.platform)}, {_lower_first(row.get_kind_display())}", row.storage_words]
    )


def sub_processor_sub(row: Record) -> str:
    return _joined(row, [row.purpose] if isinstance(row, SubProcessor) else [])


def _joined(row: Record, parts: list[str]) -> str:
    return " · ".join([*parts, *(["internal"] if row.internal else [])])


def _lower_first(words: str) -> str:
    return words if words[:2].isupper() or words.startswith("OAuth") else words[:1].lower() + words[1:]
