"""Writing an approved exception to a control down, and ending it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from clients.posture.actions import add_waiver, approvers_of, end_waiver
from clients.posture.catalogue import controls
from clients.posture.forms import EndWaiverForm, WaiverForm
from clients.posture.models import Waiver
from clients.posture.queries import today_of
from portal.lib.dates import format_long
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


@client_view(Permission.EDIT_REGISTERS)
@require_http_methods(["GET", "POST"])
def waiver_add(request: PortalRequest, client: Client, control_id: str) -> HttpResponse:
    """Add a waiver to a control."""
    control = controls().get(control_id)
    if control is None:
        raise Http404
    now = timezone.now()
    form = WaiverForm(request.POST or None, approvers=approvers_of(client, now))
    if request.method == "POST" and form.is_valid():
        try:
            waiver = add_waiver(
                client, control_id, by=request.access.user, today=today_of(client, now), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Waived until {format_long(waiver.until_on)}.")
            return redirect("posture_control", client_slug=client.slug, control_id=control_id)
    return render(request, "posture/waiver_add.html", {"client": client, "control": control, "form": form})


@client_view(Permission.EDIT_REGISTERS)
@require_http_methods(["GET", "POST"])
def waiver_end(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """End a waiver before its last day."""
    waiver = get_object_or_404(Waiver.objects.for_client(client), pk=pk)
    form = EndWaiverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            end_waiver(waiver, by=request.access.user, why=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The waiver has ended. The control counts as its records show.")
            return redirect("posture_control", client_slug=client.slug, control_id=waiver.control_id)
    control = controls()[waiver.control_id]
    context = {"client": client, "control": control, "waiver": waiver, "form": form}
    return render(request, "posture/waiver_end.html", context)
