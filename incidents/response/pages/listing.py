"""The list of incidents and its file, over all clients or of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from incidents.response.figures.panels import panel
from incidents.response.figures.reading import visible_promises, within
from incidents.response.figures.volume import counted
from incidents.response.models import Incident
from incidents.response.models.incident import IncidentQuerySet
from incidents.response.pages import tables
from incidents.response.pages.filters import IncidentFilters
from incidents.response.plans.panels import line as plan_line
from incidents.response.queries import in_reach, next_clocks
from incidents.response.rules.figures import figures, last_months, since
from portal.audit.actions import record
from portal.lib.dates import format_long
from portal.lib.exports import TextTooLongError, write_csv, write_xlsx
from portal.shell.filters import active_chips, clear_url
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Column, Empty
from portal.tenancy.decorators import PortalRequest
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

MOST_ROWS = 20_000
#: Of how many incidents the list shows figures unasked.
MOST_FIGURED = 5_000
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class _Asked:
    """What a request asks for."""

    filters: IncidentFilters
    rows: IncidentQuerySet
    columns: tuple[Column, ...]
    now: datetime
    zone: ZoneInfo


def page(request: PortalRequest, client: Client | None) -> HttpResponse:
    """Show the list; `client` None: over all clients in reach."""
    asked, access = _asked(request, client), request.access
    chips = active_chips(asked.filters, request)
    shown = CappedPaginator(asked.rows.prefetch_related("client", "lead"), tables.ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = list(shown.object_list)
    empty = _empty(request, client, by_filter=bool(chips))
    name = "client_incident" if client else "incident"
    kwargs = {"client_slug": client.slug} if client else {}
    may_log = access.may(Permission.EDIT_REGISTERS, client) if client else access.may_anywhere(
        Permission.EDIT_REGISTERS
    )  # fmt: skip
    context: dict[str, Any] = {
        "filters": asked.filters,
        "chips": chips,
        "clear_url": clear_url(request),
        "page": shown,
        "noun": "incident" if shown.paginator.count == 1 else "incidents",
        "table": tables.table_of(rows, request, asked.columns, next_clocks(rows), asked.now, empty),
        "may_export": access.may(Permission.EXPORT, client)
        if client
        else access.may_anywhere(Permission.EXPORT),
        "export_url": reverse(f"{name}_export", kwargs=kwargs),
        "log_url": reverse(f"{name}_log", kwargs=kwargs) if may_log else "",
        "query": request.GET.urlencode(),
        "zone": asked.zone.key,
        **_figures(request, client, asked),
    }
    if client is not None:
        context |= {"client": client, "plan_line": plan_line(client, asked.now)}
    only_rows = request.htmx and request.htmx.target == "incidents"
    return render(request, f"response/list.html{'#rows' if only_rows else ''}", context)


def _figures(request: PortalRequest, client: Client | None, asked: _Asked) -> dict[str, Any]:
    """The figures of what the filters are about, open or not: of the days that they ask for, else of twelve months.

    Of more than MOST_FIGURED they are counted only for those who ask, so that the list costs the same at any number.
    """
    name, kwargs = (
        ("incident_year_latest", {"client_slug": client.slug}) if client else ("incident_year_all_latest", {})
    )
    context: dict[str, Any] = {"figures_url": reverse(name, kwargs=kwargs)}
    first = asked.filters.first_day(asked.now, asked.zone)
    period = since(first, asked.now, asked.zone) if first else last_months(asked.now, asked.zone)
    rows = within(asked.filters.about(_in_reach(request, client)).real(), period)
    if request.GET.get("figures") != "all" and rows[: MOST_FIGURED + 1].count() > MOST_FIGURED:
        query = request.GET.copy()
        query["figures"] = "all"
        return {**context, "most_figured": MOST_FIGURED, "figures_all": f"?{query.urlencode()}"}
    found = figures(counted(rows, asked.zone, asked.now), period.months, visible_promises())
    about = asked.filters.about_words()
    noun = "incident" if found.incidents == 1 else "incidents"
    begin = format_long(period.start).partition(" ")[2]
    whose = f" {about}" if about else ""
    of = f"of {found.incidents:,} {noun}{whose}, detected since {begin}, open or closed"
    if not found.incidents:
        of = f"no incident{whose} was detected since {begin}"
    return {**context, "figures": panel(found, of)}


def _in_reach(request: PortalRequest, client: Client | None) -> IncidentQuerySet:
    rows: IncidentQuerySet = Incident.objects.for_client(client) if client else in_reach(request.access)
    return rows


def file(request: PortalRequest, client: Client | None) -> HttpResponse:
    """Give exactly the rows of the list as CSV, or with `format=xlsx` as a workbook; it is recorded."""
    asked = _asked(request, client)
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    found = list(asked.rows.prefetch_related("client", "lead")[: MOST_ROWS + 1])
    back = redirect("client_incident_list", client.slug) if client else redirect("incident_list")
    if len(found) > MOST_ROWS:
        messages.error(
            request, f"That is more than {MOST_ROWS:,} rows. Filter the list and export the parts."
        )
        return back
    lines = tables.lines(found, asked.zone)
    try:
        data = (
            write_csv(lines, tables.HEADER)
            if kind == "csv"
            else write_xlsx(lines, tables.HEADER, "Incidents")
        )
    except TextTooLongError as error:
        messages.error(request, str(error))
        return back
    used = sorted(name for name, value in asked.filters.cleaned_data.items() if value)
    details = {"rows": len(found), "format": kind, "filters": used}
    record("incident.export", client=client, object="incidents", details=details, by=request.access.user)
    whose = f"{client.slug}-" if client else ""
    name = f"{whose}incidents-{asked.now.astimezone(asked.zone):%Y-%m-%d}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(data, content_type=TYPES[kind], headers=headers)


def _asked(request: PortalRequest, client: Client | None) -> _Asked:
    now = timezone.now()
    zone = ZoneInfo(client.time_zone if client else request.access.user.time_zone)
    clients = None if client else Client.objects.order_by("name")
    filters = IncidentFilters(request.GET, clients=clients, for_practice=request.access.is_of_practice)
    rows = _in_reach(request, client)
    columns = tables.columns(of_one_client=client is not None)
    return _Asked(
        filters, tables.ordered(filters.narrow(rows, now, zone), request, columns), columns, now, zone
    )


def _empty(request: PortalRequest, client: Client | None, *, by_filter: bool) -> Empty:
    if by_filter:
        return Empty(
            "No incidents match", "Take a filter away to see more.", "Clear filters", clear_url(request)
        )
    if not request.access.is_of_practice:
        return Empty(
            "No incident is on record", "When one is logged, its clocks and its post-mortem appear here."
        )
    return Empty(
        "No incident is open", "When one is logged, its clocks and its post-mortem appear here.",
        "See the closed ones", "?state=closed",
    )  # fmt: skip
