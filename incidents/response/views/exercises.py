"""Exercises: the list, starting one, ending one, recording one that was run elsewhere. For people of the practice."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from clients.engagements.queries import today_of
from incidents.response.plans import exercises, panels, queries
from incidents.response.plans.forms import EndForm, RecordForm, StartForm
from incidents.response.queries import measures_of
from incidents.response.rules.exercises import scenarios
from incidents.response.views.shared import changes, done, incident_or_404, posted
from portal.lib.dates import format_table
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.people import people_of
from portal.tenancy.permissions import Permission

EDIT = Permission.EDIT_REGISTERS


@require_safe
@client_view(Permission.VIEW_INTERNAL)
def exercise_list(request: PortalRequest, client: Client) -> HttpResponse:
    """List what is being played, and what was held with what came of it."""
    context = panels.base(client) | {
        "running": queries.running_drills(client),
        "table": panels.exercise_table(client, queries.exercises_of(client)),
        "may_edit": request.access.may(EDIT, client),
    }
    return render(request, "response/exercises/list.html", context)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def exercise_start(request: PortalRequest, client: Client) -> HttpResponse:
    """Start an exercise from a scenario or in one's own words."""
    now = timezone.now()
    form = StartForm(posted(request), people=people_of(client, now).order_by("name"))
    started = []

    def start() -> None:
        started.append(exercises.start_exercise(client, **form.values(), by=request.access.user, now=now))

    if request.method == "POST" and done(form, start):
        messages.success(request, f"{started[0].reference} runs. Nobody outside the practice hears of it.")
        return redirect(started[0])
    context = panels.base(client) | {"form": form, "scenarios": scenarios().values()}
    return render(request, "response/exercises/start.html", context)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def exercise_end(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """End a drill and write down what came of it."""
    incident, now = incident_or_404(client, number), timezone.now()
    if not incident.drill or incident.closed_at:
        raise Http404
    form = EndForm(posted(request))

    def end() -> None:
        exercises.end_exercise(incident, **form.cleaned_data, by=request.access.user, now=now)

    if request.method == "POST" and done(form, end):
        messages.success(request, f"{incident.reference} has ended. How its clocks went is kept with it.")
        return redirect("exercise_list", client_slug=client.slug)
    context = panels.base(client) | {
        "incident": incident,
        "form": form,
        "clocks": panels.clock_lines(exercises.clocks_of(incident, now)),
        "measures": measures_of(incident),
    }
    return render(request, "response/exercises/end.html", context)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def exercise_record(request: PortalRequest, client: Client) -> HttpResponse:
    """Record an exercise that was run elsewhere."""
    now = timezone.now()
    form = RecordForm(posted(request), today=today_of(client, now))
    held = []

    def record() -> None:
        held.append(exercises.record_exercise(client, **form.cleaned_data, by=request.access.user, now=now))

    if request.method == "POST" and done(form, record):
        counts = "" if held[0].plan_id else " No plan was in force on that day, so it counts for none."
        messages.success(request, f"The exercise of {format_table(held[0].held_on)} is on record.{counts}")
        return redirect("exercise_list", client_slug=client.slug)
    return render(request, "response/exercises/record.html", panels.base(client) | {"form": form})
