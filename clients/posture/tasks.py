"""The daily snapshots: one task lists the practices, one a practice takes them, in that practice's scope alone."""

from __future__ import annotations

import logging

from celery import shared_task
from django.utils import timezone

from clients.posture.actions import take_snapshot
from portal.tenancy.models import Client
from portal.tenancy.scope import narrowed
from portal.tenancy.system import as_operator, practice_ids

logger = logging.getLogger(__name__)
REASON = "daily snapshot"


@shared_task(name="posture.snapshots")  # type: ignore[untyped-decorator]
def snapshots() -> int:
    """Ask for a snapshot of every client, a task a practice. Gives the number of practices."""
    ids = practice_ids()
    for practice_id in ids:
        with as_operator(practice_id, REASON):
            snapshot_practice.delay()
    return len(ids)


@shared_task(name="posture.snapshot_practice")  # type: ignore[untyped-decorator]
def snapshot_practice() -> int:
    """Take the day's snapshot of each active client of the scope's practice. Gives how many were taken.

    What goes wrong with one client is logged and does not keep the others from theirs; tomorrow tries again.
    """
    taken = 0
    for client in Client.objects.filter(status=Client.Status.ACTIVE).order_by("pk"):
        try:
            with narrowed(clients=frozenset({client.pk})):
                take_snapshot(client, timezone.now())
            taken += 1
        except Exception:
            logger.exception("no posture snapshot of client %s", client.pk)
    return taken
