"""What is done with one deadline: put it off, take it up again, give it to somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portal.deadlines import actions, handing_over
from portal.deadlines.forms.verbs import ReassignForm, SnoozeForm
from portal.deadlines.models import Deadline
from portal.deadlines.presenters.entries import address
from portal.deadlines.queries import of_client
from portal.lib.dates import format_long, format_table
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

changes = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def deadline_snooze(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Leave it out of Today and of reminders until a day, with the reason."""
    deadline = deadline_or_404(client, pk)
    now, zone = timezone.now(), ZoneInfo(client.time_zone)
    form = SnoozeForm(request.POST if request.method == "POST" else None, now=now, zone=zone)
    if request.method == "POST" and form.is_valid():
        until, why = form.until_at(), form.cleaned_data["why"]
        try:
            actions.snooze_deadline(deadline, by=request.access.user, until=until, now=now, why=why)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request,
                f"{deadline.title} is snoozed until {format_long(until)}. It stays due on {_due(deadline, zone)}.",
            )
            return redirect(way_back(request, deadline))
    words = f"It leaves Today and nobody is reminded until then. It stays due on {_due(deadline, zone)}."
    return _act(request, deadline, form, {"title": "Snooze", "text": words, "submit": "Snooze"})


@require_POST
@client_view(Permission.EDIT_REGISTERS)
def deadline_wake(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """End a snooze now."""
    deadline = deadline_or_404(client, pk)
    try:
        actions.wake_deadline(deadline, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{deadline.title} is on Today again.")
    return redirect(way_back(request, deadline))


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def deadline_reassign(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Give it to somebody else; where its kind says so, what it is about goes with it."""
    deadline = deadline_or_404(client, pk)
    now = timezone.now()
    people = handing_over.owners_for(client, now, internal=deadline.internal)
    sent = request.POST if request.method == "POST" else None
    form = ReassignForm(sent, deadline=deadline, people=people)
    if request.method == "POST" and form.is_valid():
        try:
            saved = handing_over.hand_over(deadline, by=request.access.user, now=now, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{deadline.title} belongs to {saved.owner} now.")
            return redirect(way_back(request, deadline))
    return _act(request, deadline, form, {"title": "Reassign", "submit": "Reassign"})


def deadline_or_404(client: Client, pk: int) -> Deadline:
    """One deadline of one client with its people. Another client's, or an internal one for its people, is not there."""
    found: Deadline | None = of_client(client).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def way_back(request: PortalRequest, deadline: Deadline) -> str:
    """Where the person came from, if the address says so and leads nowhere else; else the deadline's page."""
    wished = request.GET.get("next", "")
    own = url_has_allowed_host_and_scheme(wished, {request.get_host()}, require_https=request.is_secure())
    return wished if own else address(deadline)


def _due(deadline: Deadline, zone: ZoneInfo) -> str:
    return format_table(deadline.due_on or deadline.due_at.astimezone(zone).date())


def _act(
    request: PortalRequest, deadline: Deadline, form: object, context: Mapping[str, object]
) -> HttpResponse:
    if not deadline.is_open:
        messages.error(request, f"“{deadline.title}” has ended already.")
        return redirect(address(deadline))
    common = {"client": deadline.client, "deadline": deadline, "form": form, "page_url": address(deadline)}
    return render(request, "deadlines/act.html", {**common, "back": way_back(request, deadline), **context})
