"""The practice's clients: the list, and a client's own facts to add, edit and end."""

from __future__ import annotations

from collections import defaultdict
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.lib.refused import Refused
from portal.tenancy import actions
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.forms import ClientForm, EndClientForm
from portal.tenancy.models import Assignment, Client
from portal.tenancy.permissions import Permission, Role


@require_GET
@practice_view()
def client_list(request: PortalRequest) -> HttpResponse:
    """List the clients in the person's reach, active ones first, with who leads the work. Two queries."""
    leads: dict[object, list[str]] = defaultdict(list)
    leading = Assignment.objects.filter(role=Role.LEAD.value).active(timezone.now()).select_related("user")
    for assignment in leading.order_by("user__name"):
        leads[assignment.client_id].append(str(assignment.user))
    clients = list(Client.objects.order_by("status", "name"))
    context = {
        "rows": [(client, leads[client.pk], request.access.roles.get(client.pk)) for client in clients],
        "may_add": request.access.may(Permission.MANAGE_CLIENTS),
    }
    return render(request, "tenancy/clients/list.html", context)


@require_http_methods(["GET", "POST"])
@practice_view(Permission.MANAGE_CLIENTS)
def client_add(request: PortalRequest) -> HttpResponse:
    """Add a client."""
    practice = request.access.practice
    if practice is None:
        raise Http404
    form = ClientForm(request.POST or None, initial={"time_zone": practice.time_zone})
    if request.method == "POST" and form.is_valid():
        try:
            client = actions.add_client(by=request.access.user, practice=practice, facts=form.cleaned_data)
        except Refused as refusal:
            form.add_error("slug", str(refusal))
        else:
            messages.success(
                request, f"{client} is now a client. Invite its people and assign your own next."
            )
            return redirect("client_people_list", client_slug=client.slug)
    return render(request, "tenancy/clients/add.html", {"form": form})


@require_http_methods(["GET", "POST"])
@client_view(Permission.MANAGE_CLIENTS)
def client_edit(request: PortalRequest, client: Client) -> HttpResponse:
    """Change a client's facts."""
    name = client.name
    form = ClientForm(request.POST or None, instance=Client.objects.get(pk=client.pk))
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_client(by=request.access.user, client=client, facts=form.cleaned_data)
        except Refused as refusal:
            form.add_error("slug", str(refusal))
        else:
            messages.success(request, f"The facts of {client} were changed.")
            return redirect(client.get_absolute_url())
    return render(request, "tenancy/clients/edit.html", {"form": form, "client": client, "name": name})


@require_http_methods(["GET", "POST"])
@client_view(Permission.MANAGE_CLIENTS)
def client_end(request: PortalRequest, client: Client) -> HttpResponse:
    """End the work for a client."""
    today = timezone.now().astimezone(ZoneInfo(client.time_zone)).date()
    form = EndClientForm(
        request.POST or None, today=today, since_on=client.since_on, initial={"ended_on": today}
    )
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_client(by=request.access.user, client=client, **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"The work for {client} has ended. Its people have no access any more.")
            return redirect("client_list")
    return render(request, "tenancy/clients/end.html", {"form": form, "client": client})
