import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.lib import imports
from portal.lib.exports import write_csv, write_xlsx
from portal.lib.imports import Table, UnreadableTable, read_table

PEOPLE = Table(["Name", "Town"], [{"Name": "Zoë", "Town": "Zürich"}], [2])


def workbook(*rows, **sheets):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def repacked(data, **parts):
    """Return the archive with some of its parts replaced."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.namelist():
            if entry not in parts:
                archive.writestr(entry, source.read(entry))
        for entry, content in parts.items():
            archive.writestr(entry, content)
    return target.getvalue()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_is_read_whatever_its_separator_and_encoding(delimiter, encoding, newline):
    text = f"Name{delimiter}Town{newline}Zoë{delimiter}Zürich{newline}"
    assert read_table("people.csv", text.encode(encoding)) == PEOPLE


def test_the_separator_may_be_said_in_the_first_line():
    table = read_table("a.csv", b"sep=;\r\nName;Town\r\nZo\xc3\xab;Z\xc3\xbcrich\r\n")
    assert table.rows == PEOPLE.rows
    assert table.line_numbers == [3]


def test_commas_inside_texts_do_not_hide_the_semicolons():
    table = read_table("a.csv", b"Name;Scopes\nA;read, write\nB;read, write, delete\n")
    assert table.rows == [
        {"Name": "A", "Scopes": "read, write"},
        {"Name": "B", "Scopes": "read, write, delete"},
    ]


def test_blank_lines_and_columns_are_left_out_and_lines_keep_their_numbers():
    table = read_table("a.csv", b'\n,,\nName,Note,\nA,"two\nlines",\n\n , ,\nB\n')
    assert table.header == ["Name", "Note"]
    assert table.rows == [{"Name": "A", "Note": "two\nlines"}, {"Name": "B", "Note": ""}]
    assert table.line_numbers == [4, 8]


def test_a_workbook_is_read_from_its_first_sheet_as_text():
    data = workbook(
        ["Name", "Count", "Due", "At", "Time", "Yes", None],
        ["A", 5, date(2026, 11, 17), datetime(2026, 11, 17, 9, 30), time(9, 30), True],
        [],
        ["B", 2.5, None, None, None, False],
    )
    table = read_table("a.xlsx", data)
    assert table.header == ["Name", "Count", "Due", "At", "Time", "Yes"]
    assert list(table.rows[0].values()) == ["A", "5", "2026-11-17", "2026-11-17T09:30:00", "09:30:00", "yes"]
    assert list(table.rows[1].values()) == ["B", "2.5", "", "", "", "no"]
    assert table.line_numbers == [2, 4]


def test_a_workbook_is_known_by_its_bytes_and_not_by_its_name():
    assert read_table("a.csv", workbook(["Name"], ["A"])).rows == [{"Name": "A"}]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "a.csv is empty"),
        (b"\n ,\n", "has no headings"),
        (b'"\'\t"\nx\n', "headings are empty"),
        (b"Name,Name\na,b\n", "two columns have the heading “Name”"),
        (b"Name\na,b\n", "line 2: column 2 has a value and no heading"),
        (b"Name,,Town\na,b,c\n", "line 2: column 2 has a value and no heading"),
        (b'Name,Town\na,b\n"a,b\nc,d\n', "begins on line 3"),
        (b'Name,Town\n"a"b,c\n', "begins on line 2"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password-protected"),
        (b"%PDF-1.7\x00\x81\x8d", "not a text file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a text file"),
        (b"\xff\xfeN\x00\x00\xd8", "not a text file"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"Name\n" + b"x" * 10_001, "10,001 characters"),
        (b"Name\n" + b"x\n" * 5_001, "more than 5,000 rows"),
        (b",".join(b"c%d" % n for n in range(201)) + b"\n", "201 columns"),
        (b"x" * (imports.MAX_BYTES + 1), "at most 5 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(data, sentence):
    with pytest.raises(UnreadableTable, match=sentence) as caught:
        read_table("a.csv", data)
    assert str(caught.value).endswith(".")


def test_the_limits_themselves_are_still_read():
    assert len(read_table("a.csv", b"Name\n" + b"x\n" * 5_000).rows) == 5_000
    assert read_table("a.csv", b"Name\n" + b"x" * 10_000).rows == [{"Name": "x" * 10_000}]
    wide = ",".join(f"c{n}" for n in range(200)).encode()
    assert len(read_table("a.csv", wide + b"\n").header) == 200


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr(openpyxl, "load_workbook", lambda *_args, **_options: pytest.fail("it was opened"))
    bomb = repacked(workbook(["Name"]), **{"xl/sharedStrings.xml": b" " * (imports.MAX_UNPACKED_BYTES + 1)})
    assert len(bomb) < imports.MAX_BYTES
    with pytest.raises(UnreadableTable, match="unpacks to more"):
        read_table("a.xlsx", bomb)
    many = repacked(workbook(["Name"]), **{f"x/{n}": b"" for n in range(imports.MAX_ARCHIVE_ENTRIES)})
    with pytest.raises(UnreadableTable, match="unpacks to more"):
        read_table("a.xlsx", many)


def test_an_archive_that_is_no_workbook_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableTable, match="not a workbook"):
        read_table("a.xlsx", target.getvalue())


@pytest.mark.parametrize("content", [b"", b"<worksheet>", b"no xml", b"<worksheet><sheetData><row r='x'/>"])
def test_a_broken_sheet_is_refused(content):
    with pytest.raises(UnreadableTable):
        read_table("a.xlsx", repacked(workbook(["Name"], ["a"]), **{"xl/worksheets/sheet1.xml": content}))


def test_entities_that_grow_are_not_expanded():
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    sheet = (
        f'<!DOCTYPE worksheet [<!ENTITY e0 "lollollol">{entities}]>'
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row></sheetData></worksheet>'
    )
    with pytest.raises(UnreadableTable):
        read_table("a.xlsx", repacked(workbook(["Name"]), **{"xl/worksheets/sheet1.xml": sheet}))


def test_a_sheet_that_claims_a_far_line_or_column_is_refused():
    book = openpyxl.Workbook()
    book.active["A1"], book.active["A30000"] = "Name", "x"
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(UnreadableTable, match="goes on after line 20,000"):
        read_table("a.xlsx", target.getvalue())
    with pytest.raises(UnreadableTable, match="201 columns"):
        read_table("a.xlsx", workbook([f"c{n}" for n in range(300)]))


def test_a_cell_with_an_error_is_named():
    book = openpyxl.Workbook()
    book.active["A1"] = "Name"
    book.active["A2"] = "#REF!"
    assert book.active["A2"].data_type == "e"
    target = io.BytesIO()
    book.save(target)
    with pytest.raises(UnreadableTable, match="line 2 has a cell with the error #REF!"):
        read_table("a.xlsx", target.getvalue())


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20
) | st.sampled_from(
    [
        "=1",
        "'=1",
        "''+",
        "@x",
        "-",
        "\t",
        "\r\n=",
        " =x",
        "_x000D_",
        "_x005F_x000D_",
        "_x000D\r",
        "#REF!",
        "a;b",
        "a,b",
        '"',
        "'",
        "1,5",
    ]
)
HEADINGS = st.lists(TEXT.map(str.strip).filter(bool), min_size=1, max_size=4, unique=True)


@st.composite
def tables(draw):
    header = draw(HEADINGS)
    assume(not header[0].lower().startswith("sep="))
    row = st.lists(TEXT, min_size=len(header), max_size=len(header)).filter(
        lambda cells: any(cell.strip() for cell in cells)
    )
    return header, draw(st.lists(row, max_size=5))


@settings(max_examples=200, deadline=None)
@given(tables())
def test_what_was_exported_as_csv_is_imported_exactly(table):
    header, rows = table
    again = read_table("a.csv", write_csv(rows, header))
    assert again.header == header
    assert [list(row.values()) for row in again.rows] == rows


@settings(max_examples=100, deadline=None)
@given(tables())
def test_what_was_exported_as_a_workbook_is_imported_exactly(table):
    header, rows = table
    again = read_table("a.xlsx", write_xlsx(rows, header, "All"))
    assert again.header == header
    assert [list(row.values()) for row in again.rows] == rows


def test_dates_and_numbers_come_back_as_they_were_written():
    rows = [[date(2026, 11, 17), -5, 2.5, True, None, "A"]]
    expected = ["2026-11-17", "-5", "2.5", "yes", "", "A"]
    for data in (write_csv(rows, list("abcdef")), write_xlsx(rows, list("abcdef"), "x")):
        assert list(read_table("a", data).rows[0].values()) == expected


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_any_bytes_give_a_table_or_a_sentence(data):
    try:
        assert isinstance(read_table("a.csv", data), Table)
    except UnreadableTable as refusal:
        assert str(refusal).endswith(".")
