"""Today: what is owed over all clients. A client's people go to their own front page."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.deadlines.presenters import today as owed
from portal.deadlines.presenters.entries import Reader
from portal.deadlines.presenters.filters import TodayFilters
from portal.shell.filters import active_chips, clear_url
from portal.shell.places import clients_in_reach
from portal.tenancy.decorators import PortalRequest, person_view
from portal.tenancy.models import Client
from portal.tenancy.people import staff_of_practice
from portal.tenancy.permissions import Permission

MINE, EVERYONE = "mine", "everyone"


@require_safe
@person_view
def today(request: PortalRequest) -> HttpResponse:
    """What is late, what is due and what comes; or with `snoozed` what somebody put off."""
    access = request.access
    if access.is_client_person:
        return _own_clients(request)
    if not access.is_of_practice:
        return render(request, "shell/no_access.html")
    now, zone = timezone.now(), ZoneInfo(access.user.time_zone)
    whose = MINE if request.GET.get("whose") == MINE else EVERYONE
    clients = clients_in_reach(access).filter(status=Client.Status.ACTIVE).order_by("name")
    owners = staff_of_practice(now).order_by("name")
    filters = TodayFilters(request.GET, clients=clients, owners=owners)
    reader = Reader(access, now, zone, request.get_full_path())
    mine = whose == MINE
    snoozed = bool(request.GET.get("snoozed"))
    put_off = owed.snoozed(reader, filters, mine=mine) if snoozed else None
    context = {
        "page": None if snoozed else owed.page(reader, filters, mine=mine),
        "put_off": put_off,
        "now": now,
        "day": now.astimezone(zone).date(),
        "zone": zone,
        "whose": whose,
        "filters": filters,
        "chips": active_chips(filters, request),
        "clear_url": clear_url(request, "whose", "snoozed"),
        "may_reassign": access.may_anywhere(Permission.EDIT_REGISTERS),
    }
    with timezone.override(zone):
        return render(request, "deadlines/today.html", context)


def _own_clients(request: PortalRequest) -> HttpResponse:
    clients = list(Client.objects.filter(pk__in=list(request.access.roles)).order_by("name"))
    if len(clients) == 1:
        return redirect("client_overview", client_slug=clients[0].slug)
    return render(request, "shell/own_clients.html", {"clients": clients})
