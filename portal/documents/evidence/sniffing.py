"""What type a file has, told by its bytes against a short list of types; whatever is not on it is refused in words.

Libraries that guess among a thousand signatures were looked at: they name the likeliest type of any bytes, by the
first few of them and by the name. Here nine types are let in and the rest refused, macros are looked for inside, and
a file must end as its type does, so that nothing rides behind a picture. A guess would decide none of that.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import PurePath

from portal.documents.evidence import office
from portal.lib.refused import Refused

LONGEST_NAME = 120


@dataclass(frozen=True)
class FileType:
    """One type that is let in: `words` is what people call it; the first of `endings` is given to other names."""

    media_type: str
    endings: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class Sniffed:
    """The type of some bytes, and the name under which they are kept."""

    name: str
    type: FileType


PDF = FileType("application/pdf", (".pdf",), "PDF")
PNG = FileType("image/png", (".png",), "PNG picture")
JPEG = FileType("image/jpeg", (".jpg", ".jpeg"), "JPEG picture")
TEXT = FileType("text/plain", (".txt",), "Text")
CSV = FileType("text/csv", (".csv",), "CSV table")
JSON = FileType("application/json", (".json",), "JSON")
MAIL = FileType("message/rfc822", (".eml",), "Mail")
XLSX = FileType(office.SHEET, (".xlsx",), "Excel workbook")
DOCX = FileType(office.TEXT, (".docx",), "Word document")
TYPES = (PDF, PNG, JPEG, TEXT, CSV, JSON, MAIL, XLSX, DOCX)
WORDS = {each.media_type: each.words for each in TYPES}
OFFICE = {XLSX.media_type: XLSX, DOCX.media_type: DOCX}

#: What is known and not let in, by its first bytes, with what to do instead.
REFUSED: tuple[tuple[bytes, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "This is an Office file of the old kind, or one with a password. "
        "Save it as .docx, .xlsx or PDF without a password; save a mail as .eml.",
    ),
    (b"MZ", "This is a program. Programs are not kept: attach a screenshot or a log of what it did."),
    (b"\x7fELF", "This is a program. Programs are not kept: attach a screenshot or a log of what it did."),
    (b"GIF8", "This is a GIF. Save it as PNG or JPEG."),
    (b"RIFF", "This is a sound, a film or a WebP picture. Save a picture as PNG or JPEG."),
    (b"II*\0", "This is a TIFF picture. Save it as PNG, JPEG or PDF."),
    (b"MM\0*", "This is a TIFF picture. Save it as PNG, JPEG or PDF."),
    (b"\x1f\x8b", "This is an archive. Unpack it, and attach the files that show something."),
    (b"Rar!", "This is an archive. Unpack it, and attach the files that show something."),
    (b"7z\xbc\xaf", "This is an archive. Unpack it, and attach the files that show something."),
    (b"BZh", "This is an archive. Unpack it, and attach the files that show something."),
    (b"\xfd7zXZ", "This is an archive. Unpack it, and attach the files that show something."),
)
HEIC = b"ftyp"
UNKNOWN = "This type of file is not kept. Attach a PDF, PNG, JPEG, plain text, CSV, JSON, mail (.eml), .xlsx or .docx."
EMPTY = "The file is empty."
CUT_OFF = "This {what} is cut off, or something was put behind its end. Save it again and attach that."
WEB_PAGE = "This is a web page. Print it into a PDF, and attach that."
SVG = "This is an SVG or XML file, which may run scripts. Save it as PNG or PDF."
PDF_END = 2048
PNG_BEGINS, PNG_ENDS = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\0\0\0\0IEND\xaeB`\x82"
_PAGE = re.compile(
    r"\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body|script|iframe|style|table|div|a\s|h1|p>|br|img|font|form)",
    re.IGNORECASE | re.DOTALL,
)
_XML = re.compile(
    r"\s*(?:<!--(?:(?!-->).)*-->\s*)*<(?:\?xml|svg|!doctype\s+svg|!entity)", re.IGNORECASE | re.DOTALL
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LOOKED_AT = 4096
_OUT_OF_A_NAME = re.compile(r'[\\/:*?"<>|]+')


def sniff(name: str, content: bytes) -> Sniffed:
    """Tell the type of a file by its bytes, and give it a name that ends accordingly.

    Raises Refused, with what to do instead, for what is empty, of a type that is not let in, broken or dangerous.
    """
    found = type_of(name, content)
    return Sniffed(named(name, found), found)


def type_of(name: str, content: bytes) -> FileType:
    """Tell the type by the bytes; among kinds of text the name's ending says which, where the bytes agree."""
    if not content.strip():
        raise Refused(EMPTY)
    if content.startswith(b"%PDF-"):
        return _ended(PDF, b"%%EOF" in content[-PDF_END:] and b"startxref" in content[-PDF_END:])
    if content.startswith(PNG_BEGINS[:8]):
        return _ended(PNG, content.startswith(PNG_BEGINS) and content.endswith(PNG_ENDS))
    if content.startswith(b"\xff\xd8\xff"):
        return _ended(JPEG, b"\xff\xd9" in content[3:])
    if content.startswith(b"PK"):
        return OFFICE[office.type_of(content)]
    text = decoded(content)
    if text is None:
        raise Refused(_what_to_do(content))
    return _type_of_text(name, content, text)


def _what_to_do(content: bytes) -> str:
    if content[4:8] == HEIC:
        return "This is a film, or a picture as telephones keep it. Save it as JPEG, or make a screenshot."
    return next((words for begins, words in REFUSED if content.startswith(begins)), UNKNOWN)


def _ended(found: FileType, is_whole: bool) -> FileType:
    if not is_whole:
        raise Refused(CUT_OFF.format(what=found.words))
    return found


def decoded(content: bytes) -> str | None:
    """Read text as UTF-8, as UTF-16 with its mark, or as old Windows programs write it; None for anything else."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if _CONTROL.search(text) else text
    return None


def _type_of_text(name: str, content: bytes, text: str) -> FileType:
    if not text.strip("\ufeff \t\r\n\f"):
        raise Refused(EMPTY)
    if _XML.match(text[:_LOOKED_AT]):
        raise Refused(SVG)
    if _PAGE.match(text[:_LOOKED_AT]):
        raise Refused(WEB_PAGE)
    ending = PurePath(name).suffix.lower()
    if is_mail(content):
        return MAIL
    if ending == ".json" or (not ending and text.lstrip()[:1] in "{["):
        return JSON if _is_json(text) else TEXT
    return CSV if ending == ".csv" else TEXT


def is_mail(content: bytes) -> bool:
    """Tell whether text begins with the head of a mail."""
    if not re.match(rb"[A-Za-z][A-Za-z0-9-]{0,60}:", content.removeprefix(b"\xef\xbb\xbf")):
        return False
    mail = message_from_bytes(content[:65_536])
    return bool(mail.get("From") and (mail.get("Date") or mail.get("Received")))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def named(name: str, found: FileType) -> str:
    """Give a file a plain name with the ending of its type: no folders, no signs that turn or hide a part of it."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/").rsplit("/", 1)[-1])
    plain = "".join(each for each in plain if each.isprintable())
    plain = _OUT_OF_A_NAME.sub("-", plain).strip(" .-")
    path = PurePath(plain or "file")
    ending = path.suffix.lower()
    known = {each for other in TYPES for each in other.endings}
    if ending in found.endings:
        stem, ending = path.stem, path.suffix
    else:
        stem, ending = (path.stem if ending in known else path.name), found.endings[0]
    return f"{stem[: LONGEST_NAME - len(ending)].strip(' .-') or 'file'}{ending}"
