"""Telling the client how it stands."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from incidents.response import update_actions
from incidents.response.models import Incident
from incidents.response.obligations import scope_of
from incidents.response.pages.forms import UpdateForm
from incidents.response.views.shared import act, back, changes, done, incident_or_404, posted
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def incident_update(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Send an update to the client's people and channels, or record that they were told."""
    incident, now = incident_or_404(client, number), timezone.now()
    form = UpdateForm(
        posted(request),
        reaches=update_actions.reached(incident, now),
        now=now,
        zone=ZoneInfo(client.time_zone),
    )

    def tell() -> None:
        if form.is_sent:
            update_actions.send_update(incident, form.said(), by=request.access.user, now=now)
        else:
            update_actions.record_update(
                incident, form.said(), channel=form.cleaned_data["channel"], told_at=form.instant(),
                by=request.access.user, now=now,
            )  # fmt: skip

    if request.method == "POST" and done(form, tell):
        return back(request, incident, "The client was told." if form.is_sent else "It is recorded.")
    return act(request, incident, form, "Send an update", "Send update", text=_preferred(incident))


def _preferred(incident: Incident) -> str:
    """How the client wishes to hear, where it is agreed."""
    if incident.drill:
        return "This is a drill: the update is written down, and nobody outside is told."
    scope = scope_of(incident)
    if scope is None or not scope.channel:
        return ""
    name = f", {scope.channel_name}" if scope.channel_name else ""
    return f"{incident.client.name} wishes to hear by {scope.get_channel_display()}{name}."
