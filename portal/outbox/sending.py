"""Empties the outbox: claim a parcel with a lease, send it, write down what became of it. Any number share the work.

What a dead sender left is due again when its lease ends, and goes out under the same envelope.
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone

from portal.outbox import settling
from portal.outbox.composing import Parcel, compose, note_of
from portal.outbox.media import fates, hooks
from portal.outbox.media.fates import Fate
from portal.outbox.media.mail import Mailer
from portal.outbox.models import Delivery, Medium
from portal.outbox.queries import in_flight, practice_in_scope, unreachable
from portal.outbox.rules.backoff import MOST_ATTEMPTS

LEASE = timedelta(minutes=2)
#: A task ends well before the broker would hand it out again.
MOST_TIME = timedelta(minutes=4)
NEVER_ENDED = f"It was begun {MOST_ATTEMPTS} times and never ended."
NOT_PREPARED = "It could not be prepared ({error}). Whoever runs the portal finds more in the log."
logger = logging.getLogger(__name__)

# One claim at a time a practice, for a moment: a digest is never claimed in two parts.
TURN = "SELECT pg_advisory_xact_lock(hashtextextended('outbox.claim:' || %s, 0))"
CLAIM = """
WITH first AS (
    SELECT id, person_id, channel_id, batch, envelope FROM outbox_delivery
     WHERE practice_id = %(practice)s AND next_attempt_at IS NOT NULL AND next_attempt_at <= %(now)s
     ORDER BY urgent DESC, next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
UPDATE outbox_delivery AS each
   SET state = 'sending', attempts = each.attempts + 1, claimed_until = %(until)s, next_attempt_at = %(until)s,
       envelope = coalesce(each.envelope, %(envelope)s)
  FROM first
 WHERE each.practice_id = %(practice)s AND each.next_attempt_at <= %(now)s
   AND (each.id = first.id
        OR (each.batch = first.batch AND each.person_id = first.person_id
            AND each.channel_id IS NOT DISTINCT FROM first.channel_id
            AND each.envelope IS NOT DISTINCT FROM first.envelope))
RETURNING each.id, each.envelope
"""


@dataclass(frozen=True)
class Round:
    """What one round of sending did: deliveries by the state that they are in now, and whether more was due."""

    states: Counter[str]
    more: bool


def send_due(
    *,
    clock: Callable[[], datetime] = timezone.now,
    jitter: Callable[[], float] = random.random,
    most_time: timedelta = MOST_TIME,
) -> Round:
    """Send what is due in the scope's practice until nothing is, or the time is up. Never inside a transaction."""
    states: Counter[str] = Counter()
    until, mailer = clock() + most_time, Mailer()
    try:
        for parcel in _parcels(clock):
            states.update(_send(parcel, mailer, clock, jitter))
            if clock() >= until:
                return Round(states, more=True)
    finally:
        mailer.close()
    return Round(states, more=False)


def _parcels(clock: Callable[[], datetime]) -> Iterator[Parcel]:
    while True:
        parcel = claim(clock())
        if parcel is None:
            return
        yield parcel


def claim(now: datetime) -> Parcel | None:
    """Take the next parcel for LEASE; None when nothing is due. The claim stands before anything is sent."""
    practice = practice_in_scope()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(TURN, [str(practice)])
        cursor.execute(CLAIM, {"practice": practice, "now": now, "until": now + LEASE, "envelope": uuid4()})
        claimed: list[tuple[int, UUID]] = cursor.fetchall()
    if not claimed:
        return None
    deliveries = in_flight([pk for pk, _ in claimed])
    return Parcel(tuple(deliveries), claimed[0][1])


def _send(
    parcel: Parcel, mailer: Mailer, clock: Callable[[], datetime], jitter: Callable[[], float]
) -> Counter[str]:
    """Send one parcel and write down what became of it."""
    now = clock()
    states: Counter[str] = Counter()
    reasons = unreachable(parcel.deliveries, now)
    for delivery in parcel.deliveries:
        if delivery.pk in reasons:
            settling.drop(delivery, reasons[delivery.pk], now)
            states[delivery.state] += 1
    left = tuple(delivery for delivery in parcel.deliveries if delivery.pk not in reasons)
    if not left:
        return states
    rest = Parcel(left, parcel.envelope)
    fate = fates.never(NEVER_ENDED) if _worn_out(left) else attempt(rest, mailer, now)
    settling.settle(rest, fate, clock(), jitter())
    states.update(delivery.state for delivery in left)
    return states


def attempt(parcel: Parcel, mailer: Mailer, now: datetime) -> Fate:
    """Put a parcel into words and on its way. Never raises: a fault of ours is tried again, and logged."""
    delivery, channel = parcel.first, parcel.channel
    try:
        composed = compose(parcel, now)
        if delivery.medium == Medium.EMAIL:
            person = delivery.person
            address = channel.address if channel else (person.email if person else "")
            return mailer.carry(
                address, composed, envelope=parcel.envelope, to_person=person is not None, now=now
            )
        assert channel is not None
        note = note_of(composed, parcel)
        return hooks.carry(channel.kind, channel.address, note, envelope=parcel.envelope, now=now)
    except Exception as error:  # its words, and its traceback, may hold an address
        name = type(error).__name__
        logger.error("delivery %s could not be prepared: %s", delivery.pk, name)
        return fates.later(NOT_PREPARED.format(error=name))


def _worn_out(deliveries: tuple[Delivery, ...]) -> bool:
    """Whether it was begun too often: whoever sent it died each time."""
    return any(delivery.attempts > MOST_ATTEMPTS for delivery in deliveries)
