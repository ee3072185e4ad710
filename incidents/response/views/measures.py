"""Measures: add, change, record as done, drop."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from incidents.response.models import Incident, Measure
from incidents.response.post_mortems import measures as actions
from incidents.response.post_mortems.actions import other_reviewers
from incidents.response.post_mortems.forms import DoneForm, DropForm, EditMeasureForm, MeasureForm
from incidents.response.views.shared import changes, done, incident_or_404, posted
from portal.documents.evidence.forms import sent_file
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

EDIT = Permission.EDIT_REGISTERS


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def measure_add(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Add a measure with its owner and day."""
    incident, now = incident_or_404(client, number), timezone.now()
    kind = request.GET.get("kind", Measure.Kind.CORRECTIVE)
    people = other_reviewers(client, None, now)
    form = MeasureForm(posted(request), people=people, initial={"kind": kind, "owner": incident.lead_id})
    if request.method == "POST" and done(
        form, lambda: actions.add_measure(incident, form.cleaned_data, by=request.access.user, now=now)
    ):
        return _back(request, incident, "The measure is added.")
    return _form(request, incident, form, "Add a measure", "Add measure")


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def measure_edit(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Change an open measure; its deadline follows."""
    incident, now = incident_or_404(client, number), timezone.now()
    measure = _open_or_404(incident, pk)
    people = other_reviewers(client, None, now)
    form = EditMeasureForm(
        posted(request), people=people, instance=measure, initial={"version": measure.version}
    )

    def edit() -> None:
        values = dict(form.cleaned_data)
        version = values.pop("version")
        actions.edit_measure(measure, values, version=version, by=request.access.user, now=now)

    if request.method == "POST" and done(form, edit):
        return _back(request, incident, "The measure is changed.")
    return _form(request, incident, form, "Change the measure", "Save", measure=measure)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def measure_done(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Record that it is done."""
    incident, now = incident_or_404(client, number), timezone.now()
    measure = _open_or_404(incident, pk)
    form = DoneForm(posted(request), files=request.FILES or None)

    def finish() -> None:
        outcome, file = form.cleaned_data["outcome"], sent_file(form.cleaned_data["file"])
        actions.finish_measure(measure, outcome, by=request.access.user, now=now, file=file)

    if request.method == "POST" and done(form, finish):
        return _back(request, incident, "The measure is done.")
    return _form(request, incident, form, "Record it done", "Record as done", measure=measure)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def measure_drop(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Record that it will not be done, and why."""
    incident, now = incident_or_404(client, number), timezone.now()
    measure = _open_or_404(incident, pk)
    form = DropForm(posted(request))
    if request.method == "POST" and done(
        form,
        lambda: actions.drop_measure(measure, by=request.access.user, now=now, why=form.cleaned_data["why"]),
    ):
        return _back(request, incident, "The measure is dropped.")
    return _form(request, incident, form, "Drop the measure", "Drop it", measure=measure, danger=True)


def _open_or_404(incident: Incident, pk: int) -> Measure:
    rows = Measure.objects.filter(incident=incident, done_at__isnull=True, dropped_at__isnull=True)
    measure: Measure | None = rows.select_related("owner").filter(pk=pk).first()
    if measure is None:
        raise Http404
    measure.incident = incident
    return measure


def _back(request: PortalRequest, incident: Incident, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("post_mortem_show", client_slug=incident.client.slug, number=incident.number)


def _form(
    request: PortalRequest, incident: Incident, form: object, title: str, submit: str, **more: object
) -> HttpResponse:
    context = {
        "client": incident.client,
        "incident": incident,
        "form": form,
        "title": title,
        "submit": submit,
    }
    return render(request, "response/post_mortem/measure.html", {**context, **more})
