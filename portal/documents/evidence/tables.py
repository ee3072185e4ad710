"""How evidence is listed: the files at one record, the rows of a client's list, and the table as a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo

from django.template.defaultfilters import filesizeformat
from django.urls import reverse

from portal.documents.evidence.queries import at_records
from portal.documents.evidence.sniffing import WORDS
from portal.documents.evidence.subjects import About, subject_of
from portal.documents.models import EvidenceFile
from portal.shell.tables import Cell, Column, Link, Row
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

COLUMNS = (
    Column("name", "File", sort=True, narrow="lead"),
    Column("state", "Seen by", narrow="side"),
    Column("subject", "At", sort=True),
    Column("size", "Size", sort=True, kind="num"),
    Column("added_at", "Attached", sort=True, kind="date"),
    Column("actions", "Actions", kind="actions"),
)
ORDERS = {"name": "name", "subject": "subject", "size": "file__size", "added_at": "added_at"}
HEADER = (
    "File", "What it shows", "Record", "Record is", "Type", "Bytes", "SHA-256", "Attached by", "Attached at",
    "Seen by", "Withdrawn at", "Withdrawn by", "Why withdrawn",
)  # fmt: skip
#: The last four say nothing to the client's people.
FOR_CLIENT = len(HEADER) - 4

Records = Mapping[tuple[str, str], About]


@dataclass(frozen=True)
class Panel:
    """The files at one record, for its page; `attach_url` is empty for whoever may not attach."""

    files: list[EvidenceFile]
    live: int
    attach_url: str
    for_practice: bool


def panel_of(
    access: Access, client: Client, subject_type: str, subject_id: object, *, takes: bool = True
) -> Panel:
    """Gather the files at a record for its page. One query. takes: whether the record still takes files."""
    return panels_of(access, client, subject_type, [subject_id], takes=takes)[str(subject_id)]


def panels_of(
    access: Access, client: Client, subject_type: str, ids: Iterable[object], *, takes: bool = True
) -> dict[str, Panel]:
    """Gather the files at several records of one kind, by their ids as text. One query."""
    kind = subject_of(subject_type)
    may_attach = kind is not None and takes and access.may(kind.attach, client)
    found: dict[str, list[EvidenceFile]] = {str(each): [] for each in ids}
    for file in at_records(access, client, subject_type, found):
        file.client = client
        found[file.subject_id].append(file)
    return {
        pk: Panel(
            files,
            sum(file.withdrawn_at is None for file in files),
            attach_url(client, subject_type, pk) if may_attach else "",
            access.is_of_practice,
        )
        for pk, files in found.items()
    }


def attach_url(client: Client, subject_type: str, subject_id: object) -> str:
    """Give the address of the page on which files are attached to a record."""
    kwargs = {"client_slug": client.slug, "subject_type": subject_type, "subject_id": str(subject_id)}
    return reverse("evidence_attach", kwargs=kwargs)


def order_of(wished: str) -> tuple[str, str]:
    """Turn the list's order into one of the rows; what is equal stands latest first."""
    backwards = "-" if wished.startswith("-") else ""
    return f"{backwards}{ORDERS[wished.removeprefix('-')]}", "-pk"


def rows_of(files: Iterable[EvidenceFile], records: Records, *, for_practice: bool) -> list[Row]:
    """Make the rows of a client's list."""
    return [_row(file, records.get((file.subject_type, file.subject_id)), for_practice) for file in files]


def _row(file: EvidenceFile, about: About | None, for_practice: bool) -> Row:
    kwargs = {"client_slug": file.client.slug, "pk": file.pk}
    kind = subject_of(file.subject_type)
    return Row(
        (
            Cell("lead", file.name, file.shows, file.get_absolute_url()),
            _state(file, for_practice),
            Cell("text", about.words if about else file.subject, kind.noun.capitalize() if kind else "",
                 about.url if about else ""),
            Cell("num", filesizeformat(file.file.size), words_of(file)),
            Cell("date", file.added_at),
        ),
        action=None if file.withdrawn_at else Link("Download", reverse("evidence_download", kwargs=kwargs)),
    )  # fmt: skip


def _state(file: EvidenceFile, for_practice: bool) -> Cell:
    if file.withdrawn_at:
        return Cell("status", "Withdrawn", state="idle", sub_date=file.withdrawn_at)
    if not for_practice:
        return Cell("text", "You and the practice")
    if file.internal:
        return Cell("status", "Practice only", state="wait", icon="lock")
    return Cell("status", "Client too", state="ok")


def words_of(file: EvidenceFile) -> str:
    """What people call the type of a file."""
    return WORDS.get(file.file.media_type, file.file.media_type)


def lines_of(
    files: Iterable[EvidenceFile], records: Records, zone: tzinfo, *, for_practice: bool
) -> Iterable[tuple[object, ...]]:
    """Make the lines of the table as a file; instants in the client's zone."""
    for file in files:
        about = records.get((file.subject_type, file.subject_id))
        kind = subject_of(file.subject_type)
        line: tuple[object, ...] = (
            file.name,
            file.shows,
            about.words if about else file.subject,
            kind.noun if kind else "",
            words_of(file),
            file.file.size,
            file.sha256,
            file.added_by.name if file.added_by else "",
            file.added_at.astimezone(zone),
            "practice" if file.internal else "practice and client",
            file.withdrawn_at.astimezone(zone) if file.withdrawn_at else None,
            file.withdrawn_by.name if file.withdrawn_by else "",
            file.withdrawn_why,
        )
        yield line if for_practice else line[:FOR_CLIENT]
