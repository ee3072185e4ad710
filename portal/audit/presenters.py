"""Turns an event into words. Upper rooms register the nouns of their tables and the words of their actions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models

from portal.audit.models import AuditEvent
from portal.audit.names import FORGOTTEN, SYSTEM
from portal.audit.phrases import humanised, past
from portal.lib.dates import format_table

LONGEST = 160
NOTHING = "nothing"
HIDDEN = "[hidden]"
#: An added row with more values than these shows them on demand.
MANY = 4
# In every table; they say nothing to a reader.
PLUMBING = frozenset({"id", "practice_id", "client_id", "created_at", "updated_at"})
VERBS = {"insert": "added", "update": "changed", "delete": "deleted"}

DIGEST = re.compile(r"[0-9a-f]{40,128}")
DIGITS_OF_A_DIGEST = 12

Show = Callable[[Any], str]
Links = Callable[[Iterable[str]], Mapping[str, str]]


@dataclass(frozen=True)
class Named:
    """Shows a column that holds the id of another row by that row's name; `names` is asked once a page."""

    names: Links

    def shown_with(self, found: Mapping[str, str]) -> Show:
        """Show an id by the names that were found; a row that is out of sight keeps its number."""
        return lambda value: found.get(str(value), f"no. {value}")


Column = str | tuple[str, Show | Named] | None
Columns = Mapping[str, Column]


@dataclass(frozen=True)
class Noun:
    """What rows of a table are called, and how their columns are shown; None leaves a column out."""

    noun: str
    title: str = ""
    columns: Columns = field(default_factory=dict)
    links: Links | None = None
    noun_of: Callable[[str], str] | None = None

    def called(self, action: str) -> str:
        """What the row is called that this action was done to."""
        return (self.noun_of(action) if self.noun_of else "") or self.noun


@dataclass(frozen=True)
class Change:
    """One changed column in words; `before` is empty where nothing stood before."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One event in words; `at` in the reader's zone, `place` the client's name where several are listed."""

    event: AuditEvent
    at: datetime
    place: str
    who: str
    did: str
    noun: str
    title: str
    url: str
    changes: tuple[Change, ...]
    why: str

    @property
    def day(self) -> date:
        return self.at.date()

    @property
    def clock(self) -> str:
        return f"{self.at:%H:%M}"

    @property
    def is_long(self) -> bool:
        """Whether a row was added with so many values that they are better read one under the other."""
        return len(self.changes) > MANY and not any(each.before for each in self.changes)

    @property
    def instant(self) -> str:
        """The instant for machines."""
        return self.at.isoformat(timespec="seconds")

    @property
    def text(self) -> str:
        """The whole in one line, for tables and tests."""
        parts = [" ".join(filter(None, (self.who, self.did, self.noun, self.title)))]
        if self.changes:
            shown = (
                f"{each.label} {each.before} → {each.after}" if each.before else f"{each.label} {each.after}"
                for each in self.changes
            )
            parts.append(": " + ", ".join(shown))
        if self.why:
            parts.append(f", why: {self.why}")
        return "".join(parts)


_nouns: dict[str, Noun] = {}
_phrases: dict[str, str] = {}


def register(
    *,
    table: str,
    noun: str,
    title: str = "",
    columns: Columns | None = None,
    links: Links | None = None,
    noun_of: Callable[[str], str] | None = None,
) -> None:
    """Name a table's rows.

    table: the database table, or for events without a row the `object` that `record` was given.
    title: column that names a row when the trigger has none. columns: label by column, or (label, how to show the
    value), or (label, Named) for the id of another row, or None to leave it out; other columns are shown by their
    own names.
    links: gives the address of each id that still exists (see `links_of`), asked once a page.
    noun_of: where rows of one table are called by what they are: the noun for an action's name, or "" for `noun`.
    """
    _nouns[table] = Noun(noun, title, columns or {}, links, noun_of)


def register_action(name: str, phrase: str) -> None:
    """Say what somebody did: register_action("sign_in.refuse", "was refused at sign-in").

    For events without a row the phrase says everything but the title; "{noun}" in it is replaced by what the event's
    `object` is called ("exported the {noun}"). For changed rows the noun follows by itself.
    """
    _phrases[name] = phrase


def nouns() -> dict[str, str]:
    """Give the registered tables with what their rows are called."""
    return {table: entry.noun for table, entry in sorted(_nouns.items(), key=lambda each: each[1].noun)}


def links_of(model: type[models.Model]) -> Links:
    """Link rows of a model by their `get_absolute_url`, those that are still there and in scope."""

    def found(ids: Iterable[str]) -> dict[str, str]:
        rows = model._default_manager.filter(pk__in=list(ids))
        if any(each.name == "client" for each in model._meta.fields):
            rows = rows.select_related("client")
        return {str(row.pk): row.get_absolute_url() for row in rows}  # type: ignore[attr-defined]

    return found


@cache
def names_in(model: type[models.Model]) -> Links:
    """Name rows of a model by their `name`, those that are in scope."""

    def found(ids: Iterable[str]) -> dict[str, str]:
        rows = model._default_manager.filter(pk__in=list(ids)).order_by()
        return {str(pk): str(name) for pk, name in rows.values_list("pk", "name")}

    return found


