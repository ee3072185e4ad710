"""Renewals and reviews over all clients: the page with its horizon, and the same rows as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.audit.actions import record
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.renewals import tables
from portal.deadlines.renewals.filters import RenewalFilters
from portal.deadlines.renewals.queries import HORIZON_DAYS, ahead, linked, renewals
from portal.deadlines.renewals.tables import ON_A_PAGE, Reader
from portal.lib.exports import TextTooLongError, write_csv, write_xlsx
from portal.shell.filters import active_chips, clear_url
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Empty
from portal.tenancy.decorators import PortalRequest, practice_view
from portal.tenancy.models import Client
from portal.tenancy.people import staff_of_practice
from portal.tenancy.permissions import Permission

MOST_ROWS = 20_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class _Asked:
    """What a request asks for: the rows that its filters leave, in no order yet."""

    filters: RenewalFilters
    rows: DeadlineQuerySet
    clients: dict[Any, Client]
    reader: Reader


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def renewal_list(request: PortalRequest) -> HttpResponse:
    """Show what is late and what falls due in the next 90 days, over every client in reach."""
    asked = _asked(request)
    reader, rows = asked.reader, asked.rows
    chips = active_chips(asked.filters, request)
    parts = ahead(rows, reader.today, reader.now)
    ordered = tables.ordered(rows, tables.order_of(request)).prefetch_related("owner")
    page = CappedPaginator(ordered, ON_A_PAGE).get_page(request.GET.get("page"))
    listed = linked(list(page.object_list), asked.clients)
    clear = clear_url(request)
    context = {
        "filters": asked.filters,
        "chips": chips,
        "clear_url": clear,
        "page": page,
        "noun": "renewal or review" if page.paginator.count == 1 else "renewals and reviews",
        "table": tables.table_of(listed, request, reader, parts, _empty(bool(chips), clear)),
        "pins": tables.pins(rows, asked.clients, reader, parts) if parts.total.n else [],
        "label": tables.label_of(parts, reader.today, reader.today + timedelta(days=HORIZON_DAYS)),
        "today": reader.today,
        "query": request.GET.urlencode(),
        "may_export": request.access.may_anywhere(Permission.EXPORT),
        "zone": request.access.user.time_zone,
    }
    only_rows = request.htmx and request.htmx.target == "renewals"
    return render(request, f"deadlines/renewals.html{'#rows' if only_rows else ''}", context)


@require_safe
@practice_view(Permission.EXPORT, anywhere=True)
def renewal_export(request: PortalRequest) -> HttpResponse:
    """Give exactly the rows of the page as CSV, or with `format=xlsx` as a workbook; it is recorded."""
    asked = _asked(request)
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    ordered = tables.ordered(asked.rows, tables.order_of(request)).prefetch_related("owner", "backup_owner")
    found = linked(list(ordered[: MOST_ROWS + 1]), asked.clients)
    if len(found) > MOST_ROWS:
        messages.error(
            request, f"That is more than {MOST_ROWS:,} rows. Filter the list and export the parts."
        )
        return redirect("renewal_list")
    lines = tables.lines(found, asked.reader.now)
    try:
        data = (
            write_csv(lines, tables.HEADER) if kind == "csv" else write_xlsx(lines, tables.HEADER, "Renewals")
        )
    except TextTooLongError as error:
        messages.error(request, str(error))
        return redirect("renewal_list")
    used = sorted(name for name, value in asked.filters.cleaned_data.items() if value)
    details = {"rows": len(found), "format": kind, "filters": used}
    record("renewals.export", object="renewals", details=details, by=request.access.user)
    name = f"renewals-{asked.reader.today:%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type=TYPES[kind], headers=headers)


def _asked(request: PortalRequest) -> _Asked:
    now = timezone.now()
    reader = Reader(
        request.access, now, timezone.localdate(now, timezone=ZoneInfo(request.access.user.time_zone))
    )
    clients = list(Client.objects.order_by("name"))
    people = staff_of_practice(now).order_by("name")
    filters = RenewalFilters(request.GET, clients=clients, people=people)
    rows = filters.narrow(renewals(request.access, reader.today), reader.today, now)
    return _Asked(filters, rows, {each.pk: each for each in clients}, reader)


def _empty(by_filter: bool, clear: str) -> Empty:
    if by_filter:
        return Empty("No renewals match", "Take a filter away to see more.", "Clear filters", clear)
    return Empty(
        f"Nothing falls due in the next {HORIZON_DAYS} days",
        "Renewals, rotations and reviews stand here from 90 days before the day on which they fall due.",
        "See the records",
        reverse("register_index"),
    )
