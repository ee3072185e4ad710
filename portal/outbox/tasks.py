"""The clock's sweep, which wakes a sender for every practice with something due, and the sender."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from portal.celery import app
from portal.outbox.poke import send_soon
from portal.outbox.queries import practice_in_scope, practices_with_due
from portal.outbox.sending import send_due


@app.task(name="outbox.sweep", acks_late=True)  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Wake the sender of every practice that has something due. Gives how many."""
    found = practices_with_due(timezone.now())
    for practice_id in found:
        send_soon(practice_id)
    return len(found)


@app.task(name="outbox.send_practice", acks_late=True)  # type: ignore[untyped-decorator]
def send_practice() -> dict[str, Any]:
    """Send what the scope's practice has due. Harmless when it comes twice or at the same time as another."""
    done = send_due()
    if done.more:
        send_soon(practice_in_scope())
    return dict(done.states)
