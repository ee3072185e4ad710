"""The lists: one register of one client, one register over all clients, and all registers."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from clients.registers.catalogue import REGISTERS
from clients.registers.lists.filters import ListFilters
from clients.registers.lists.tables import PAGE, order_of, ordered, table_of
from clients.registers.models.record import RecordQuerySet
from clients.registers.queries import counts_in_reach, roster, rows_for_table, rows_in_reach
from clients.registers.register import Register
from clients.registers.views.shared import register_of, today_of, today_of_reader
from portal.shell.filters import active_chips, clear_url
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Empty
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.people import staff_of_practice
from portal.tenancy.permissions import Permission

TEMPLATE = "registers/records/list.html"


@require_safe
@client_view(Permission.VIEW_CLIENT)
def register_list(request: PortalRequest, client: Client, register: str) -> HttpResponse:
    """One register of one client."""
    return _list(request, register_of(register), client)


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def register_all(request: PortalRequest, register: str) -> HttpResponse:
    """One register over every client in reach."""
    return _list(request, register_of(register), None)


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def register_index(request: PortalRequest) -> HttpResponse:
    """All registers, with what each is and how much it holds."""
    held = counts_in_reach(request.access)
    entries = [
        (register, register.url("register_all", None), held[slug]) for slug, register in REGISTERS.items()
    ]
    return render(request, "registers/records/index.html", {"entries": entries})


def filtered(
    request: PortalRequest, register: Register, client: Client | None
) -> tuple[ListFilters, RecordQuerySet, dt.date]:
    """The filters of a request, the rows that they leave in the wished order, and the day they were taken on."""
    now = timezone.now()
    if client is not None:
        filters = ListFilters(request.GET, register=register, owners=list(roster(client, now).owners))
        today, rows = today_of(client), rows_for_table(register.slug, client)
    else:
        clients = list(Client.objects.order_by("name"))
        staff = list(staff_of_practice(now).order_by("name"))
        filters = ListFilters(request.GET, register=register, owners=staff, clients=clients)
        today, rows = today_of_reader(request), rows_in_reach(register.slug, request.access)
    return filters, ordered(filters.narrow(rows, today), register, order_of(register, client, request)), today


def _list(request: PortalRequest, register: Register, client: Client | None) -> HttpResponse:
    filters, rows, today = filtered(request, register, client)
    chips = active_chips(filters, request)
    page = CappedPaginator(rows, PAGE).get_page(request.GET.get("page"))
    may_edit = client is not None and request.access.may(Permission.EDIT_REGISTERS, client)
    context = {
        "client": client,
        "register": register,
        "noun": register.singular if page.paginator.count == 1 and not chips else register.plural,
        "filters": filters,
        "chips": chips,
        "clear_url": clear_url(request),
        "page": page,
        "total": _total(register, client, request) if chips else None,
        "table": table_of(
            register,
            client,
            list(page.object_list),
            request,
            today=today,
            may_edit=lambda owner: request.access.may(Permission.EDIT_REGISTERS, owner),
            empty=_empty(register, client, bool(chips), clear_url(request), may_edit),
        ),
        "may_edit": may_edit,
        "may_import": client is not None and request.access.may(Permission.IMPORT, client),
        "query": request.GET.urlencode(),
        "links": _links(register, client),
        "zone": client.time_zone if client else request.access.user.time_zone,
    }
    only_rows = request.htmx and request.htmx.target == "rows"
    with timezone.override(ZoneInfo(str(context["zone"]))):
        return render(request, f"{TEMPLATE}#rows" if only_rows else TEMPLATE, context)


def _total(register: Register, client: Client | None, request: PortalRequest) -> str:
    rows = rows_for_table(register.slug, client) if client else rows_in_reach(register.slug, request.access)
    return CappedPaginator(rows.live(), PAGE).shown


def _links(register: Register, client: Client | None) -> dict[str, str]:
    if client is None:
        return {"export": register.url("register_export_all", None)}
    names = {
        "export": "register_export",
        "add": "register_add",
        "upload": "register_import",
        "hand_over": "register_hand_over",
    }
    return {key: register.url(name, client) for key, name in names.items()}


def _empty(register: Register, client: Client | None, by_filter: bool, clear: str, may_edit: bool) -> Empty:
    if by_filter:
        return Empty(f"No {register.plural} match", "Take a filter away to see more.", "Clear filters", clear)
    title = f"No {register.plural} recorded yet"
    if client is None or not may_edit:
        return Empty(title, "They appear here as soon as somebody of the practice has recorded the first.")
    add = f"Add {register.article} {register.singular}"
    return Empty(title, register.coming, add, register.url("register_add", client))
