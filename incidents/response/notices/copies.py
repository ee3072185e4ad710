"""The copy of a notice that was sent elsewhere: a PDF, a mail or plain text, told by its bytes, kept as a row."""

from __future__ import annotations

import hashlib
import re
from email import message_from_bytes
from pathlib import PurePath

from incidents.response.models import Incident
from portal.documents.models import StoredFile
from portal.lib.refused import Refused

LARGEST = 5 * 1024 * 1024
PDF, MAIL, TEXT = "application/pdf", "message/rfc822", "text/plain"
ENDINGS = {PDF: ".pdf", MAIL: ".eml", TEXT: ".txt"}


def type_of(content: bytes) -> str:
    """Tell the type by the bytes: PDF, mail or text; "" for anything else."""
    if content.startswith(b"%PDF-"):
        return PDF
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    if not text.strip() or any(each < " " and each not in "\t\r\n\f" for each in text):
        return ""
    mail = message_from_bytes(content)
    return MAIL if mail.get("From") and (mail.get("Date") or mail.get("Received")) else TEXT


def keep_copy(incident: Incident, name: str, content: bytes) -> StoredFile:
    """Keep a copy, inside an action that is running. Raises Refused for what is empty, too large or of another type."""
    if len(content) > LARGEST:
        raise Refused("The copy is larger than 5 MB. Attach a smaller one.")
    media_type = type_of(content)
    if not media_type:
        raise Refused("Attach a PDF, a mail (.eml) or plain text.")
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", PurePath(name).stem).strip("-.")[:80] or "notice"
    kept: StoredFile = StoredFile.objects.create(
        practice_id=incident.practice_id,
        client=incident.client,
        internal=incident.drill,
        name=f"{stem}{ENDINGS[media_type]}",
        media_type=media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
    )
    return kept
