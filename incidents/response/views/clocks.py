"""The clocks of the law on one incident: what may apply, what runs, how each ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from incidents.response import breach_actions
from incidents.response.actions import edit_facts
from incidents.response.breach_actions import Choices, told_by
from incidents.response.breach_facts import client_aware_at
from incidents.response.models import BreachClock, Incident, Notice
from incidents.response.pages import clocks as pages
from incidents.response.pages.clock_forms import (
    ClockFactsForm,
    CorrectClockForm,
    NotifiedForm,
    NotNotifiedForm,
    address_of,
    read_choices,
)
from incidents.response.views.shared import ask, changes, done, incident_or_404, posted
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

EDIT = Permission.EDIT_REGISTERS


@require_safe
@client_view(Permission.VIEW_CLIENT)
def incident_clocks(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Show every clock of the incident; who responds also sees what may apply. The client's people read theirs."""
    return _page(request, incident_or_404(client, number), read_choices(request.GET))


@sensitive_post_parameters()
@require_POST
@client_view(EDIT)
def clock_facts(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Change what decides which clocks may run, and show those."""
    incident, now = incident_or_404(client, number), timezone.now()
    form = ClockFactsForm(request.POST, incident=incident, choices=read_choices(request.GET), now=now)

    def save() -> None:
        version = form.cleaned_data["version"]
        edit_facts(incident, form.values(), by=request.access.user, now=now, version=version)

    if done(form, save):
        messages.success(request, "Saved. These clocks may apply.")
        return redirect(_address(incident) + address_of(form.choices()))
    return _page(request, incident_or_404(client, number), read_choices(request.GET), form)


@require_POST
@client_view(EDIT)
def clock_start(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Start the clocks that were ticked."""
    incident, choices = incident_or_404(client, number), read_choices(request.GET)
    try:
        started = breach_actions.start_clocks(
            incident, request.POST.getlist("clock"), choices, by=request.access.user, now=timezone.now()
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_address(incident) + address_of(choices))
    count = len(started)
    messages.success(
        request, f"{count} clock{'' if count == 1 else 's'} started." if count else "They run already."
    )
    return redirect(_address(incident) + address_of(choices))


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def clock_none(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Record that no clock runs, with the reason."""
    incident = incident_or_404(client, number)
    form = NotNotifiedForm(posted(request))

    def record() -> None:
        why = form.cleaned_data["why"]
        breach_actions.record_no_clock(incident, by=request.access.user, now=timezone.now(), why=why)

    said = "It is recorded that no clock runs."
    return ask(
        request,
        incident,
        form,
        record,
        title="No clock runs",
        submit="Record",
        said=said,
        to=_address(incident),
    )


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def clock_notified(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Record that the notice of a clock went out."""
    incident, now = incident_or_404(client, number), timezone.now()
    clock = _clock_or_404(incident, pk)
    zone = ZoneInfo(client.time_zone)
    form = NotifiedForm(posted(request), tells_client=told_by(clock), now=now, zone=zone)
    following: list[BreachClock] = []

    def record() -> None:
        found = form.cleaned_data
        following.extend(
            breach_actions.record_notified(
                clock, by=request.access.user, now=now, at=form.instant(), reference=found["reference"],
                late_reason=found["late_reason"], client_awareness=form.knew_at(),
            )
        )  # fmt: skip

    def said() -> str:
        more = f" Started: {'; '.join(each.title for each in following)}." if following else ""
        return f"Recorded as notified.{more}"

    return _ask(request, clock, form, record, title="Notified", submit="Record", said=said)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def clock_not_notified(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Record the decision not to notify, with the reason."""
    incident = incident_or_404(client, number)
    clock = _clock_or_404(incident, pk)
    form = NotNotifiedForm(posted(request))

    def decide() -> None:
        why = form.cleaned_data["why"]
        breach_actions.decide_not_to_notify(clock, by=request.access.user, now=timezone.now(), why=why)

    title, submit = "Decided not to notify", "Record the decision"
    return _ask(request, clock, form, decide, title=title, submit=submit, said="The decision is recorded.")


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def clock_correct(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Correct the instant from which a clock is counted, with the reason."""
    incident, now = incident_or_404(client, number), timezone.now()
    clock = _clock_or_404(incident, pk)
    form = CorrectClockForm(posted(request), now=now, zone=ZoneInfo(client.time_zone), at=clock.trigger_at)

    def correct() -> None:
        why = form.cleaned_data["why"]
        breach_actions.correct_trigger(clock, form.instant(), by=request.access.user, now=now, why=why)

    said = "The instant is corrected. What is counted from it has moved."
    return _ask(request, clock, form, correct, title="Correct the instant", submit="Correct", said=said)


def _ask(
    request: PortalRequest, clock: BreachClock, form: Form, do: Callable[[], object], **more: Any
) -> HttpResponse:
    """Ask about one clock, and lead back to all of them."""
    incident = clock.incident
    return ask(request, incident, form, do, to=_address(incident), text=clock.title, **more)


def _page(
    request: PortalRequest, incident: Incident, choices: Choices, form: ClockFactsForm | None = None
) -> HttpResponse:
    now, zone = timezone.now(), ZoneInfo(incident.client.time_zone)
    may_edit = request.access.may(EDIT, incident.client) and not incident.closed_at
    rows = [pages.shown(clock, zone, now) for clock in pages.clocks_of(incident)]
    context = {
        "client": incident.client,
        "incident": incident,
        "running": [row for row in rows if not row.clock.outcome],
        "decided": [row for row in rows if row.clock.outcome],
        "notices": Notice.objects.filter(incident=incident).select_related("written_by").order_by("pk"),
        "for_practice": request.access.is_of_practice,
        "may_edit": may_edit,
        "client_aware_at": client_aware_at(incident),
    }
    if may_edit:
        context["proposed"] = [
            pages.proposed(each, zone) for each in breach_actions.proposals_for(incident, choices)
        ]
        context["form"] = form or ClockFactsForm(incident=incident, choices=choices, now=now)
        context["chosen"] = address_of(choices)
    return render(request, "response/clocks/show.html", context)


def _clock_or_404(incident: Incident, pk: int) -> BreachClock:
    found: BreachClock | None = BreachClock.objects.filter(incident=incident, pk=pk).first()
    if found is None:
        raise Http404
    found.incident = incident
    return found


def _address(incident: Incident) -> str:
    kwargs = {"client_slug": incident.client.slug, "number": incident.number}
    return reverse("incident_clocks", kwargs=kwargs)
