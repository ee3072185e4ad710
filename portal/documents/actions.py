"""Every write of a document: asked for, taken up, finished or failed, asked for again, looked at, taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.db import connection

from portal.audit.actions import action, record
from portal.documents.fingerprints import fingerprint, short
from portal.documents.kinds import Contents, kind_of
from portal.documents.models import Document, DocumentFingerprint, StoredFile, number_of
from portal.documents.rendering import Rendered
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import current

if TYPE_CHECKING:
    from portal.accounts.models import User

STUCK_AFTER = timedelta(minutes=10)
MOST_ATTEMPTS = 3
MOST_UNDER_WAY = 5
PDF = "application/pdf"
GAVE_UP = (
    "It was begun three times and never finished. Try again; if it fails again, ask whoever runs the portal."
)
NEXT_NUMBER = """
INSERT INTO documents_documentnumber AS given (practice_id, day, last) VALUES (%s, %s, 1)
ON CONFLICT (practice_id, day) DO UPDATE SET last = given.last + 1 RETURNING last
"""


def ask_for(
    kind: str,
    client: Client,
    *,
    by: User | None,
    at: datetime,
    addressee: str = "",
    variant: str = Document.Variant.UA,
    why: str = "",
    title: str = "",
    about: Mapping[str, Any] | None = None,
) -> Document:
    """Put a document into the queue under the next number of the practice's day; the caller sends its task.

    about: which record it is of, for `build`, as `document.data` until the contents take its place.
    Raises Refused for an unknown variant, and when five of the client are under way already.
    """
    if variant not in Document.Variant.values:
        raise Refused("Choose one of the two kinds of PDF.")
    under_way = Document.objects.for_client(client).exclude(state__in=Document.ENDED)
    if under_way.count() >= MOST_UNDER_WAY:
        raise Refused(f"{MOST_UNDER_WAY} documents of {client.name} are being made. Wait until one is ready.")
    with action(f"{kind}.make", by=by, why=why, client=client):
        document = Document(
            practice_id=client.practice_id,
            client=client,
            kind=kind,
            number=next_number(client, at),
            title=title or kind_of(kind).title,
            data=dict(about or {}),
            addressee=addressee.strip(),
            variant=variant,
            requested_by=by,
            requested_at=at,
            sent_at=at,
        )
        document.save(force_insert=True)
    return document


def next_number(client: Client, at: datetime) -> str:
    """Take the practice's next number of the day (in the practice's time zone); a rolled-back one is given again.

    Those who ask at the same time wait for each other's transaction, so that no two get the same.
    """
    day: date = at.astimezone(ZoneInfo(client.practice.time_zone)).date()
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [client.practice_id, day])
        return number_of(day, cursor.fetchone()[0])


def take_up(pk: int, *, task: str, at: datetime) -> Document | None:
    """Claim a document for rendering. None when it is done, gone, or another task is at it.

    A task that was killed and handed out again takes its own document up once more; any task takes up what
    another left lying. What was begun too often is failed.
    """
    document = Document.objects.select_related("client", "practice", "requested_by").filter(pk=pk).first()
    if document is None:
        return None
    with action(f"{document.kind}.render", by=_actor(document), client=document.client):
        row: Document = Document.objects.select_for_update().get(pk=pk)
        at_work = row.state == Document.State.RENDERING and row.taken_by != task
        if not row.is_under_way or (at_work and row.sent_at > at - STUCK_AFTER):
            return None
        if row.attempts >= MOST_ATTEMPTS:
            _fail(row, GAVE_UP)
            return None
        row.state, row.taken_by, row.sent_at, row.attempts = (
            Document.State.RENDERING,
            task,
            at,
            row.attempts + 1,
        )
        row.save(update_fields=["state", "taken_by", "sent_at", "attempts"])
    row.client, row.practice, row.requested_by = document.client, document.practice, document.requested_by
    return row


def finish(document: Document, contents: Contents, rendered: Rendered, *, at: datetime) -> bool:
    """Keep the file and issue the fingerprint, all or nothing. Tells whether it was this task that finished it."""
    kind = kind_of(document.kind)
    with action(f"{document.kind}.issue", by=_actor(document), client=document.client):
        row = Document.objects.select_for_update().get(pk=document.pk)
        if row.state != Document.State.RENDERING or row.taken_by != document.taken_by:
            return False
        digest = hashlib.sha256(rendered.pdf).hexdigest()
        row.file = StoredFile.objects.create(
            practice_id=row.practice_id,
            client_id=row.client_id,
            name=f"{kind.file_name}-{document.client.slug}-{row.number}.pdf",
            media_type=PDF,
            size=len(rendered.pdf),
            sha256=digest,
            content=rendered.pdf,
        )
        row.data, row.data_fingerprint = contents.data, fingerprint(contents.data)
        row.state, row.ready_at, row.pages, row.pdf_sha256 = Document.State.READY, at, rendered.pages, digest
        row.save()
        DocumentFingerprint.objects.create(
            fingerprint=row.data_fingerprint,
            short=short(row.data_fingerprint),
            file_sha256=digest,
            kind=row.kind,
            number=row.number,
            practice_name=document.practice.name,
            issued_at=at,
        )
    document.refresh_from_db(fields=["state", "file", "data_fingerprint", "pages", "ready_at", "pdf_sha256"])
    return True


def fail(document: Document, words: str) -> None:
    """Say in words why a document could not be made; it can be asked for again."""
    with action(f"{document.kind}.fail", by=_actor(document), client=document.client):
        row = Document.objects.select_for_update().get(pk=document.pk)
        if row.is_under_way:
            _fail(row, words)


def _fail(row: Document, words: str) -> None:
    row.state, row.error = Document.State.FAILED, words[:500]
    row.save(update_fields=["state", "error"])


def ask_again(document: Document, *, by: User, at: datetime) -> None:
    """Put a failed document into the queue once more, under its number. Raises Refused for any other state."""
    with action(f"{document.kind}.retry", by=by, client=document.client):
        row = Document.objects.select_for_update().get(pk=document.pk)
        if not row.is_failed:
            raise Refused("Only what failed can be made again. Make a new one instead.")
        row.state, row.error, row.attempts = Document.State.QUEUED, "", 0
        row.requested_by, row.sent_at, row.seen_at, row.taken_by = by, at, None, ""
        row.save()


def send_again(document: Document, *, at: datetime) -> None:
    """Note that the task of a document left lying is sent once more."""
    with action(f"{document.kind}.requeue", by=_actor(document), client=document.client):
        row = Document.objects.select_for_update().get(pk=document.pk)
        if row.is_under_way:
            row.state, row.sent_at, row.taken_by = Document.State.QUEUED, at, ""
            row.save(update_fields=["state", "sent_at", "taken_by"])


def see(document: Document, *, by: User, at: datetime) -> None:
    """Note that whoever asked for a document has seen how it ended."""
    if document.is_under_way or document.seen_at or document.requested_by_id != by.pk:
        return
    with action(f"{document.kind}.see", by=by, client=document.client):
        Document.objects.filter(pk=document.pk, seen_at__isnull=True).update(seen_at=at)


def take_away(document: Document, *, client: Client) -> None:
    """Record that somebody downloads a document; who is in the scope."""
    record(
        "document.download",
        client=client,
        object=Document._meta.db_table,
        object_id=str(document.pk),
        label=document.number,
    )


def _actor(document: Document) -> User | None:
    """A task acts for whoever asked; the clock and the operator act for nobody."""
    return document.requested_by if current().person else None
