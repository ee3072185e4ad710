"""How a person wishes to hear, and what they were told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.lib.refused import Refused
from portal.outbox import actions
from portal.outbox.forms import PreferenceForm
from portal.outbox.queries import deliveries, preference_of
from portal.outbox.tables import delivery_table
from portal.outbox.views.channels import OWN, shown
from portal.shell.paging import CappedPaginator
from portal.shell.tables import Empty
from portal.tenancy.decorators import PortalRequest, person_view

ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@person_view
def message_settings(request: PortalRequest) -> HttpResponse:
    """Choose how often and where one hears, and what one does without."""
    if request.access.practice is None:
        raise Http404
    me = request.access.user
    form = PreferenceForm(request.POST if request.method == "POST" else None, preference=preference_of(me))
    if form.is_bound and form.is_valid():
        try:
            actions.set_preference(me, by=me, now=timezone.now(), **{"opt_outs": [], **form.cleaned_data})
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "Saved. What waits already comes as it was.")
            return redirect("message_settings")
    context = {
        "form": form,
        "channels": shown(OWN, request),
        "add_url": OWN.url("add"),
        "zone": me.time_zone,
        "email": me.email,
    }
    return render(request, "outbox/settings.html", context)


@require_safe
@person_view
def own_messages(request: PortalRequest) -> HttpResponse:
    """Show every message to oneself, newest first, with its fate."""
    if request.access.practice is None:
        raise Http404
    me = request.access.user
    zone = ZoneInfo(me.time_zone)
    page = CappedPaginator(deliveries().filter(person=me), ON_A_PAGE).get_page(request.GET.get("page"))
    empty = Empty(
        "No messages yet",
        "Reminders and news about the work stand here once they were written.",
        "How you hear",
        reverse("message_settings"),
    )
    table = delivery_table(page.object_list, request, zone, empty, linked=False)
    return render(request, "outbox/own.html", {"page": page, "table": table, "zone": zone})
