"""The client's front page and the pages of its controls. Both sides see the same figures."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clients.posture import exports, front
from clients.posture.catalogue import STANDARDS, catalogue
from clients.posture.forms import ControlFilters
from clients.posture.models import Waiver
from clients.posture.overview import overview_of
from clients.posture.queries import posture_of
from clients.posture.rules.finding import Result
from clients.posture.rules.registry import NOT_YET, RULES, kinds
from clients.posture.tables import area_tables, record_lists
from clients.posture.words import state_and_words
from portal.audit.actions import record
from portal.lib.exports import write_csv, write_xlsx
from portal.shell.filters import active_chips, clear_url
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@client_view(Permission.VIEW_CLIENT)
@require_GET
def client_overview(request: PortalRequest, client: Client) -> HttpResponse:
    """Show how the client stands: posture, what moved it, and what falls due."""
    now = timezone.now()
    context = {
        "client": client,
        "overview": overview_of(client, now),
        "parts": front.parts(request.access, client, now),
        "may_make_pack": request.access.may(Permission.MAKE_PACK, client),
    }
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "clients/overview.html", context)


@client_view(Permission.VIEW_CLIENT)
@require_GET
def posture_list(request: PortalRequest, client: Client) -> HttpResponse:
    """List every control by area, narrowed as asked."""
    found = posture_of(client, timezone.now())
    filters = ControlFilters(request.GET)
    shown = filters.narrow(found.standings)
    context = {
        "client": client,
        "posture": found,
        "filters": filters,
        "chips": active_chips(filters, request),
        "clear_url": clear_url(request),
        "areas": area_tables(client, found, shown),
        "shown": len(shown),
        "total": len(found.standings),
        "query": request.GET.urlencode(),
        "may_export": request.access.may(Permission.EXPORT, client),
    }
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "posture/list.html", context)


@client_view(Permission.EXPORT)
@require_GET
def posture_export(request: PortalRequest, client: Client) -> HttpResponse:
    """Give the controls, narrowed as asked, as CSV or with `as=xlsx` as a workbook; it is recorded."""
    found = posture_of(client, timezone.now())
    rows = list(exports.rows(ControlFilters(request.GET).narrow(found.standings)))
    kind = "xlsx" if request.GET.get("as") == "xlsx" else "csv"
    record("posture.export", client=client, object="posture", details={"as": kind, "rows": len(rows)})
    if kind == "xlsx":
        response = HttpResponse(write_xlsx(rows, exports.HEADER, "Controls"), content_type=XLSX)
    else:
        response = HttpResponse(write_csv(rows, exports.HEADER), content_type="text/csv; charset=utf-8")
    name = f"{client.slug}-controls-{found.today:%Y-%m-%d}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@client_view(Permission.VIEW_CLIENT)
@require_GET
def posture_control(request: PortalRequest, client: Client, control_id: str) -> HttpResponse:
    """Show one control: what it promises, by which rule it is judged, and the records behind the result."""
    found = posture_of(client, timezone.now())
    standing = found.of(control_id)
    if standing is None:
        raise Http404
    may_waive = request.access.may(Permission.EDIT_REGISTERS, client)
    waivers = Waiver.objects.for_client(client).filter(control_id=control_id).select_related("approved_by")
    context = {
        "client": client,
        "standing": standing,
        "control": standing.control,
        "finding": standing.finding,
        "status": state_and_words(standing),
        "record_lists": record_lists(client, standing.finding),
        "standards": [(STANDARDS[name], ids) for name, ids in standing.control.maps],
        "waivers": list(waivers),
        "today": found.today,
        "may_waive": may_waive,
        "may_add_waiver": may_waive and standing.result in (Result.FAIL, Result.WARN),
        "promise_broken": f"Promise not kept: {standing.control.title}",
    }
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "posture/control.html", context)


@client_view(Permission.VIEW_CLIENT)
@require_GET
def posture_how(request: PortalRequest, client: Client) -> HttpResponse:
    """Say how posture is worked out, and which controls are not judged yet."""
    controls = catalogue().controls
    context = {
        "client": client,
        "total": len(controls),
        "judged": sum(not rule.missing for rule in RULES.values()),
        "partly": [
            (controls[rule.control_id], kinds(rule.missing)) for rule in RULES.values() if rule.missing
        ],
        "not_yet": [(controls[control_id], kinds(missing)) for control_id, missing in NOT_YET.items()],
    }
    return render(request, "posture/how.html", context)
