"""The clock's work: scan what is due every minute, compare with the records every night. A task lists the practices,
one more a practice does the work in that practice's scope alone. Each may run twice, or die: nothing is lost."""

from __future__ import annotations

import logging
from datetime import datetime
from uuid import UUID

from celery import shared_task
from django.db.models import Count
from django.utils import timezone

from portal.deadlines.comparison import compare as compare_practice_now
from portal.deadlines.models import Deadline
from portal.deadlines.reminding.scan import scan as scan_now
from portal.tenancy.system import SYSTEM_ALIAS, as_operator, practice_ids

logger = logging.getLogger(__name__)
SCANNING, COMPARING = "reminders that are due", "nightly comparison of records and deadlines"
#: So many deadlines are worth a worker of their own; they share a practice's batches.
SHARE, MOST_WORKERS = 2_500, 8
#: A message older than this is worth nothing: the next beat has sent another.
EXPIRES = 300


@shared_task(name="deadlines.scan", acks_late=True)  # type: ignore[untyped-decorator]
def scan() -> int:
    """Ask for a scan of every practice that has something due. Gives the number of practices."""
    due = due_by_practice(timezone.now())
    for practice_id, number in due.items():
        with as_operator(practice_id, SCANNING):
            for _ in range(min(1 + number // SHARE, MOST_WORKERS)):
                scan_practice.apply_async(expires=EXPIRES)
    return len(due)


@shared_task(name="deadlines.scan_practice", acks_late=True)  # type: ignore[untyped-decorator]
def scan_practice() -> int:
    """Take every step that is due in the scope's practice. Gives how many reminders are new."""
    done = scan_now(timezone.now())
    if done.reminders or done.passed_on:
        logger.info(
            "%s reminders of %s deadlines, %s passed on", done.reminders, done.deadlines, done.passed_on
        )
    return done.reminders


@shared_task(name="deadlines.compare", acks_late=True)  # type: ignore[untyped-decorator]
def compare() -> int:
    """Ask for the comparison of every practice. Gives the number of practices."""
    ids = practice_ids()
    for practice_id in ids:
        with as_operator(practice_id, COMPARING):
            compare_practice.delay()
    return len(ids)


@shared_task(name="deadlines.compare_practice", acks_late=True)  # type: ignore[untyped-decorator]
def compare_practice() -> int:
    """Compare records and deadlines of the scope's practice. Gives how many deadlines that changed."""
    done = compare_practice_now(timezone.now())
    return done.opened + done.moved + done.cancelled + done.passed_on


def due_by_practice(now: datetime) -> dict[UUID, int]:
    """Count what is due by practice, by the role that may only read across practices. One index, nothing else."""
    due = Deadline._base_manager.using(SYSTEM_ALIAS).filter(next_step_at__lte=now)
    return dict(due.order_by().values_list("practice_id").annotate(number=Count("*")))
