"""Workbooks and documents of Office: whether an archive is one, holds no macros, and what text stands in it."""

from __future__ import annotations

import io
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from portal.lib.refused import Refused

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TEXT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
#: The part that makes an archive one of these, and the type that its list of contents must give that part.
MAIN = {SHEET: ("xl/workbook.xml", f"{SHEET}.main+xml"), TEXT: ("word/document.xml", f"{TEXT}.main+xml")}
CONTENTS = "[Content_Types].xml"
MOST_PARTS = 5_000
MOST_UNPACKED = 100 * 1024 * 1024
END, END_LENGTH = b"PK\x05\x06", 22
ARCHIVE = "This is an archive. Unpack it, and attach the files that show something."
MACROS = "This file holds macros or other programs. Save it as .xlsx or .docx without them, or as PDF."
BROKEN = "This Office file is broken. Open it, save it again, and attach that."
TOO_LARGE = "This Office file unpacks to more than 100 MB. Attach a PDF of the part that shows something."
#: What reading an archive raises, when it or one of its parts is broken.
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    OSError,
)
_RUNS = re.compile(
    r"vbaproject|vbadata|macrosheets/|activex/|/embeddings/.*\.(?:bin|exe|js|vbs|bat|cmd|ps1)$"
)
_RUNS_BY_TYPE = re.compile(r"macroenabled|vbaproject|activex|\.addin\.")
_SHOWN = re.compile(
    r"word/(?:document|comments|footnotes|endnotes|header\d*|footer\d*)\.xml|xl/sharedstrings\.xml"
)
_SHEETS = re.compile(r"xl/(?:worksheets/|comments)[^/]*\.xml")
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</(?:\w+:)?t>|</(?:w:p|si|row)>|<v>([^<]{6,})</v>")


def type_of(content: bytes) -> str:
    """Give the media type of an archive that is a workbook or a document. Raises Refused for any other."""
    _whole(content)
    with _opened(content) as archive:
        return _type_of(archive)


@contextmanager
def _opened(content: bytes) -> Iterator[zipfile.ZipFile]:
    """Open an archive. Whatever is wrong with it or with a part that is read is the file's fault: Refused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except FAULTS as error:
        raise Refused(BROKEN) from error


def _whole(content: bytes) -> None:
    """Nothing stands before the archive or behind it."""
    if not content.startswith(b"PK\x03\x04"):
        raise Refused(ARCHIVE)
    if content[-END_LENGTH:][:4] != END or content[-2:] != b"\0\0":
        raise Refused(BROKEN)


def _type_of(archive: zipfile.ZipFile) -> str:
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refused(TOO_LARGE)
    if CONTENTS not in names:
        raise Refused(ARCHIVE)
    if any(_RUNS.search(name.lower()) for name in names):
        raise Refused(MACROS)
    if any(part.flag_bits & 0x1 for part in parts) or len(names) != len(parts):
        raise Refused(BROKEN)
    contents = _read(archive, CONTENTS)
    if _RUNS_BY_TYPE.search(contents.lower()):
        raise Refused(MACROS)
    for media_type, (part_name, its_type) in MAIN.items():
        if part_name in names and f'"{its_type}"' in contents.replace("'", '"'):
            return media_type
    raise Refused(ARCHIVE)


def _read(archive: zipfile.ZipFile, name: str) -> str:
    """Read one part, no further than its declared size allows: a part that lies about it is broken."""
    with archive.open(name) as part:
        found = part.read(MOST_UNPACKED + 1)
    if len(found) > MOST_UNPACKED:
        raise Refused(TOO_LARGE)
    return found.decode("utf-8", "replace")


def texts(content: bytes) -> Iterator[str]:
    """Give the text of each part that people read, paragraphs and cells on lines of their own.

    Raises Refused for a part that cannot be read.
    """
    with _opened(content) as archive:
        for name in archive.namelist():
            if _SHOWN.fullmatch(name.lower()) or _SHEETS.fullmatch(name.lower()):
                yield _text(_read(archive, name), in_cells=name.startswith("xl/"))


def _text(xml: str, *, in_cells: bool) -> str:
    pieces = [match[1] or match[2] or "\n" for match in _TEXT.finditer(xml)]
    return unescape(("\n" if in_cells else "").join(pieces))
