"""Every write of evidence: attached to a record, shown to the client or kept back, withdrawn, taken away."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import connection

from portal.audit.actions import action, record
from portal.documents.evidence.storing import digest, store
from portal.documents.evidence.subjects import (
    ATTACHED,
    KEPT_BACK,
    SHOWN,
    WITHDRAWN,
    About,
    Happening,
    Subject,
    about_of,
    subject_of,
)
from portal.documents.models import EvidenceFile, StoredFile
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_AT_A_RECORD = 50
LONGEST_SUBJECT = 200
#: Whoever attaches to a record at the same time waits: the bound and the same bytes are looked at one by one.
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
GONE = "The record is not there any more, or you may not see it."
SAME = "The same file is here already, as {name}."
FULL = "This record has {most} files. Withdraw one that shows nothing any more."


def attach(
    client: Client,
    subject_type: str,
    subject_id: str,
    name: str,
    content: bytes,
    *,
    by: User,
    at: datetime,
    shows: str = "",
    internal: bool = False,
    follow: bool = True,
) -> EvidenceFile:
    """Attach a file to a record; at an internal record it is internal whatever was asked.

    follow: whether the record does what it does about every file; one that attaches by itself does it by itself.
    Raises Refused for a record that is gone or takes nothing in, the 51st file, the same bytes again, and for what
    `store` refuses.
    """
    kind, about = found(client, subject_type, subject_id)
    if about.refusal:
        raise Refused(about.refusal)
    with action("evidence.attach", by=by, client=client):
        with connection.cursor() as cursor:
            cursor.execute(ONE_AT_A_TIME, [f"evidence {client.pk} {subject_type} {subject_id}"])
        _refuse_same_or_full(client, subject_type, subject_id, digest(content))
        internal = internal or about.internal
        kept = store(client, name, content, internal=internal)
        file: EvidenceFile = EvidenceFile.objects.create(
            practice_id=client.practice_id,
            client=client,
            internal=internal,
            subject_type=subject_type,
            subject_id=subject_id,
            subject=about.words[:LONGEST_SUBJECT],
            shows=shows.strip(),
            name=kept.name,
            sha256=kept.sha256,
            file=kept,
            added_by=by,
            added_at=at,
        )
        if follow:
            kind.follow(file, Happening(ATTACHED, by, at, shown=not internal))
    return file


def found(client: Client, subject_type: str, subject_id: str) -> tuple[Subject, About]:
    """Find a record that takes files. Raises Refused for one that is not there or that the person may not see."""
    kind = subject_of(subject_type)
    about = about_of(client, subject_type, subject_id)
    if kind is None or about is None:
        raise Refused(GONE)
    return kind, about


def _refuse_same_or_full(client: Client, subject_type: str, subject_id: str, sha256: str) -> None:
    there = EvidenceFile.objects.for_client(client).at(subject_type, subject_id).live()
    names = dict(there.values_list("sha256", "name"))
    if sha256 in names:
        raise Refused(SAME.format(name=names[sha256]))
    if len(names) >= MOST_AT_A_RECORD:
        raise Refused(FULL.format(most=MOST_AT_A_RECORD))


def set_shown(file: EvidenceFile, shown: bool, *, by: User, at: datetime) -> EvidenceFile:
    """Show a file to the client's people, or keep it for people of the practice.

    Raises Refused for a withdrawn one, and for showing one of a record that is internal itself.
    """
    kind, about = found(file.client, file.subject_type, file.subject_id)
    if shown and about.internal:
        raise Refused(f"The {kind.noun} is for people of the practice only, and so are its files.")
    with action("evidence.show" if shown else "evidence.keep_back", by=by, client=file.client):
        row = _locked(file)
        if row.internal != (not shown):
            row.internal = not shown
            row.save(update_fields=["internal"])
            StoredFile.objects.filter(pk=row.file_id).update(internal=row.internal)
            kind.follow(row, Happening(SHOWN if shown else KEPT_BACK, by, at, shown=True))
    return row


def withdraw(file: EvidenceFile, *, by: User, at: datetime, why: str) -> EvidenceFile:
    """Withdraw a file, with the reason: it stays listed for people of the practice, and nobody gets its contents."""
    if not why.strip():
        raise Refused("Enter why it is withdrawn. The reason is kept.")
    kind = subject_of(file.subject_type)
    with action("evidence.withdraw", by=by, client=file.client, why=why):
        row = _locked(file)
        was_shown = not row.internal
        row.internal, row.withdrawn_at, row.withdrawn_by, row.withdrawn_why = True, at, by, why.strip()
        row.save(update_fields=["internal", "withdrawn_at", "withdrawn_by", "withdrawn_why"])
        if was_shown:
            StoredFile.objects.filter(pk=row.file_id).update(internal=True)
        if kind is not None:
            kind.follow(row, Happening(WITHDRAWN, by, at, was_shown, why.strip()))
    return row


def take_away(file: EvidenceFile, *, by: User) -> StoredFile:
    """Read a file with its bytes, and put on record that somebody downloads it. Raises Refused for a withdrawn one."""
    if file.withdrawn_at is not None:
        raise Refused("It was withdrawn; its contents are not given out.")
    stored: StoredFile = StoredFile.objects.for_client(file.client).get(pk=file.file_id)
    record(
        "evidence.download",
        client=file.client,
        by=by,
        object=EvidenceFile._meta.db_table,
        object_id=str(file.pk),
        label=file.name,
        internal=file.internal,
    )
    return stored


def _locked(file: EvidenceFile) -> EvidenceFile:
    rows = EvidenceFile.objects.for_client(file.client).select_related("client")
    row: EvidenceFile = rows.select_for_update(of=("self",)).get(pk=file.pk)
    if row.withdrawn_at is not None:
        raise Refused("It was withdrawn already.")
    return row
