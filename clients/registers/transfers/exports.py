"""A register as a file: CSV or XLSX with exactly the rows of the list, or an empty template for an import."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.text import slugify

from clients.registers.models import Record
from clients.registers.register import Register
from clients.registers.transfers.table_fields import REFERENCE, table_fields
from portal.lib.exports import write_csv, write_xlsx
from portal.tenancy.models import Client

MOST_ROWS = 20_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def export_file(
    register: Register, rows: Iterable[Record], kind: str, *, for_staff: bool, all_clients: bool
) -> bytes:
    """Write the rows as "csv" or "xlsx". Rows need owner, backup owner, approver and linked records at hand.

    A client's people get neither references into the vault nor the column of internal entries. Over all clients
    the client stands in the second column; such a file is for reading and is not taken by an import.
    """
    fields = table_fields(register, for_staff=for_staff)
    header = [REFERENCE, *(["Client"] if all_clients else []), *[field.heading for field in fields]]
    lines = [
        [row.pk, *([row.client.name] if all_clients else []), *[field.write(row) for field in fields]]
        for row in rows
    ]
    return write_csv(lines, header) if kind == "csv" else write_xlsx(lines, header, register.title)


def template_file(register: Register, kind: str) -> bytes:
    """Write the headings alone, for somebody who starts a table."""
    header = [field.heading for field in table_fields(register, for_staff=True)]
    return write_csv([], header) if kind == "csv" else write_xlsx([], header, register.title)


def file_name(register: Register, client: Client | None, kind: str, *, day: str = "") -> str:
    """Name the file after the client, the register and the day."""
    parts = [client.slug if client else "all-clients", slugify(register.title), day or "template"]
    return f"{'-'.join(parts)}.{kind}"
