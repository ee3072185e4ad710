"""The bytes decide the type, the type decides the ending, and what is not on the list is refused in words."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from portal.documents.evidence import office
from portal.documents.evidence.sniffing import LONGEST_NAME, TYPES, named, sniff
from portal.lib.refused import Refused
from tests.portal.documents.evidence import made


@pytest.mark.parametrize(
    ("name", "content", "media_type", "kept_as"),
    [
        ("signed.pdf", made.PDF, "application/pdf", "signed.pdf"),
        ("Notice to ICO.exe", made.PDF, "application/pdf", "Notice to ICO.exe.pdf"),
        ("shot.PNG", made.png(), "image/png", "shot.PNG"),
        ("shot.jpg", made.png(), "image/png", "shot.png"),
        ("photo.jpeg", made.JPEG, "image/jpeg", "photo.jpeg"),
        ("run.log", b"10:00 failed", "text/plain", "run.log.txt"),
        ("notes", "Dépôt à 9 €".encode("cp1252"), "text/plain", "notes.txt"),
        ("notes.txt", "\ufeffHello".encode("utf-16"), "text/plain", "notes.txt"),
        ("orders.csv", b"id;sum\r\n1;20\r\n", "text/csv", "orders.csv"),
        ("run.json", b'{"ok": false}', "application/json", "run.json"),
        ("run", b"[1, 2]", "application/json", "run.json"),
        ("run.json", b"not json", "text/plain", "run.txt"),
        ("mail.txt", made.MAIL, "message/rfc822", "mail.eml"),
        ("Letter.txt", b"From: nobody in particular\nno date", "text/plain", "Letter.txt"),
        ("book.zip", made.office_file(office.SHEET), office.SHEET, "book.zip.xlsx"),
        ("plan.docx", made.office_file(office.TEXT), office.TEXT, "plan.docx"),
        ("C:\\Users\\ana\\report.pdf", made.PDF, "application/pdf", "report.pdf"),
        ("../../etc/passwd", b"words", "text/plain", "passwd.txt"),
        ("gpj.exe\u202e.pdf", made.PDF, "application/pdf", "gpj.exe.pdf"),
        ("", made.PDF, "application/pdf", "file.pdf"),
        ("MZ.txt", b"MZ is how programs begin", "text/plain", "MZ.txt"),
        ("comments.txt", b"<!-- -->" * 400 + b" words", "text/plain", "comments.txt"),
    ],
)
def test_what_is_let_in_has_the_name_of_its_type(
    name: str, content: bytes, media_type: str, kept_as: str
) -> None:
    found = sniff(name, content)
    assert (found.type.media_type, found.name) == (media_type, kept_as)


def test_a_workbook_of_a_real_writer_is_one() -> None:
    target = io.BytesIO()
    Workbook().save(target)
    assert sniff("book.xlsx", target.getvalue()).type.media_type == office.SHEET


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        ("\ufeff".encode("utf-16"), "empty"),
        (made.HTML, "web page"),
        (b"  <html lang=en>", "web page"),
        (made.SVG, "SVG"),
        (b"<svg/>", "SVG"),
        (b"%PDF-1.7\n<html><script>alert(1)</script></html>", "cut off"),
        (made.png() + made.HTML, "cut off"),
        (made.png()[:-4], "cut off"),
        (b"\xff\xd8\xff\xe0 never ends", "cut off"),
        (b"MZ\x90\x00\x03", "program"),
        (b"\x7fELF\x02\x01", "program"),
        (b"GIF89a\x01\x00", "GIF"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"7z\xbc\xaf\x27\x1c\x00", "archive"),
        (made.archive_of(**{"run.exe": b"MZ"}), "archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(9), "old kind"),
        (b"\x00\x00\x00\x18ftypheic\x00", "telephones"),
        (b"text\x00text", "not kept"),
        (b"\xff\xfe\x00", "not kept"),
    ],
)
def test_what_is_not_on_the_list_is_refused_with_what_to_do(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        sniff("evidence.pdf", content)


@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"%PDF-", b"PK\x03\x04", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]),
)
def test_any_bytes_get_a_type_of_the_list_or_words(content: bytes, begins: bytes) -> None:
    try:
        found = sniff("x", begins + content)
    except Refused as refusal:
        assert str(refusal).endswith((".", ".)"))
    else:
        assert found.type in TYPES


@given(st.text(max_size=300), st.sampled_from(TYPES))
def test_any_name_becomes_a_plain_one_with_the_ending_of_the_type(name: str, kind: object) -> None:
    assert hasattr(kind, "endings")
    kept = named(name, kind)  # type: ignore[arg-type]
    assert kept.lower().endswith(kind.endings)
    assert len(kept) <= LONGEST_NAME
    assert kept.isprintable()
    assert not set(kept) & set('/\\:*?"<>|')
    assert not kept.startswith(".")
