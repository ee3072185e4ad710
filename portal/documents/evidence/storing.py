"""Puts the bytes of a file that somebody sent into a row: bounded, its type told, hashed; and looks for secrets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default

from portal.documents.evidence import office
from portal.documents.evidence.sniffing import (
    CSV,
    DOCX,
    JSON,
    MAIL,
    TEXT,
    XLSX,
    FileType,
    decoded,
    sniff,
)
from portal.documents.models import StoredFile
from portal.lib.refused import Refused
from portal.lib.secrets import find_secret, where_to_put_it
from portal.tenancy.models import Client

MB = 1024 * 1024
LARGEST = 10 * MB
TOO_LARGE = (
    f"The file is larger than {LARGEST // MB} MB. Attach a smaller one, or the part that shows something."
)
HOLDS_SECRET = "It looks as if {where} holds a secret ({kind}), so nothing was kept. Take it out. {instead}"  # noqa: S105


def store(
    client: Client,
    name: str,
    content: bytes,
    *,
    internal: bool,
    may_hold_secrets: bool = False,
) -> StoredFile:
    """Keep a file, inside an action that is running.

    may_hold_secrets: keeps it as it is, whatever stands in it. Raises Refused for what is empty, larger than LARGEST
    bytes, of another type, or holds a secret.
    """
    if len(content) > LARGEST:
        raise Refused(TOO_LARGE)
    found = sniff(name, content)
    if not may_hold_secrets:
        refuse_secrets_in(name, found.type, content)
    kept: StoredFile = StoredFile.objects.create(
        practice_id=client.practice_id,
        client=client,
        internal=internal,
        name=found.name,
        media_type=found.type.media_type,
        size=len(content),
        sha256=digest(content),
        content=content,
    )
    return kept


def digest(content: bytes) -> str:
    """Give the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def refuse_secrets_in(name: str, found: FileType, content: bytes) -> None:
    """Raise Refused when the name or a text in the file looks like a secret: which line, never what stands there."""
    if kind := find_secret(name):
        raise Refused(HOLDS_SECRET.format(where="its name", kind=kind, instead=where_to_put_it(kind)))
    for where, text in texts_in(found, content):
        if kind := find_secret(text):
            place = f"line {_line(text)}{where}"
            raise Refused(HOLDS_SECRET.format(where=place, kind=kind, instead=where_to_put_it(kind)))


def texts_in(found: FileType, content: bytes) -> Iterator[tuple[str, str]]:
    """Give the texts that people read in a file, each with where it stands. Pictures and PDFs give none."""
    if found in (TEXT, CSV, JSON):
        yield "", decoded(content) or ""
    elif found in (XLSX, DOCX):
        yield from ((" of the text in it", text) for text in office.texts(content))
    elif found == MAIL:
        # The lines over a mail are full of random marks of its way; what people wrote begins below them.
        mail = message_from_bytes(content, policy=default)
        yield " over the text", str(mail.get("Subject", ""))
        for part in mail.walk():
            if part.get_content_type() == "text/plain":
                payload = part.get_payload(decode=True)
                yield " of the text in it", decoded(payload) or "" if isinstance(payload, bytes) else ""


def _line(text: str) -> int:
    """Say in which line the secret stands; one over several lines is found by its first."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if find_secret(line):
            return number
    return next((n for n in range(1, len(lines) + 1) if find_secret("\n".join(lines[:n]))), 1)
