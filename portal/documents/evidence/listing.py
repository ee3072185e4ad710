"""All evidence of one client: the list with its filters, and the same rows as a file."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.audit.actions import record
from portal.documents.evidence import queries, tables
from portal.documents.evidence.forms import EvidenceFilters
from portal.documents.models import EvidenceFile
from portal.lib.exports import write_csv, write_xlsx
from portal.shell.filters import active_chips, clear_url
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Empty, Table, headings, sorted_by
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

ON_A_PAGE = 50
MOST_EXPORTED = 20_000
TOO_MANY = f"The list has more than {MOST_EXPORTED:,} files. Filter it first, and export the parts."
DEFAULT_ORDER = "-added_at"
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@client_view(Permission.VIEW_CLIENT)
def evidence_list(request: PortalRequest, client: Client) -> HttpResponse:
    """List the files at all records of a client that this person may see."""
    for_practice = request.access.is_of_practice
    filters = EvidenceFilters(request.GET, for_practice=for_practice)
    rows = queries.narrowed(queries.readable_of(request.access, client), filters.cleaned_data)
    order = sorted_by(tables.COLUMNS, request, DEFAULT_ORDER)
    page = CappedPaginator(rows.order_by(*tables.order_of(order)), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    files, records = _with_records(request, client, page)
    chips = active_chips(filters, request)
    empty = (
        Empty("No file matches", "The other files of this client are not shown.", "Clear filters", "?")
        if chips
        else Empty("No evidence yet", "Files are attached on the page of what they show something about.")
    )
    heads = headings(tables.COLUMNS, request, DEFAULT_ORDER)
    listed = tables.rows_of(files, records, for_practice=for_practice)
    context = {
        "client": client,
        "filters": filters,
        "chips": chips,
        "clear_url": clear_url(request),
        "page": page,
        "table": Table("Evidence", "Evidence files, the last attached first", heads, listed, empty),
        "query": request.GET.urlencode(),
        "may_export": request.access.may(Permission.EXPORT, client),
    }
    return render(request, "documents/evidence/list.html", context)


def _with_records(
    request: PortalRequest, client: Client, rows: object
) -> tuple[list[EvidenceFile], tables.Records]:
    """Find the records of some files; for the client's people, files of records out of sight are left out."""
    files: list[EvidenceFile] = list(rows)  # type: ignore[call-overload]
    for file in files:
        file.client = client
    records = queries.records_of(client, files)
    if not request.access.is_of_practice:
        files = [file for file in files if (file.subject_type, file.subject_id) in records]
    return files, records


@require_safe
@client_view(Permission.EXPORT)
def evidence_export(request: PortalRequest, client: Client) -> HttpResponse:
    """Give what is known about exactly the files of the list, with their whole fingerprints, as CSV or XLSX."""
    suffix = request.GET.get("format", "csv")
    if suffix not in TYPES:
        raise Http404
    for_practice = request.access.is_of_practice
    filters = EvidenceFilters(request.GET, for_practice=for_practice)
    rows = queries.narrowed(queries.readable_of(request.access, client), filters.cleaned_data)
    if rows.order_by()[: MOST_EXPORTED + 1].count() > MOST_EXPORTED:
        messages.error(request, TOO_MANY)
        return redirect("evidence_list", client_slug=client.slug)
    order = tables.order_of(sorted_by(tables.COLUMNS, request, DEFAULT_ORDER))
    files, records = _with_records(request, client, rows.order_by(*order))
    lines = tables.lines_of(files, records, ZoneInfo(client.time_zone), for_practice=for_practice)
    header = tables.HEADER if for_practice else tables.HEADER[: tables.FOR_CLIENT]
    content = write_xlsx(lines, header, "Evidence") if suffix == "xlsx" else write_csv(lines, header)
    details = {"format": suffix, "rows": len(files)}
    record("evidence.export", client=client, by=request.access.user, object="evidence", details=details)
    name = f"evidence-{client.slug}-{timezone.localdate():%Y-%m-%d}.{suffix}"
    disposition = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=TYPES[suffix], headers=disposition)
