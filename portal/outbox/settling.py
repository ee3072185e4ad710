"""Writes down what became of a parcel, and what that says of its channel: sent, later, given up, dropped."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from portal.outbox.channel_actions import TEST_KIND
from portal.outbox.composing import Parcel
from portal.outbox.media.fates import Fate, Outcome
from portal.outbox.models import Channel, Delivery, Medium
from portal.outbox.rules.backoff import MOST_ATTEMPTS, wait_after

GIVEN_UP = f"Given up after {MOST_ATTEMPTS} attempts. The last one: "
BOOKKEEPING = (
    "state", "attempts", "next_attempt_at", "claimed_until", "ended_at", "provider_id", "last_error",
)  # fmt: skip
logger = logging.getLogger(__name__)
State = Delivery.State


def settle(parcel: Parcel, fate: Fate, now: datetime, jitter: float) -> None:
    """Keep the fate of a parcel in all its deliveries.

    That it was sent is kept whoever holds it now; a failure only by the sender whose attempt it was, as another may
    have taken it up meanwhile. A person whom a channel did not reach gets it by mail instead.
    """
    with transaction.atomic():
        held = _held(parcel)
        for delivery in parcel.deliveries:
            row = held.get(delivery.pk)
            if row is None or (fate.outcome is not Outcome.SENT and row.attempts != delivery.attempts):
                continue
            _apply(delivery, fate, now, jitter)
            delivery.save(update_fields=BOOKKEEPING)
            if delivery.state == State.DEAD:
                _by_mail_instead(delivery, now)
                logger.warning("delivery %s was given up: %s", delivery.pk, delivery.last_error)
        if parcel.channel is not None:
            _note_on_channel(parcel, parcel.channel, fate, now)


def drop(delivery: Delivery, why: str, now: datetime) -> None:
    """Keep that a delivery will not be sent, and why."""
    with transaction.atomic():
        delivery.state, delivery.ended_at, delivery.last_error = State.DROPPED, now, why
        delivery.next_attempt_at = delivery.claimed_until = None
        delivery.save(update_fields=BOOKKEEPING)
        if delivery.channel is not None and not delivery.channel.enabled:
            _by_mail_instead(delivery, now)


def _held(parcel: Parcel) -> dict[int, Delivery]:
    """Lock the parcel's rows that have not ended."""
    rows = Delivery.objects.select_for_update().filter(pk__in=[each.pk for each in parcel.deliveries])
    return {row.pk: row for row in rows.order_by("pk") if row.state not in (State.SENT, State.DROPPED)}


def _apply(delivery: Delivery, fate: Fate, now: datetime, jitter: float) -> None:
    delivery.claimed_until, delivery.last_error = None, fate.words[:300]
    wait = wait_after(delivery.attempts, jitter=jitter, asked=fate.asked)
    if fate.outcome is Outcome.LATER and wait is not None:
        delivery.state, delivery.next_attempt_at = State.QUEUED, now + wait
        return
    delivery.next_attempt_at, delivery.ended_at = None, now
    if fate.outcome is Outcome.SENT:
        delivery.state, delivery.provider_id, delivery.last_error = State.SENT, fate.provider_id, ""
        return
    delivery.state = State.DEAD
    if fate.outcome is Outcome.LATER:
        delivery.last_error = f"{GIVEN_UP}{fate.words}"[:300]


def _by_mail_instead(delivery: Delivery, now: datetime) -> None:
    """Send to the person's own e-mail what their channel did not take, unless it went there anyway."""
    if delivery.channel_id is None or delivery.person_id is None:
        return
    Delivery.objects.bulk_create(
        [
            Delivery(
                practice_id=delivery.practice_id,
                client_id=delivery.client_id,
                internal=delivery.internal,
                created_at=now,
                message_id=delivery.message_id,
                person_id=delivery.person_id,
                medium=Medium.EMAIL,
                urgent=delivery.urgent,
                next_attempt_at=now,
                envelope=uuid4(),
            )
        ],
        ignore_conflicts=True,
    )


def _note_on_channel(parcel: Parcel, channel: Channel, fate: Fate, now: datetime) -> None:
    if fate.outcome is Outcome.SENT:
        if any(each.message.kind == TEST_KIND for each in parcel.deliveries):
            channel.tested_at = now
        elif not channel.last_failure:
            return
        channel.failed_at, channel.last_failure = None, ""
    else:
        channel.failed_at, channel.last_failure = now, fate.words[:300]
    channel.save(update_fields=["tested_at", "failed_at", "last_failure"])
