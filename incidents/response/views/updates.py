"""Telling the client how it stands."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from incidents.response import update_actions
from incidents.response.models import Incident, Update
from incidents.response.pages.forms import UpdateForm
from incidents.response.rules import ways
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
    wish = update_actions.wish_of(client)
    told: list[Update] = []
    form = UpdateForm(
        posted(request),
        reaches=update_actions.reached(incident, now),
        wished=wish.key if wish else "",
        now=now,
        zone=ZoneInfo(client.time_zone),
    )

    def tell() -> None:
        if form.is_sent:
            told.append(update_actions.send_update(incident, form.said(), by=request.access.user, now=now))
            return
        told.append(
            update_actions.record_update(
                incident, form.said(), channel=form.cleaned_data["channel"], told_at=form.instant(),
                by=request.access.user, now=now,
            )
        )  # fmt: skip

    if request.method == "POST" and done(form, tell):
        missed = "" if incident.drill else ways.afterwards(client.name, wish, told[0].ways)
        if missed:
            messages.warning(request, missed)
        return back(request, incident, "The client was told." if form.is_sent else "It is recorded.")
    return act(request, incident, form, "Send an update", "Send update", **_preferred(incident, wish, now))


def _preferred(incident: Incident, wish: ways.Wish | None, now: datetime) -> dict[str, str]:
    """How the client wishes to hear, and whether an update gets there; where it will not, a note and what to do."""
    if incident.drill:
        return {"text": "This is a drill: the update is written down, and nobody outside is told."}
    said, is_missed = ways.plan(incident.client.name, wish, update_actions.ways_of(incident, now))
    if not is_missed:
        return {"text": said}
    if wish is None or wish.key not in ways.SENT:
        return {"warning": said}
    url = reverse("client_channel_list", kwargs={"client_slug": incident.client.slug})
    return {"warning": said, "warning_url": url, "warning_label": "Channels of the client"}
