"""Reads a table out of an uploaded CSV or XLSX file, within limits. What its columns mean is the caller's business."""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from portal.lib.exports import FORMULA

MAX_BYTES = 5 * 1024 * 1024
MAX_ROWS = 5_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
MAX_ARCHIVE_ENTRIES = 500
MAX_UNPACKED_BYTES = 50 * 1024 * 1024

_LAST_LINE = 20_000
_DELIMITERS = (",", ";", "\t")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ZIP = b"PK\x03\x04"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_EXCEL_CODE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class UnreadableTable(Exception):  # noqa: N818 - it is a refusal, said to the user
    """The file is no table that can be read; the message says where it broke and what to do."""


@dataclass(frozen=True)
class Table:
    """The headings in their order, a dict of texts a row, and for each row the line where it stands in the file."""

    header: list[str]
    rows: list[dict[str, str]]
    line_numbers: list[int]


def read_table(name: str, data: bytes) -> Table:
    """Read the first sheet of an XLSX file or a CSV file (comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252).

    `name` is the file's name, for messages only: the bytes decide what it is. All cells are texts, dates are
    2026-11-17. Blank lines and blank columns are left out. Raises UnreadableTable.
    """
    if not data:
        raise UnreadableTable(f"{name} is empty.")
    if len(data) > MAX_BYTES:
        raise UnreadableTable(
            f"{name} has {len(data) / 1024 / 1024:.1f} MB; at most {MAX_BYTES // 1024 // 1024} MB can be read. "
            "Split it into several files."
        )
    if data.startswith(_OLD_EXCEL):
        raise UnreadableTable(
            f"{name} is an old or password-protected Excel file. Save it as .xlsx without a password, or as CSV."
        )
    lines = _xlsx_lines(name, data) if data.startswith(_ZIP) else _csv_lines(name, data)
    return _table(name, lines)


def _table(name: str, lines: Iterable[tuple[int, list[str]]]) -> Table:
    rest = iter(lines)
    first = next(((line, cells) for line, cells in rest if any(cell.strip() for cell in cells)), None)
    if first is None:
        raise UnreadableTable(f"{name} has no headings. The first line must name the columns.")
    header = _header(name, *first)
    table = Table([heading for heading in header if heading], [], [])
    for line, cells in rest:
        if not any(cell.strip() for cell in cells):
            continue
        if len(table.rows) == MAX_ROWS:
            raise UnreadableTable(f"{name} has more than {MAX_ROWS:,} rows. Split it into several files.")
        table.rows.append(_row(name, header, line, cells))
        table.line_numbers.append(line)
    return table


def _header(name: str, line: int, cells: Sequence[str]) -> list[str]:
    header = [_without_apostrophe(cell).strip() for cell in cells]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableTable(f"{name}, line {line}: the headings are empty. Name the columns there.")
    if len(header) > MAX_COLUMNS:
        raise UnreadableTable(f"{name} has {len(header)} columns; at most {MAX_COLUMNS} can be read.")
    for heading in header:
        if heading and header.count(heading) > 1:
            raise UnreadableTable(
                f"{name}, line {line}: two columns have the heading “{heading[:60]}”. Rename one."
            )
    return header


def _row(name: str, header: Sequence[str], line: int, cells: Sequence[str]) -> dict[str, str]:
    row = dict.fromkeys((heading for heading in header if heading), "")
    for number, cell in enumerate(cells):
        if len(cell) > MAX_CELL:
            raise UnreadableTable(
                f"{name}, line {line}, column {number + 1} has {len(cell):,} characters; at most {MAX_CELL:,} fit."
            )
        heading = header[number] if number < len(header) else ""
        if heading:
            row[heading] = _without_apostrophe(cell)
        elif cell.strip():
            raise UnreadableTable(
                f"{name}, line {line}: column {number + 1} has a value and no heading. "
                "Name the column in the first line, or check the quotation marks and separators of this line."
            )
    return row


def _without_apostrophe(text: str) -> str:
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


# CSV


def _csv_lines(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(name, data)
    first, _, after = text.partition("\n")
    skipped = 0
    if match := re.fullmatch(r"sep=(.)\r?", first):
        delimiter, text, skipped = match[1], after, 1
    else:
        delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    start = skipped + 1
    try:
        for cells in reader:
            yield start, cells
            start = skipped + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTable(
            f"{name} breaks in the row that begins on line {start} ({error}). "
            "Check its quotation marks: a quotation mark inside a text is written twice."
        ) from None


def _decoded(name: str, data: bytes) -> str:
    marked = (encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark))
    encoding = next(marked, None) or _encoding_without_mark(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableTable(
            f"{name} is not a text file. Save the table as CSV (UTF-8) or as .xlsx."
        ) from None
    if "\x00" in text:
        raise UnreadableTable(f"{name} is not a text file. Save the table as CSV (UTF-8) or as .xlsx.")
    return text


def _encoding_without_mark(data: bytes) -> str:
    even, odd = data[0:2000:2].count(0), data[1:2000:2].count(0)
    if even or odd:
        return "utf-16-le" if odd > even else "utf-16-be"
    try:
        data.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """Choose the separator that gives the first rows the same number of columns, and most of them."""

    def fitness(delimiter: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text[:50_000], newline=""), delimiter=delimiter)
        widths: list[int] = []
        try:
            for cells in reader:
                widths.append(len(cells))
                if len(widths) == 20:
                    break
        except csv.Error:
            pass
        width = widths[0] if widths else 0
        same = sum(1 for each in widths if each == width) if width > 1 else 0
        return same, width

    return max(_DELIMITERS, key=fitness)


# XLSX


def _xlsx_lines(name: str, data: bytes) -> Iterator[tuple[int, list[str]]]:
    _check_archive(name, data)
    from openpyxl import load_workbook  # noqa: PLC0415 - slow to load, and only uploads need it

    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # the size that a sheet claims is not believed
        for line, cells in enumerate(
            sheet.iter_rows(max_row=_LAST_LINE + 1, max_col=MAX_COLUMNS + 1), start=1
        ):
            if line > _LAST_LINE:
                raise UnreadableTable(
                    f"{name} goes on after line {_LAST_LINE:,}. Delete the empty lines below the table."
                )
            yield line, [_cell_text(name, line, cell) for cell in cells]
    except UnreadableTable:
        raise
    except Exception as error:  # openpyxl raises whatever its XML and ZIP readers raise
        raise UnreadableTable(
            f"{name} is not a workbook that can be read ({type(error).__name__}). "
            "Open it in your spreadsheet program and save it as .xlsx or CSV anew."
        ) from None


def _check_archive(name: str, data: bytes) -> None:
    """Refuse a file that would unpack to far more than it weighs, before anything is unpacked."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise UnreadableTable(
            f"{name} is damaged: it begins like a workbook and does not end like one."
        ) from None
    if len(entries) > MAX_ARCHIVE_ENTRIES or sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise UnreadableTable(f"{name} unpacks to more than a table should. Save only the sheet, as CSV.")
    if not any(entry.filename == "xl/workbook.xml" for entry in entries):
        raise UnreadableTable(f"{name} is an archive and not a workbook. Choose a .xlsx or CSV file.")


def _cell_text(name: str, line: int, cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        if cell.data_type == "e":
            raise UnreadableTable(
                f"{name}, line {line} has a cell with the error {value}. Correct the formula."
            )
        return _EXCEL_CODE.sub(lambda code: chr(int(code[1], 16)), value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
