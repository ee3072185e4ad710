"""Reads of evidence: of one record, of a client, one file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Q

from portal.documents.evidence.subjects import About, readable, subject_of
from portal.documents.models import EvidenceFile, EvidenceQuerySet
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access


def readable_of(access: Access, client: Client) -> EvidenceQuerySet:
    """List what this person may read at a client. Withdrawn ones are there for people of the practice alone."""
    rows: EvidenceQuerySet = EvidenceFile.objects.for_client(client).with_file()
    rows = rows.filter(subject_type__in=readable(access, client))
    return rows if access.is_of_practice else rows.filter(internal=False, withdrawn_at__isnull=True)


def at_records(access: Access, client: Client, subject_type: str, ids: Iterable[str]) -> EvidenceQuerySet:
    """List the files at some records of one kind, what is in use first, then latest first."""
    rows = readable_of(access, client).filter(subject_type=subject_type, subject_id__in=list(ids))
    return rows.order_by(F("withdrawn_at").asc(nulls_first=True), "-added_at", "-pk")


def find(access: Access, client: Client, pk: int) -> EvidenceFile | None:
    """Find one file that this person may read, at a record that they may see; None otherwise."""
    file = readable_of(access, client).filter(pk=pk).first()
    if file is None:
        return None
    file.client = client
    return file if access.is_of_practice or seen_with_records(client, [file]) else None


def records_of(client: Client, files: Iterable[EvidenceFile]) -> dict[tuple[str, str], About]:
    """Find the records of some files, those that are in scope. One query a kind of record."""
    ids: dict[str, set[str]] = {}
    for file in files:
        ids.setdefault(file.subject_type, set()).add(file.subject_id)
    found: dict[tuple[str, str], About] = {}
    for subject_type, wanted in ids.items():
        if kind := subject_of(subject_type):
            found |= {(subject_type, pk): about for pk, about in kind.find(client, wanted).items()}
    return found


def seen_with_records(client: Client, files: Iterable[EvidenceFile]) -> list[EvidenceFile]:
    """Leave out the files whose record is out of sight: it may have become internal after them."""
    listed = list(files)
    records = records_of(client, listed)
    return [file for file in listed if (file.subject_type, file.subject_id) in records]


def narrowed(rows: EvidenceQuerySet, wished: Mapping[str, Any]) -> EvidenceQuerySet:
    """Keep what the filters of the list ask for."""
    if text := wished.get("q"):
        words = Q(name__icontains=text) | Q(shows__icontains=text) | Q(subject__icontains=text)
        rows = rows.filter(words | Q(sha256__startswith=text.replace(" ", "").lower()))
    if kind := wished.get("record"):
        rows = rows.filter(subject_type=kind)
    if media_type := wished.get("type"):
        rows = rows.filter(file__media_type=media_type)
    if seen := wished.get("seen"):
        rows = rows.filter(internal=seen == "practice")
    state = wished.get("state") or "live"
    return rows if state == "all" else rows.filter(withdrawn_at__isnull=state == "live")
