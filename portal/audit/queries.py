"""Questions to the trail. A page reads one index backwards from where the last one ended, however long the trail is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from portal.audit.models import AuditEvent, TrailQuerySet
from portal.audit.names import names_of, tokens_in
from portal.tenancy.models import Client

PAGE = 50
RECENT = 2000


@dataclass(frozen=True)
class Wanted:
    """What a reader wants to see; everything empty means all. Days are the reader's, both included."""

    actors: frozenset[UUID] = frozenset()
    object: str = ""
    action: str = ""
    from_on: date | None = None
    until_on: date | None = None
    text: str = ""
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def apply(self, events: TrailQuerySet) -> TrailQuerySet:
        """Keep the events that are wanted."""
        if self.actors:
            events = events.filter(actor__in=self.actors)
        if self.object:
            events = events.filter(object=self.object)
        if self.action:
            events = events.filter(action=self.action)
        if self.from_on:
            events = events.filter(at__gte=self._start(self.from_on))
        if self.until_on:
            events = events.filter(at__lt=self._start(self.until_on + timedelta(days=1)))
        if self.text:
            found = Q(payload__label__icontains=self.text) | Q(payload__why__icontains=self.text)
            events = events.filter(found | Q(action__icontains=self.text) | Q(object_id=self.text))
        return events

    def _start(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)


@dataclass(frozen=True)
class Page:
    """Some events, latest first; `older` is the id to go on before, None at the end."""

    events: list[AuditEvent]
    older: int | None


@dataclass(frozen=True)
class Choices:
    """What can be chosen from: people with all their tokens, kinds of record and actions of the recent events."""

    people: dict[str, frozenset[UUID]]
    objects: list[str]
    actions: list[str]


def _events(client: Client | None) -> TrailQuerySet:
    events: TrailQuerySet = AuditEvent.objects.all()
    return events.for_client(client) if client else events.in_scope()


def activity(client: Client | None, wanted: Wanted, *, before: int | None = None, size: int = PAGE) -> Page:
    """Give a page of one client's events, or of all in scope, latest first. One query."""
    events = wanted.apply(_events(client))
    if before is not None:
        events = events.filter(pk__lt=before)
    found = list(events.order_by("-pk")[: size + 1])
    return Page(found[:size], found[size - 1].pk if len(found) > size else None)


def all_activity(client: Client | None, wanted: Wanted) -> Iterable[AuditEvent]:
    """Give all the events that are wanted, latest first, read a batch at a time."""
    return wanted.apply(_events(client)).order_by("-pk").iterator(chunk_size=1000)


def history(client: Client, table: str, object_id: object, *, size: int = PAGE) -> list[AuditEvent]:
    """Give the latest events of one record. One query on its own index."""
    events: TrailQuerySet = AuditEvent.objects.for_client(client)
    return list(events.filter(object=table, object_id=str(object_id)).order_by("-pk")[:size])


def choices(client: Client | None) -> Choices:
    """Give who and what occurs in the latest RECENT events. Three queries, the same at any length of the trail."""
    recent = _events(client).order_by("-pk").values_list("actor", "object", "action")[:RECENT]
    rows = list(recent)
    people: dict[str, set[UUID]] = {}
    for token, name in names_of({actor for actor, _, _ in rows if actor}).items():
        people.setdefault(name, set()).add(token)
    return Choices(
        {name: frozenset(tokens) for name, tokens in sorted(people.items())},
        sorted({row[1] for row in rows if row[1]}),
        sorted({row[2] for row in rows if row[2]}),
    )


def names_for(events: Iterable[AuditEvent]) -> dict[UUID, str]:
    """Give the names behind all tokens in some events. Two queries."""
    tokens: set[UUID] = set()
    for event in events:
        tokens |= tokens_in(event.payload)
    return names_of(tokens)


def client_names() -> dict[UUID, str]:
    """Give the names of the clients in scope by their ids. One query."""
    return dict(Client.objects.order_by().values_list("pk", "name"))
