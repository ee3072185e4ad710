"""Rows into CSV and XLSX for spreadsheets: no text is ever run as a formula. Which rows is the caller's business.

Text that a spreadsheet would take for a formula gets an apostrophe in front, which imports.py takes off
again. Rows keep the order in which they come.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

# OWASP "CSV injection": = + - @ tab and return, also behind spaces and in their full-width forms. Apostrophes
# that already stand there are counted in, so that taking one off always gives back what was written.
FORMULA = re.compile(r"'*(?:[ \u00a0]*[=+\-@＝＋－＠]|[\t\r\n])")
LONGEST_XLSX_TEXT = 32_767
_WIDEST = 60
_NARROWEST = 10
_EXACT_DIGITS = 15
_SHEET_TITLE = re.compile(r"[\[\]:*?/\\]")
# What XML cannot hold is written as Excel writes it, _x000D_ for a return; a text that looks so is marked.
_NOT_XML = re.compile(r"_(?=x[0-9A-Fa-f]{4})|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class TextTooLongError(ValueError):
    """A text does not fit into a spreadsheet cell; the message says which, and to take the CSV instead."""


def write_csv(rows: Iterable[Sequence[object]], header: Sequence[str]) -> bytes:
    """Write UTF-8 CSV with the mark by which Excel knows it, commas and CRLF; dates as 2026-11-17."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n")
    # A heading that holds another separator would mislead whoever guesses the separator, so it is quoted.
    misleading = any(mark in name for name in header for mark in ";\t")
    csv.writer(target, quoting=csv.QUOTE_ALL if misleading else csv.QUOTE_MINIMAL).writerow(
        [_safe(name) for name in header]
    )
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
    return target.getvalue().encode("utf-8-sig", "replace")


def write_xlsx(rows: Iterable[Sequence[object]], header: Sequence[str], title: str) -> bytes:
    """Write one sheet with a frozen header and filters; numbers and dates are typed, all else is text.

    Instants lose their zone, which a spreadsheet cannot hold: pass them in the reader's zone. Raises
    TextTooLongError for a text over LONGEST_XLSX_TEXT characters.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - slow to load, and only downloads need it
    from openpyxl.styles import Font  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    table = [[_xlsx_value(value, line) for value in row] for line, row in enumerate(rows, start=2)]
    headings = [_xlsx_text(_safe(name), 1) for name in header]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_SHEET_TITLE.sub(" ", title).strip(" '")[:31] or "Sheet")
    sheet.freeze_panes = "A2"
    for number, name in enumerate(header):
        longest = max([len(name), *(_width(row[number]) for row in table if number < len(row))])
        letter = get_column_letter(number + 1)
        sheet.column_dimensions[letter].width = min(_WIDEST, max(_NARROWEST, longest + 2))
    if header:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(header))}{len(table) + 1}"
    bold = Font(bold=True)
    sheet.append([_xlsx_cell(sheet, name, bold) for name in headings])
    for row in table:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if FORMULA.match(text) else text


def _csv_cell(value: object) -> str:
    if isinstance(value, str) or not _is_typed(value):
        return _safe(_text(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _xlsx_value(value: object, line: int) -> Any:
    """Return a number, date or naive instant as it is, anything else as text that is no formula."""
    if isinstance(value, str) or not _is_typed(value):
        return _xlsx_text(_safe(_text(value)), line)
    if isinstance(value, date) and value.year < 1900:
        return value.isoformat()
    if isinstance(value, int) and len(str(abs(value))) > _EXACT_DIGITS:
        return str(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _is_typed(value: object) -> bool:
    if isinstance(value, float | Decimal):
        return math.isfinite(value)
    return isinstance(value, int | date) and not isinstance(value, bool)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _xlsx_text(text: str, line: int) -> str:
    encoded = _NOT_XML.sub(_encoded, text.encode("utf-8", "replace").decode())
    if len(encoded) > LONGEST_XLSX_TEXT:
        raise TextTooLongError(
            f"In row {line} a text has {len(text):,} characters, and a spreadsheet cell holds "
            f"{LONGEST_XLSX_TEXT:,}. Download the CSV file instead."
        )
    return encoded


def _xlsx_cell(sheet: Any, value: Any, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - as above

    cell = WriteOnlyCell(sheet)
    if isinstance(value, str):
        cell.value = value
        cell.data_type = "s"
    else:
        cell.value = value
        if isinstance(value, date):
            cell.number_format = "d mmm yyyy hh:mm" if isinstance(value, datetime) else "d mmm yyyy"
    if font:
        cell.font = font
    return cell


def _encoded(match: re.Match[str]) -> str:
    return f"_x{ord(match[0]):04X}_"


def _width(value: Any) -> int:
    if isinstance(value, str):
        return max((len(line) for line in value[:1000].splitlines()), default=0)
    return len("17 Nov 2026 00:00") if isinstance(value, datetime) else len(str(value))
