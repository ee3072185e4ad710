"""Writes of the outbox: letters are posted in the transaction of their cause; people say how they wish to hear."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from portal.audit.actions import action, record
from portal.lib.refused import Refused
from portal.outbox.kinds import optional_kinds
from portal.outbox.letters import Letter
from portal.outbox.models import Channel, Delivery, Medium, Preference
from portal.outbox.poke import send_on_commit
from portal.outbox.queries import Ways, channels_of, practice_in_scope, ways_of
from portal.outbox.rules.slots import Slot, next_slot
from portal.tenancy.scope import EVERY_CLIENT, Scope, ScopeError, current, enter

if TYPE_CHECKING:
    from portal.accounts.models import User

__all__ = ["Letter", "channels_of", "post", "set_preference", "try_again"]

OPTED_OUT = "The person does without this kind of message."
URGENT_ALONE = "Only urgent messages go to this channel."
TURNED_OFF = "The channel is turned off."
NOT_FOR_CLIENT = "It is internal, and the channel is the client's."
INSERT = """
INSERT INTO outbox_message (practice_id, client_id, internal, created_at, key, kind, subject, lines, url,
                            action_label, due_at, due_on, late, urgent, person_id, channel_id)
SELECT %s, client_id, internal, created_at, key, kind, subject, lines, url,
       action_label, due_at, due_on, late, urgent, person_id, channel_id
  FROM jsonb_to_recordset(%s::jsonb) AS letter (
       client_id uuid, internal boolean, created_at timestamptz, key text, kind text, subject text, lines jsonb,
       url text, action_label text, due_at timestamptz, due_on date, late boolean, urgent boolean,
       person_id uuid, channel_id bigint)
 ORDER BY key
