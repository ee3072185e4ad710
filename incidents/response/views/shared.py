"""What the doors of incidents share: the incident of an address, the page of a form, a refusal in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from incidents.response.models import Incident
from incidents.response.queries import of_client
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest
from portal.tenancy.models import Client

ACT = "response/act.html"
changes = require_http_methods(["GET", "HEAD", "POST"])


def incident_or_404(client: Client, number: int) -> Incident:
    """One client's part of an incident. A drill is not there for the client's people."""
    found = of_client(client, number)
    if found is None:
        raise Http404
    found.client = client
    return found


def posted(request: PortalRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def done(form: forms.Form | forms.ModelForm[Any], do: Callable[[], object]) -> bool:
    """Do what a valid form asks for; a refusal goes over the form. Tell whether it was done."""
    if not form.is_valid():
        return False
    try:
        do()
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def ask(
    request: PortalRequest,
    incident: Incident,
    form: forms.Form,
    do: Callable[[], object],
    *,
    title: str,
    submit: str,
    said: str | Callable[[], str],
    to: str = "",
    template: str = ACT,
    **more: Any,
) -> HttpResponse:
    """Show the page of one form about an incident; once it is sent, do what it asks for, say so and lead on.

    said: the words afterwards, or what gives them then. to: where that leads; the incident where it is left out.
    """
    if request.method == "POST" and done(form, do):
        messages.success(request, said if isinstance(said, str) else said())
        return redirect(to or incident)
    return act(request, incident, form, title, submit, template=template, **more)


def at_once(
    request: PortalRequest,
    do: Callable[[], object],
    *,
    said: str,
    to: str | Incident,
) -> HttpResponse:
    """Do what a button asks for, say so or why not, and lead on."""
    try:
        do()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(to)


def act(
    request: PortalRequest,
    incident: Incident,
    form: object,
    title: str,
    submit: str,
    *,
    template: str = ACT,
    **more: Any,
) -> HttpResponse:
    """Show the page of one form about an incident."""
    context = {
        "client": incident.client,
        "incident": incident,
        "form": form,
        "title": title,
        "submit": submit,
    }
    return render(request, template, {**context, **more})


def back(request: PortalRequest, incident: Incident, words: str) -> HttpResponse:
    """Lead back to the incident and say what was done."""
    messages.success(request, words)
    return redirect(incident)
