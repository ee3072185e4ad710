"""Background work of the registers: uploaded tables do not outlive their day."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from clients.registers.transfers.actions import drop_old_drafts
from portal.tenancy.system import as_operator, practice_ids


@shared_task(name="registers.drop_old_uploads")  # type: ignore[untyped-decorator]
def drop_old_uploads() -> int:
    """Throw away uploaded tables that are a day old, practice by practice. Gives how many there were."""
    dropped = 0
    for practice_id in practice_ids():
        with as_operator(practice_id, "uploaded tables are kept for a day"):
            dropped += drop_old_drafts(timezone.now())
    return dropped
