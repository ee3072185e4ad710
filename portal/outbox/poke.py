"""Wakes the sender. Without a broker it wakes a minute later by the clock, and nobody loses anything."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction

from portal.celery import app
from portal.tenancy.celery import HEADER, dumped
from portal.tenancy.system import as_operator

SEND = "outbox.send_practice"
REASON = "sending messages"
EXPIRES_SECONDS = 300  # the sweep asks again; askings do not pile up behind a long round
logger = logging.getLogger(__name__)


def send_soon(practice_id: UUID) -> None:
    """Ask a worker to send what the practice has due. A broker that cannot be reached is logged."""
    try:
        with as_operator(practice_id, REASON) as scope:
            app.signature(SEND).apply_async(
                headers={HEADER: dumped(scope)}, retry=False, expires=EXPIRES_SECONDS
            )
    except Exception as error:
        logger.error("the sender was not woken (%s); the sweep of the next minute will", type(error).__name__)


def send_on_commit(practice_id: UUID, *, earliest: datetime | None, now: datetime) -> None:
    """Wake the sender once the transaction stands, if anything is due at once."""
    if earliest is not None and earliest <= now:
        transaction.on_commit(partial(send_soon, practice_id), robust=True)
