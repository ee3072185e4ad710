"""The renderer's task, and the clock's: documents that a dead worker or a lost message left lying are sent again."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import Task
from django.utils import timezone

from portal.celery import app
from portal.documents import actions, press
from portal.documents.mail import say_it_ended
from portal.documents.models import Document
from portal.documents.queries import practices_with_left_lying
from portal.tenancy.system import as_operator

REASON = "left lying by the renderer"
logger = logging.getLogger(__name__)


def send(pk: int) -> None:
    """Hand a document to the renderer. Without a broker it waits for the sweep, and nobody loses anything."""
    try:
        render.delay(pk)
    except Exception:
        logger.exception("document %s was not handed to the renderer; the sweep will", pk)


@app.task(name="documents.render", bind=True, acks_late=True)  # type: ignore[untyped-decorator]
def render(self: Task, pk: int) -> str:
    """Make one document and tell whoever asked. Harmless when it comes twice. Gives the state it ended in."""
    document = press.make(pk, task=self.request.id or "")
    if document is None:
        return ""
    say_it_ended(document)
    return document.state


@app.task(name="documents.sweep")  # type: ignore[untyped-decorator]
def sweep() -> int:
    """Ask for a sweep of every practice that has something lying. Gives the number of practices."""
    ids: list[UUID] = practices_with_left_lying(timezone.now() - actions.STUCK_AFTER)
    for practice_id in ids:
        with as_operator(practice_id, REASON):
            sweep_practice.delay()
    return len(ids)


@app.task(name="documents.sweep_practice")  # type: ignore[untyped-decorator]
def sweep_practice() -> int:
    """Send what lies too long in the scope's practice again. Gives how many."""
    now = timezone.now()
    lying: Any = Document.objects.left_lying(now - actions.STUCK_AFTER).select_related(
        "client", "requested_by"
    )
    sent = 0
    for document in lying.light().order_by("pk"):
        actions.send_again(document, at=now)
        send(document.pk)
        sent += 1
    return sent
