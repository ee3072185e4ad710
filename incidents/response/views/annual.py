"""The incidents of a year or of the last twelve months: one client's, and a table of all clients; as page and file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from incidents.response.figures.documents import print_year
from incidents.response.figures.reading import annual_figures, annual_figures_of
from incidents.response.pages import annual
from incidents.response.pages.listing import TYPES
from portal.audit.actions import record
from portal.lib.exports import write_csv, write_xlsx
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


@require_safe
@client_view(Permission.VIEW_CLIENT)
def incident_year_latest(request: PortalRequest, client: Client) -> HttpResponse:
    """One client's incidents of the last twelve months."""
    return _page(request, client, None)


@require_safe
@client_view(Permission.VIEW_CLIENT)
def incident_year(request: PortalRequest, client: Client, year: int) -> HttpResponse:
    """One client's incidents of a year."""
    return _page(request, client, year)


@require_safe
@client_view(Permission.EXPORT)
def incident_year_export(request: PortalRequest, client: Client) -> HttpResponse:
    """The incidents of `year`, or of the last twelve months, as CSV or with `format=xlsx` as a workbook."""
    now, zone = timezone.now(), ZoneInfo(client.time_zone)
    year = _asked_year(request.GET.get("year", ""), now, zone)
    lines = annual.lines(annual_figures(client, year, now), zone)
    return _file(request, client, lines, annual.HEADER, f"{client.slug}-incidents-{year or 'twelve-months'}")


@require_POST
@client_view(Permission.MAKE_PACK)
def incident_year_print(request: PortalRequest, client: Client) -> HttpResponse:
    """Ask for the report of `year`, or of the last twelve months, as a PDF; without what is internal."""
    now = timezone.now()
    year = _asked_year(request.POST.get("year", ""), now, ZoneInfo(client.time_zone))
    try:
        document = print_year(client, year, by=request.access.user, now=now)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("incident_year_latest", client_slug=client.slug)
    return redirect("document_show", client_slug=client.slug, pk=document.pk)


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def incident_year_all_latest(request: PortalRequest) -> HttpResponse:
    """All clients in reach, the last twelve months."""
    return _all(request, None)


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def incident_year_all(request: PortalRequest, year: int) -> HttpResponse:
    """All clients in reach, one year."""
    return _all(request, year)


@require_safe
@practice_view(Permission.EXPORT, anywhere=True)
def incident_year_all_export(request: PortalRequest) -> HttpResponse:
    """The table of all clients as a file, of `year` or of the last twelve months."""
    now, zone = timezone.now(), ZoneInfo(request.access.user.time_zone)
    year = _asked_year(request.GET.get("year", ""), now, zone)
    clients = [each for each in _clients() if request.access.may(Permission.EXPORT, each)]
    lines = annual.clients_lines(annual_figures_of(clients, year, now))
    return _file(request, None, lines, annual.CLIENTS_HEADER, f"incidents-{year or 'twelve-months'}")


def _page(request: PortalRequest, client: Client, year: int | None) -> HttpResponse:
    now, zone = timezone.now(), ZoneInfo(client.time_zone)
    _refuse_year(year, now, zone)
    found = annual_figures(client, year, now)
    context: dict[str, Any] = {
        "client": client,
        "years": annual.years("incident_year", {"client_slug": client.slug}, year, now, zone),
        "may_export": request.access.may(Permission.EXPORT, client),
        "may_print": request.access.may(Permission.MAKE_PACK, client),
        "zone": zone.key,
        **annual.page(found, inside=request.access.is_of_practice),
    }
    return render(request, "response/year.html", context)


def _all(request: PortalRequest, year: int | None) -> HttpResponse:
    now, zone = timezone.now(), ZoneInfo(request.access.user.time_zone)
    _refuse_year(year, now, zone)
    found = annual_figures_of(_clients(), year, now)
    context: dict[str, Any] = {
        "years": annual.years("incident_year_all", {}, year, now, zone),
        "may_export": request.access.may_anywhere(Permission.EXPORT),
        "table": annual.clients_table(found, year),
        "total": sum(each.incidents for each in found.values()),
    }
    return render(request, "response/year_all.html", context)


def _clients() -> list[Client]:
    """The clients in reach by name: the scope of the request holds no other."""
    return list(Client.objects.order_by("name", "pk"))


def _refuse_year(year: int | None, now: datetime, zone: ZoneInfo) -> None:
    """There is a page for years that have begun anywhere; the last day of a year is over sooner in the east."""
    if year is not None and not annual.FIRST_YEAR <= year <= now.astimezone(zone).year:
        raise Http404


def _asked_year(text: str, now: datetime, zone: ZoneInfo) -> int | None:
    if not text:
        return None
    year = int(text) if text.isascii() and text.isdigit() and len(text) == 4 else 0
    _refuse_year(year, now, zone)
    return year


def _file(
    request: PortalRequest,
    client: Client | None,
    lines: list[list[Any]],
    header: Sequence[str],
    name: str,
) -> HttpResponse:
    kind = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
    data = write_csv(lines, header) if kind == "csv" else write_xlsx(lines, header, "Incidents")
    details = {"rows": len(lines), "format": kind, "year": request.GET.get("year", "")}
    record("incident.export", client=client, object="incidents", details=details, by=request.access.user)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(data, content_type=TYPES[kind], headers=headers)
