import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import openpyxl
import pytest

from portal.lib.exports import LONGEST_XLSX_TEXT, TextTooLongError, write_csv, write_xlsx

FORMULAS = [
    "=1+1",
    "+44 20 7946 0000",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "＝1",
    "'=1",
    "''-1",
]


def sheet_of(data):
    return openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_looks_like_a_formula_is_defused(text):
    csv = write_csv([[text]], [text]).decode("utf-8-sig")
    assert csv.lstrip('"').startswith("'")
    assert csv.count("'" + text) == 2
    sheet = sheet_of(write_xlsx([[text]], ["Name"], "x"))
    assert sheet["A2"].data_type == "s"
    assert sheet["A2"].value.startswith("'")


@pytest.mark.parametrize("text", ["HubSpot", "a=b", "O'Brien", "'quoted'", "", "crm - sync", "5-3"])
def test_an_ordinary_text_stays_as_it_is(text):
    assert sheet_of(write_xlsx([[text, "x"]], ["Name", "y"], "x"))["A2"].value == (text or None)
    assert write_csv([["x", text]], ["a", "b"]).decode("utf-8-sig") == f"a,b\r\nx,{text}\r\n"


def test_csv_begins_with_the_mark_that_excel_needs_and_keeps_the_order():
    data = write_csv([["ü", 2], ["a", 1]], ["Name", "Count"])
    assert data == b"\xef\xbb\xbfName,Count\r\n\xc3\xbc,2\r\na,1\r\n"


def test_csv_writes_values_in_plain_forms():
    row = [
        None,
        True,
        False,
        -5,
        2.5,
        Decimal("-1.10"),
        date(2026, 11, 17),
        datetime(2026, 11, 17, 9, tzinfo=UTC),
    ]
    line = write_csv([row], list("abcdefgh")).decode("utf-8-sig").splitlines()[1]
    assert line == ",yes,no,-5,2.5,-1.10,2026-11-17,2026-11-17T09:00:00+00:00"


def test_numbers_that_are_none_are_text():
    assert "\r\nnan,'-inf\r\n" in write_csv([[float("nan"), float("-inf")]], ["a", "b"]).decode("utf-8-sig")


def test_a_heading_with_another_separator_is_quoted():
    assert write_csv([], ["a;b", "c"]) == b'\xef\xbb\xbf"a;b","c"\r\n'


def test_xlsx_keeps_numbers_and_dates_typed():
    amsterdam = timezone(timedelta(hours=1))
    row = [
        -5,
        2.5,
        date(2026, 11, 17),
        datetime(2026, 11, 17, 9, 30, tzinfo=amsterdam),
        True,
        12345678901234567,
    ]
    sheet = sheet_of(write_xlsx([row], list("abcdef"), "x"))
    values = [cell.value for cell in sheet[2]]
    assert values == [
        -5,
        2.5,
        datetime(2026, 11, 17),
        datetime(2026, 11, 17, 9, 30),
        "yes",
        "12345678901234567",
    ]
    assert sheet["C2"].is_date
    assert sheet["C2"].number_format == "d mmm yyyy"


def test_xlsx_is_ready_to_read():
    sheet = sheet_of(
        write_xlsx(
            [["a" * 30, "x"], ["b", "y" * 500]], ["Name", "Note"], "Credentials: all/2026 of Harbour & Finch"
        )
    )
    assert sheet.title == "Credentials  all 2026 of Harbou"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:B3"
    assert sheet["A1"].font.bold
    assert sheet.column_dimensions["A"].width == 32
    assert sheet.column_dimensions["B"].width == 60
    assert [cell.value for cell in sheet["A"]] == ["Name", "a" * 30, "b"]


def test_an_empty_table_still_has_its_headings():
    assert write_csv([], ["Name"]) == b"\xef\xbb\xbfName\r\n"
    assert sheet_of(write_xlsx([], ["Name"], ""))["A1"].value == "Name"


def test_a_text_too_long_for_a_cell_is_not_cut_but_refused():
    assert write_xlsx([["x" * LONGEST_XLSX_TEXT]], ["a"], "x")
    with pytest.raises(TextTooLongError, match="row 2"):
        write_xlsx([["x" * (LONGEST_XLSX_TEXT + 1)]], ["a"], "x")


def test_characters_that_xml_cannot_hold_do_not_break_the_workbook():
    sheet = sheet_of(write_xlsx([["a\x00b\x1fc\ud800"]], ["a"], "x"))
    assert sheet["A2"].value == "a_x0000_b_x001F_c?"
