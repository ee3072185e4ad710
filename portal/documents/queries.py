"""Reads of documents: lists, what is unread, what is stuck, what was issued under a fingerprint."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import QuerySet

from portal.documents.fingerprints import FULL
from portal.documents.models import Document, DocumentFingerprint, StoredFile
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access
from portal.tenancy.system import SYSTEM_ALIAS

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_FOUND = 5


def documents(client: Client | None = None) -> QuerySet[Document]:
    """List documents in reach, latest first, with client and requester at hand."""
    rows = Document.objects.light().select_related("client", "requested_by")
    return rows.for_client(client) if client else rows  # type: ignore[no-any-return]


def find(client: Client, pk: int) -> Document | None:
    """Find one document of a client, with its requester at hand."""
    return documents(client).filter(pk=pk).first()


def file_of(document: Document) -> StoredFile | None:
    """Read the file of a ready document, bytes included; None while there is none."""
    if document.file_id is None:
        return None
    rows: QuerySet[StoredFile] = StoredFile.objects.for_client(document.client)
    return rows.filter(pk=document.file_id).first()


def unread(access: Access, client: Client | None = None) -> int:
    """Count what this person asked for and has not looked at since it came to an end."""
    user: User = access.user
    rows = Document.objects.unread_by(user)
    count: int = (rows.for_client(client) if client else rows).order_by().count()
    return count


def practices_with_left_lying(before: datetime) -> list[UUID]:
    """List the ids of the practices that have documents under way since before an instant. By the system's role."""
    rows = Document._base_manager.using(SYSTEM_ALIAS).exclude(state__in=Document.ENDED)
    return list(rows.filter(sent_at__lt=before).order_by().values_list("practice_id", flat=True).distinct())


def issued_as(digits: str) -> list[DocumentFingerprint]:
    """Find what was issued under a fingerprint of 16 or 64 digits, latest first."""
    rows = DocumentFingerprint.objects.order_by("-issued_at")
    found = rows.filter(fingerprint=digits) if len(digits) == FULL else rows.filter(short=digits)
    return list(found[:MOST_FOUND])


def issued_as_file(sha256: str) -> list[DocumentFingerprint]:
    """Find what was issued as a file with exactly these bytes."""
    return list(DocumentFingerprint.objects.filter(file_sha256=sha256).order_by("-issued_at")[:MOST_FOUND])
