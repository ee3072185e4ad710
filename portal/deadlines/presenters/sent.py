"""The reminders of a deadline that were sent, with what became of each message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.presenters.steps import when_words
from portal.deadlines.reminding.letters import key_of
from portal.outbox.models import Delivery, Message

MOST = 50
AS_WHOM = {
    "owner": "owner",
    "backup": "backup owner",
    "lead": "lead",
    "practice_owner": "owner of the practice",
    "client": "one of the client’s people",
    "channel": "channel",
}
STATES = {"sent": "ok", "dead": "late", "dropped": "idle"}


@dataclass(frozen=True)
class Fate:
    """What became of one delivery: a state for `status`, words, and when."""

    state: str
    words: str
    at: datetime | None


@dataclass(frozen=True)
class Sent:
    """One reminder in words: when it was owed, for which step, to whom and as what, and its deliveries."""

    at: datetime
    when: str
    to: str
    role: str
    why: str
    fates: tuple[Fate, ...]


def sent(deadline: Deadline) -> list[Sent]:
    """List the latest reminders of a deadline, the last first. Four queries."""
    reminders = list(
        Reminder.objects.for_client(deadline.client)
        .filter(deadline=deadline)
        .select_related("person")
        .order_by("-id")[:MOST]
    )
    messages = Message.objects.filter(key__in=[key_of(each.pk) for each in reminders])
    by_key = {message.key: message for message in messages.select_related("channel")}
    deliveries: dict[int, list[Fate]] = {}
    for delivery in Delivery.objects.filter(message__in=by_key.values()).order_by("id"):
        deliveries.setdefault(delivery.message_id, []).append(_fate(delivery))
    return [_line(each, by_key.get(key_of(each.pk)), deliveries) for each in reminders]


def _line(reminder: Reminder, message: Message | None, deliveries: dict[int, list[Fate]]) -> Sent:
    channel = message.channel if message else None
    return Sent(
        at=reminder.step_at,
        when=when_words(reminder.step),
        to=str(reminder.person or (channel.name if channel else "a channel that is gone")),
        role=AS_WHOM.get(reminder.part, reminder.part),
        why=reminder.why,
        fates=tuple(deliveries.get(message.pk, ())) if message else (),
    )


def _fate(delivery: Delivery) -> Fate:
    how = delivery.get_medium_display()
    words = f"{how}: {delivery.get_state_display().lower()}"
    if delivery.last_error and delivery.state != Delivery.State.SENT:
        words = f"{words}, {delivery.last_error}"
    at = delivery.ended_at or delivery.batch or delivery.next_attempt_at
    return Fate(STATES.get(delivery.state, "wait"), words, at)
