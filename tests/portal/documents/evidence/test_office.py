"""Workbooks and documents: no macros, nothing before or behind them, not more than they say; and their text."""

from __future__ import annotations

import io
import zipfile

import pytest

from portal.documents.evidence import office
from portal.lib.refused import Refused
from tests.portal.documents.evidence.made import archive_of, office_file

MACRO = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@pytest.mark.parametrize("media_type", [office.SHEET, office.TEXT])
def test_each_kind_is_told_by_its_main_part(media_type: str) -> None:
    assert office.type_of(office_file(media_type)) == media_type


@pytest.mark.parametrize(
    "content",
    [
        office_file(office.SHEET, xl__vbaProject_dot_bin=b"\xd0\xcf"),
        office_file(office.TEXT, word__VBAPROJECT_dot_BIN=b"\xd0\xcf"),
        office_file(office.SHEET, xl__macrosheets__sheet1_dot_xml=b"<x/>"),
        office_file(office.TEXT, word__activeX__activeX1_dot_xml=b"<x/>"),
        office_file(office.TEXT, word__embeddings__oleObject1_dot_bin=b"MZ"),
        office_file(office.SHEET, main=MACRO),
    ],
    ids=["vba", "vba in capitals", "old macros", "controls", "programs inside", "by its type"],
)
def test_macros_and_programs_are_refused(content: bytes) -> None:
    with pytest.raises(Refused, match="macros or other programs"):
        office.type_of(content)


def with_twins() -> bytes:
    """An archive with two parts of one name: two programs would read different ones."""
    target = io.BytesIO(office_file(office.SHEET))
    with pytest.warns(UserWarning), zipfile.ZipFile(target, "a") as archive:
        archive.writestr("xl/workbook.xml", "<other/>")
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (archive_of(**{"readme.txt": b"words"}), "archive"),
        (b"PK\x05\x06" + bytes(18), "archive"),
        (office_file(office.SHEET) + b"<html>", "broken"),
        (office_file(office.SHEET)[:-30], "broken"),
        (office_file(office.SHEET, main="application/vnd.ms-word.template.main+xml"), "archive"),
    ],
    ids=["archive", "empty", "something behind it", "cut off", "another main part"],
)
def test_what_is_no_whole_office_file_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Refused, match=words):
        office.type_of(content)


def test_a_part_that_cannot_be_unpacked_is_refused_in_words() -> None:
    content = bytearray(office_file(office.SHEET, text="Plain words, each its own: " + str(list(range(999)))))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = archive.getinfo("xl/sharedStrings.xml")
    begins = part.header_offset + 30 + len(part.filename)
    content[begins : begins + 8] = b"\xff" * 8
    assert office.type_of(bytes(content)) == office.SHEET
    with pytest.raises(Refused, match="broken"):
        list(office.texts(bytes(content)))


def test_two_parts_of_one_name_are_refused() -> None:
    with pytest.raises(Refused, match="broken"):
        office.type_of(with_twins())


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "MOST_UNPACKED", 100_000)
    with pytest.raises(Refused, match="unpacks to more"):
        office.type_of(office_file(office.SHEET, text="a" * 200_000))


def test_the_text_that_people_read_is_given() -> None:
    assert "Plain words" in "".join(office.texts(office_file(office.TEXT)))
    assert "Plain words" in "".join(office.texts(office_file(office.SHEET)))
    assert "a < b" in "".join(office.texts(office_file(office.TEXT, text="a &lt; b")))