ON CONFLICT (practice_id, key) DO NOTHING RETURNING key, id
"""


def post(letters: Sequence[Letter], *, now: datetime, practice_id: UUID) -> int:
    """Write what is to be sent, inside the caller's transaction; give how many letters were new.

    A letter whose key the practice has already is left alone. Preferences decide when and where each is sent, or
    that it is dropped; that, too, is on record. The sender is woken when the transaction commits. Five statements,
    however many letters. Reaches past the caller's own scope, as a person may write to whom they cannot look up.
    Raises ValueError for a letter that cannot be meant, ScopeError for another practice than the scope's.
    """
    wanted: dict[str, Letter] = {}
    for letter in letters:
        letter.check(practice_id)
        wanted.setdefault(letter.key, letter)
    if not wanted:
        return 0
    if current().practice not in (None, practice_id):
        raise ScopeError("letters can only be posted in the practice of the scope")
    whole = Scope(practice=practice_id, clients=EVERY_CLIENT, internal=True, request=current().request)
    with enter(whole, switch=True), transaction.atomic():
        written = _write_messages(wanted.values(), now, practice_id)
        new = {message_id: wanted[key] for key, message_id in written.items()}
        ways = ways_of({letter.person.pk for letter in new.values() if letter.person})
        rows = [
            row for message_id, letter in new.items() for row in _deliveries(letter, message_id, ways, now)
        ]
        for row in rows:
            row.practice_id = practice_id
        Delivery.objects.bulk_create(rows, batch_size=1000)
    due = [row.next_attempt_at for row in rows if row.next_attempt_at is not None]
    send_on_commit(practice_id, earliest=min(due, default=None), now=now)
    return len(written)


def _write_messages(letters: Iterable[Letter], now: datetime, practice_id: UUID) -> dict[str, int]:
    """Insert those whose key is new, in one statement; give their ids by key."""
    rows = json.dumps([letter.row(now) for letter in letters])
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [practice_id, rows])
        return dict(cursor.fetchall())


def _deliveries(letter: Letter, message_id: int, ways: Ways, now: datetime) -> list[Delivery]:
    """Give the deliveries of one message: one for each way, or a dropped one that says why there is none."""
    if letter.channel is not None:
        return [_delivery(letter, message_id, letter.channel, now, dropped=_unfit(letter, letter.channel))]
    assert letter.person is not None
    preference = ways.preference(letter.person.pk)
    if letter.kind in preference.opt_outs and letter.may_opt_out and not letter.urgent:
        return [_delivery(letter, message_id, None, now, dropped=OPTED_OUT)]
    slot = None if letter.urgent else _slot(preference, letter.person, letter.not_before or now, now)
    channels = ways.channels_for(letter.person.pk, urgent=letter.urgent)
    return [_delivery(letter, message_id, channel, now, slot=slot) for channel in channels]


def _unfit(letter: Letter, channel: Channel) -> str:
    """Say why a channel does not get a letter; nothing when it does."""
    if not channel.enabled:
        return TURNED_OFF
    if letter.internal and channel.client_id is not None and not channel.internal:
        return NOT_FOR_CLIENT
    if channel.urgent_only and not letter.urgent:
        return URGENT_ALONE
    return ""


def _slot(preference: Preference, person: User, not_before: datetime, now: datetime) -> Slot | None:
    if preference.mode == Preference.Mode.INSTANT:
        return None
    weekday = preference.weekday if preference.mode == Preference.Mode.WEEKLY else None
    after = max(not_before, now)
    return next_slot(after, hour=preference.hour, zone=ZoneInfo(person.time_zone), weekday=weekday)


def _delivery(
    letter: Letter,
    message_id: int,
    channel: Channel | None,
    now: datetime,
    *,
    dropped: str = "",
    slot: Slot | None = None,
) -> Delivery:
    row = Delivery(
        message_id=message_id,
        client=letter.client,
        internal=letter.internal,
        created_at=now,
        person=letter.person,
        channel=channel,
        medium=channel.kind if channel else Medium.EMAIL,
        urgent=letter.urgent,
    )
    if dropped:
        row.state, row.ended_at, row.last_error = Delivery.State.DROPPED, now, dropped
    elif slot is not None:
        row.batch, row.next_attempt_at = slot.at, slot.leaves_at
    else:
        row.envelope, row.next_attempt_at = uuid4(), max(letter.not_before or now, now)
    return row


def set_preference(
    user: User,
    *,
    by: User,
    now: datetime,
    mode: str,
    hour: int,
    weekday: int,
    by_email: bool,
    opt_outs: Iterable[str],
) -> Preference:
    """Keep how a person wishes to hear from the practice of the scope. What waits already keeps its slot.

    Raises Refused for an hour or day that there is not, and for a kind that cannot be done without.
    """
    chosen = sorted(set(opt_outs))
    if set(chosen) - set(optional_kinds()):
        raise Refused("Choose only kinds of messages that can be done without.")
    if mode not in Preference.Mode.values or not 0 <= hour <= 23 or not 0 <= weekday <= 6:
        raise Refused("Choose when to hear: at once, or an hour of the day, and for a weekly digest a day.")
    if user != by:
        raise Refused("Everybody chooses for themselves how they hear.")
    wishes = {"mode": mode, "hour": hour, "weekday": weekday, "by_email": by_email, "opt_outs": chosen}
    with action("preference.set", by=by):
        preference: Preference
        preference, _ = Preference.objects.update_or_create(
            practice_id=practice_in_scope(), user=user, defaults={**wishes, "changed_at": now}
        )
    return preference


def try_again(delivery: Delivery, *, by: User | None, now: datetime) -> Delivery:
    """Send a dead letter once more, at once and with all its attempts; one that waits for its next attempt, now.

    Raises Refused for what was sent or dropped, and for what is being sent at this moment.
    """
    with transaction.atomic():
        row: Delivery = Delivery.objects.select_for_update().get(pk=delivery.pk)
        if row.state in (Delivery.State.SENT, Delivery.State.DROPPED):
            raise Refused("Only what was not delivered can be tried again.")
        if row.state == Delivery.State.SENDING and row.claimed_until and row.claimed_until > now:
            raise Refused("It is being sent at this moment. Look again in two minutes.")
        if row.batch is not None:  # alone this time, so it is another envelope
            row.batch, row.envelope = None, None
        row.envelope = row.envelope or uuid4()
        row.state, row.attempts, row.claimed_until = Delivery.State.QUEUED, 0, None
        row.next_attempt_at, row.ended_at = now - timedelta(microseconds=1), None
        row.save()
        record(
            "delivery.try_again",
            client=row.client,
            object="outbox_delivery",
            object_id=str(row.pk),
            label=row.get_medium_display(),
            by=by,
            internal=row.internal and row.client_id is not None,
        )
        send_on_commit(row.practice_id, earliest=row.next_attempt_at, now=now)
    return row
