"""The activity of a client and of the practice, to read, to filter and to take away."""

from __future__ import annotations

import tempfile
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from portal.audit import queries, tables
from portal.audit.actions import record
from portal.audit.exports import ChainExport, write_zip
from portal.audit.forms import ActivityFilters
from portal.audit.presenters import lines_of
from portal.lib.exports import write_csv
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

SPOOLED = 8 * 1024 * 1024


@client_view(Permission.VIEW_ACTIVITY)
@require_GET
def client_activity(request: PortalRequest, client: Client) -> HttpResponse:
    """Show what happened at one client, latest first."""
    may_export = request.access.may(Permission.EXPORT_ACTIVITY, client)
    return _list(request, client, {"may_export": may_export})


@practice_view(Permission.VIEW_ACTIVITY)
@require_GET
def practice_activity(request: PortalRequest) -> HttpResponse:
    """Show what happened in the practice and at all its clients, latest first."""
    return _list(request, None, {})


def _list(request: PortalRequest, client: Client | None, context: dict[str, Any]) -> HttpResponse:
    filters = ActivityFilters(request.GET, queries.choices(client))
    zone = _zone(request)
    page = queries.activity(
        client, filters.wanted(zone), before=tables.page_before(request.GET.get("before"))
    )
    places = {} if client else queries.client_names()
    lines = lines_of(page.events, queries.names_for(page.events), zone, places=places)
    context |= {
        "client": client,
        "filters": filters,
        "page": page,
        "days": tables.by_day(lines),
        "zone": zone,
    }
    return render(request, "audit/activity/list.html", context)


@client_view(Permission.EXPORT_ACTIVITY)
@require_POST
def client_activity_export(request: PortalRequest, client: Client) -> HttpResponseBase:
    """Give the client's chain as a ZIP, or the filtered activity as CSV; either way it is recorded."""
    name = f"activity-{client.slug}-{timezone.localdate(timezone=_zone(request))}"
    if request.POST.get("as") == "chain":
        record("activity.export", client=client, details={"as": "chain"})
        file = tempfile.SpooledTemporaryFile(max_size=SPOOLED)  # noqa: SIM115 - the response closes it
        write_zip(ChainExport(client), file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=f"{name}.zip")
    filters = ActivityFilters(request.POST, queries.choices(client))
    try:
        rows = tables.rows(client, filters.wanted(_zone(request)))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("client_activity", client_slug=client.slug)
    record("activity.export", client=client, details={"as": "csv", "rows": len(rows)})
    response = HttpResponse(write_csv(rows, tables.HEADER), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _zone(request: PortalRequest) -> ZoneInfo:
    """The reader's own time zone."""
    return ZoneInfo(getattr(request.user, "time_zone", "") or "UTC")
