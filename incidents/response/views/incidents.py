"""Incidents over all clients and of one: the lists, the files, and logging one in a minute."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from incidents.response import actions
from incidents.response.models import Incident
from incidents.response.pages import listing
from incidents.response.pages.forms import LogForm
from incidents.response.views.shared import back, changes, done, posted
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.people import people_of, staff_of_practice
from portal.tenancy.permissions import Permission

#: What a link may fill in: the client by its short name, words, the severity.
PREFILLED = ("title", "severity", "summary", "source")


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def incident_list(request: PortalRequest) -> HttpResponse:
    """Every incident of the clients in reach."""
    return listing.page(request, None)


@require_safe
@practice_view(Permission.EXPORT, anywhere=True)
def incident_export(request: PortalRequest) -> HttpResponse:
    """Exactly the rows of the list, as a file."""
    return listing.file(request, None)


@require_safe
@client_view(Permission.VIEW_CLIENT)
def client_incident_list(request: PortalRequest, client: Client) -> HttpResponse:
    """One client's incidents; its own people see no drills."""
    return listing.page(request, client)


@require_safe
@client_view(Permission.EXPORT)
def client_incident_export(request: PortalRequest, client: Client) -> HttpResponse:
    """Exactly the rows of one client's list, as a file."""
    return listing.file(request, client)


@sensitive_post_parameters()
@changes
@practice_view(Permission.EDIT_REGISTERS, anywhere=True)
def incident_log(request: PortalRequest) -> HttpResponse:
    """Log an incident: client, what, how bad; the rest can wait."""
    access = request.access
    clients = [
        each
        for each in Client.objects.filter(status=Client.Status.ACTIVE).order_by("name")
        if access.may(Permission.EDIT_REGISTERS, each)
    ]
    people = staff_of_practice(timezone.now()).order_by("name")
    asked = request.GET.get("client", "")
    zone = ZoneInfo(access.user.time_zone)
    return _log(request, clients, people, next((each for each in clients if each.slug == asked), None), zone)


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def client_incident_log(request: PortalRequest, client: Client) -> HttpResponse:
    """Log an incident of this client."""
    people = people_of(client, timezone.now()).order_by("name")
    return _log(request, [client], people, client, ZoneInfo(client.time_zone))


def _log(
    request: PortalRequest, clients: list[Client], people: Any, chosen: Client | None, zone: ZoneInfo
) -> HttpResponse:
    now = timezone.now()
    initial: dict[str, Any] = {name: request.GET[name][:2000] for name in PREFILLED if name in request.GET}
    if chosen is not None or len(clients) == 1:
        initial["client"] = chosen or clients[0]
    form = LogForm(posted(request), clients=clients, people=people, now=now, zone=zone, initial=initial)
    opened: list[Incident] = []

    def log() -> None:
        found = form.cleaned_data
        opened.extend(
            actions.open_incident(
                form.chosen(), title=found["title"], severity=found["severity"], by=request.access.user, now=now,
                detected_at=form.instant(), lead=found["lead"], facts=form.facts(), drill=found["drill"],
            )
        )  # fmt: skip

    if request.method == "POST" and done(form, log):
        others = f" It has {len(opened)} parts, one a client." if len(opened) > 1 else ""
        if opened[0].severity != form.cleaned_data["severity"]:
            words = f"It is {opened[0].severity}: a suspected breach of personal data is at least that."
            messages.warning(request, words)
        return back(request, opened[0], f"{opened[0].reference} is open.{others}")
    return render(request, "response/log.html", {"form": form})
