"""Small files of every type that is let in, made here, and some that are not."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from portal.documents.evidence import office

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\nxref\n0 1\ntrailer<</Root 1 0 R>>\nstartxref\n44\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(20) + b"\xff\xd9"
MAIL = (
    b"From: Ana <ana@alder.test>\r\nTo: b@b.test\r\nDate: Thu, 19 Nov 2026 10:00:00 +0000\r\nSubject: Run\r\n"
    b"Message-ID: <q8Zr4T6yPw2Xv9Kb3Nm7Lc5Jd1Hf0Gs8@mx.test>\r\n\r\nThe run failed at 09:12.\r\n"
)
HTML = b"<!-- x -->\n<!DOCTYPE html><html><script>alert(1)</script></html>"
SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
SECRET_LINE = "password: Xy7!kkq9Zz-41"


def png() -> bytes:
    """A picture of one dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def office_file(media_type: str, text: str = "Plain words", main: str = "", **more: bytes) -> bytes:
    """A workbook or a document with one text; `more` are further parts, slashes written as two underscores."""
    part, its_type = office.MAIN[media_type]
    tag = "t" if media_type == office.SHEET else "w:t"
    parts = {
        office.CONTENTS: f'<Types><Override PartName="/{part}" ContentType="{main or its_type}"/></Types>',
        part: f"<x><{tag}>{text}</{tag}></x>",
        "xl/sharedStrings.xml": f"<sst><si><t>{text}</t></si></sst>",
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, written in parts.items():
            archive.writestr(name, written)
        for name, content in more.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def archive_of(**parts: bytes) -> bytes:
    """An ordinary archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()