def lines_of(
    events: Iterable[AuditEvent],
    names: Mapping[UUID, str],
    zone: ZoneInfo,
    *,
    places: Mapping[UUID, str] | None = None,
    linked: bool = True,
) -> list[Line]:
    """Put events into words.

    names: as `names.names_of` gives them. places: names of clients by id, to tell where an event belongs.
    linked: look up addresses; costs one query a linked table. Rows that values point at cost one a table too.
    """
    listed = list(events)
    urls = _urls(listed) if linked else {}
    shows = _shows(listed)
    return [
        _line(
            event,
            names,
            zone,
            shows,
            urls.get((event.object, event.object_id), ""),
            (places or {}).get(event.client_id or event.chain, ""),
        )
        for event in listed
    ]


def _urls(events: list[AuditEvent]) -> dict[tuple[str, str], str]:
    ids: dict[str, set[str]] = {}
    for event in events:
        if event.object_id:
            ids.setdefault(event.object, set()).add(event.object_id)
    urls: dict[tuple[str, str], str] = {}
    for table, wanted in ids.items():
        links = _nouns[table].links if table in _nouns else None
        if links is not None:
            urls |= {(table, pk): url for pk, url in links(wanted).items()}
    return urls


def _shows(events: list[AuditEvent]) -> dict[Named, Show]:
    """Ask for the names of all rows that the values of some events point at."""
    ids: dict[Named, set[str]] = {}
    for event in events:
        columns = _nouns[event.object].columns if event.object in _nouns else {}
        for column, value in event.payload["changes"].items():
            spec = columns.get(column)
            if isinstance(spec, tuple) and isinstance(spec[1], Named) and value != HIDDEN:
                values = value if isinstance(value, list) else [value]
                ids.setdefault(spec[1], set()).update(str(each) for each in values if each is not None)
    return {each: each.shown_with(each.names(wanted)) for each, wanted in ids.items()}


def _line(
    event: AuditEvent,
    names: Mapping[UUID, str],
    zone: ZoneInfo,
    shows: Mapping[Named, Show],
    url: str,
    place: str,
) -> Line:
    payload = event.payload
    entry = _nouns.get(event.object, Noun(humanised(event.object.split("_", 1)[-1])))
    show = _Values(names, zone)
    changes = tuple(_changes(entry, payload, show, shows))
    title = payload["label"] or _title(entry, payload["changes"])
    did, noun = _did(event.action, payload["op"], entry.called(event.action))
    who = names.get(event.actor, FORGOTTEN) if event.actor else SYSTEM
    at = event.at.astimezone(zone)
    return Line(event, at, place, who, did, noun, title, url, changes, payload["why"])


def _did(action: str, op: str, noun: str) -> tuple[str, str]:
    """Give verb and noun. An action on the row's own noun lends its verb; another one is said beside the plain verb."""
    acted_on, _, verb = action.partition(".")
    phrase = _phrases.get(action, "")
    if "{noun}" in phrase:
        return phrase.replace("{noun}", noun), ""
    if op == "event":
        return (phrase, "") if phrase else (past(verb), noun or humanised(acted_on))
    if phrase:
        return phrase, noun
    if verb and humanised(acted_on) == noun.casefold().replace("-", " "):
        return past(verb), noun
    return VERBS[op], noun


def _title(entry: Noun, changes: Mapping[str, Any]) -> str:
    value = changes.get(entry.title)
    if isinstance(value, list) and value:
        value = value[-1]
    return str(value or "")


def _changes(
    entry: Noun, payload: Mapping[str, Any], show: _Values, shows: Mapping[Named, Show]
) -> Iterable[Change]:
    for column, value in payload["changes"].items():
        spec = entry.columns.get(column, humanised(column))
        if spec is None or (column in PLUMBING and column not in entry.columns):
            continue
        label, way = spec if isinstance(spec, tuple) else (spec, None)
        own = shows.get(way) if isinstance(way, Named) else way
        if value == HIDDEN:
            yield Change(label, "", "changed, not shown")
        elif payload["op"] == "update" and isinstance(value, list):
            before, after = show(value[0], own), show(value[1], own)
            yield Change(label, "" if before == NOTHING else before, after)
        elif value != payload["label"]:
            yield Change(label, "", show(value, own))


@dataclass(frozen=True)
class _Values:
    """Shows the values of a payload: dates as days, tokens as names, long texts shortened."""

    names: Mapping[UUID, str]
    zone: ZoneInfo

    def __call__(self, value: Any, own: Show | None = None) -> str:
        if value is None or value in ("", []):
            return NOTHING
        if isinstance(value, dict):
            return self._object(value)
        if own is not None:
            return own(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return _short(", ".join(self(each) for each in value))
        return _short(self._text(value) if isinstance(value, str) else str(value))

    def _object(self, value: Mapping[str, Any]) -> str:
        if set(value) == {"token"}:
            return self.names.get(UUID(value["token"]), FORGOTTEN)
        if set(value) == {"length", "sha256"}:
            return f"a text of {value['length']} bytes"
        return _short(", ".join(f"{key}: {self(each)}" for key, each in value.items()))

    def _text(self, value: str) -> str:
        if DIGEST.fullmatch(value):
            return f"{value[:DIGITS_OF_A_DIGEST]}…"
        if not value[:4].isdigit() or value[4:5] != "-":
            return value
        try:
            if len(value) == len("2026-11-17"):
                return format_table(date.fromisoformat(value))
            moment = datetime.fromisoformat(value)
        except ValueError:
            return value
        if moment.tzinfo is None:
            return value
        local = moment.astimezone(self.zone)
        return f"{format_table(local)}, {local:%H:%M}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1].rstrip()}…"
