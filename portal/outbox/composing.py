"""What a parcel says: its subject, late things first and grouped by client, each item with its link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from portal.lib.dates import format_instant, format_long, relative_due, relative_instant
from portal.outbox.media.hooks import Line, Note
from portal.outbox.models import Channel, Delivery, Message

#: Where people say how they wish to hear; mail leads there. The pages of this room lie there.
PREFERENCES = "/account/messages/"
MOST_IN_MAIL, MOST_IN_CHAT, MOST_IN_SMS = 100, 20, 300


@dataclass(frozen=True)
class Parcel:
    """What goes over the wire as one: a single delivery, or all of one digest, claimed together."""

    deliveries: tuple[Delivery, ...]
    envelope: UUID

    @property
    def first(self) -> Delivery:
        return self.deliveries[0]

    @property
    def channel(self) -> Channel | None:
        return self.first.channel

    @property
    def is_digest(self) -> bool:
        return self.first.batch is not None

    @property
    def zone(self) -> ZoneInfo:
        """The reader's time zone: the person's, or the client's, or the practice's."""
        owner = self.first.person or (self.channel.person if self.channel else None)
        place = owner or self.first.client or self.first.practice
        return ZoneInfo(place.time_zone)


@dataclass(frozen=True)
class Item:
    """One message as it is read: `due` in words, empty where there is no date."""

    subject: str
    lines: tuple[str, ...]
    url: str
    label: str
    client: str
    due: str
    late: bool
    message: Message


@dataclass(frozen=True)
class Group:
    """The items of one client; without a name those of the practice itself."""

    client: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Section:
    """A part of a digest: what is late, or the rest."""

    title: str
    late: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Composed:
    """A parcel in words. `more`: how many items are not shown, for want of room."""

    subject: str
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    more: int
    home: str
    practice: str
    preferences: str
    is_digest: bool

    @property
    def late(self) -> int:
        """How many items are late."""
        return sum(item.late for item in self.items)


def compose(parcel: Parcel, now: datetime) -> Composed:
    """Put a parcel into words, as they are true at `now`."""
    messages = [delivery.message for delivery in parcel.deliveries]
    items = sorted((_item(each, parcel, now) for each in messages), key=_rank)
    shown = items[:MOST_IN_MAIL]
    late, rest = [item for item in shown if item.late], [item for item in shown if not item.late]
    sections = [
        Section(title, is_late, tuple(_groups(found, parcel)))
        for title, is_late, found in (("Late", True, late), ("To come", False, rest))
        if found
    ]
    return Composed(
        subject=_subject(parcel, items),
        sections=tuple(sections),
        items=tuple(items),
        more=len(items) - len(shown),
        home=f"{settings.SITE_URL}/",
        practice=parcel.first.practice.name,
        preferences=f"{settings.SITE_URL}{PREFERENCES}",
        is_digest=parcel.is_digest,
    )


def note_of(composed: Composed, parcel: Parcel) -> Note:
    """Give a parcel as chats, SMS and webhooks take it."""
    lines: list[Line] = []
    for item in composed.items[:MOST_IN_CHAT]:
        if composed.is_digest:
            lines.append(Line(item.subject))
        about = " · ".join(filter(None, (item.client, item.due)))
        lines += [Line(words) for words in (about, *item.lines) if words]
        lines.append(Line(item.label, item.url))
    left = len(composed.items) - MOST_IN_CHAT
    if left > 0:
        lines.append(Line(f"{left} more", composed.home))
    link = composed.home if composed.is_digest else composed.items[0].url
    room = max(MOST_IN_SMS - len(link) - 1, 20)
    short = composed.subject if len(composed.subject) <= room else f"{composed.subject[: room - 1]}…"
    return Note(
        title=composed.subject,
        lines=tuple(lines),
        short=f"{short} {link}",
        facts=_facts(composed, parcel),
        late=composed.late > 0,
    )


def _item(message: Message, parcel: Parcel, now: datetime) -> Item:
    zone = parcel.zone
    client = next(each.client for each in parcel.deliveries if each.message_id == message.pk)
    late = message.late or (message.due_at is not None and message.due_at < now)
    return Item(
        subject=message.subject,
        lines=tuple(message.lines),
        url=f"{settings.SITE_URL}{message.url}",
        label=message.action_label or "Open",
        client=client.name if client else "",
        due=_due(message, now, zone),
        late=late,
        message=message,
    )


def _due(message: Message, now: datetime, zone: tzinfo) -> str:
    if message.due_on is not None:
        today = now.astimezone(zone).date()
        return _dated(
            format_long(message.due_on), relative_due(message.due_on, today).words, message.due_on < today
        )
    if message.due_at is not None:
        at = f"{format_instant(message.due_at, zone)} ({zone})"
        return _dated(at, relative_instant(message.due_at, now, zone).words, message.due_at < now)
    return ""


def _dated(when: str, distance: str, passed: bool) -> str:
    """Say a date and how far it is: Due Wednesday 25 November 2026, in 6 days."""
    near = (
        ""
        if distance[:1].isdigit() and "overdue" not in distance
        else f", {distance[:1].lower()}{distance[1:]}"
    )
    return f"{'Was due' if passed else 'Due'} {when}{near}"


def _rank(item: Item) -> tuple[object, ...]:
    """Late ones first; then by client, the practice's own last; in them the urgent ones, then by due date."""
    message = item.message
    due = message.due_at.timestamp() if message.due_at else float("inf")
    return (not item.late, not item.client, item.client.casefold(), not message.urgent, due, message.pk)


def _groups(items: Iterable[Item], parcel: Parcel) -> list[Group]:
    """Group by client; in a digest, what belongs to none stands under the practice's name."""
    by_client: dict[str, list[Item]] = {}
    own = parcel.first.practice.name if parcel.is_digest else ""
    for item in items:
        by_client.setdefault(item.client or own, []).append(item)
    return [Group(client, tuple(found)) for client, found in by_client.items()]


def _subject(parcel: Parcel, items: list[Item]) -> str:
    if not parcel.is_digest:
        return items[0].subject
    late = sum(item.late for item in items)
    rest = len(items) - late
    counted = [f"{late} late"] if late else []
    counted += (
        [f"{rest} to come" if late else f"{rest} {'reminder' if rest == 1 else 'reminders'}"] if rest else []
    )
    return f"Your digest: {', '.join(counted)}"


def _facts(composed: Composed, parcel: Parcel) -> dict[str, Any]:
    """What programs read: one entry an item. No person is named."""
    return {
        "id": str(parcel.envelope),
        "practice": composed.practice,
        "late": composed.late,
        "items": [
            {
                "id": item.message.pk,
                "kind": item.message.kind,
                "subject": item.subject,
                "lines": list(item.lines),
                "client": item.client,
                "due_at": item.message.due_at.isoformat() if item.message.due_at else None,
                "due_on": item.message.due_on.isoformat() if item.message.due_on else None,
                "late": item.late,
                "urgent": item.message.urgent,
                "url": item.url,
            }
            for item in composed.items
        ],
    }
