"""Leading an incident: take it up, record its instants, severity and people, its facts, reopen, close."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from incidents.response import actions
from incidents.response.changing import Changed
from incidents.response.pages.forms import (
    RECORDED,
    ClientForm,
    FactsForm,
    PeopleForm,
    RecordForm,
    ReopenForm,
    SeverityForm,
)
from incidents.response.views.shared import (
    act,
    ask,
    at_once,
    back,
    changes,
    done,
    incident_or_404,
    posted,
)
from portal.lib.dates import format_instant
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.people import people_of
from portal.tenancy.permissions import Permission
from portal.tenancy.scope import enter

EDIT = Permission.EDIT_REGISTERS


@require_POST
@client_view(EDIT)
def incident_acknowledge(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Take it up now."""
    incident = incident_or_404(client, number)

    def take_up() -> None:
        actions.acknowledge(incident, by=request.access.user, now=timezone.now())

    return at_once(request, take_up, said=f"You have taken up {incident.reference}.", to=incident)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def incident_record(request: PortalRequest, client: Client, number: int, instant: str) -> HttpResponse:
    """Record when it was contained, fixed, resolved …, or correct what was recorded."""
    incident, now = incident_or_404(client, number), timezone.now()
    before = getattr(incident, instant, None)
    if instant not in RECORDED and not (instant in ("acknowledged_at", "closed_at") and before):
        raise Http404
    zone = ZoneInfo(client.time_zone)
    form = RecordForm(posted(request), corrects=before is not None, now=now, zone=zone, at=before)
    name = actions.WORDS[instant]

    def record() -> None:
        found = form.cleaned_data
        actions.record_instant(
            incident, instant, form.instant(), by=request.access.user, now=now,
            why=found.get("why", ""), words=found.get("words", ""),
        )  # fmt: skip

    if request.method == "POST" and done(form, record):
        return back(request, incident, f"{name}: {format_instant(form.instant(), zone)}.")
    if before is None:
        return act(request, incident, form, f"Record: {name.lower()}", "Record")
    return act(request, incident, form, f"Correct: {name.lower()}", "Correct")


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def incident_severity(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Set another severity; the clocks follow."""
    incident = incident_or_404(client, number)
    form = SeverityForm(posted(request), incident=incident)

    def change() -> None:
        actions.change_severity(
            incident, form.cleaned_data["severity"], by=request.access.user, now=timezone.now(),
            why=form.cleaned_data["why"],
        )  # fmt: skip

    if request.method == "POST" and done(form, change):
        return back(request, incident, f"{incident.reference} is {form.cleaned_data['severity']} now.")
    return act(request, incident, form, "Change severity", "Change severity")


@changes
@client_view(EDIT)
def incident_people(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Name who leads and who has which role."""
    incident, now = incident_or_404(client, number), timezone.now()
    form = PeopleForm(posted(request), incident=incident, people=people_of(client, now).order_by("name"))

    def name() -> None:
        lead = form.cleaned_data["lead"]
        if lead is not None and lead != incident.lead:
            actions.name_lead(incident, lead, by=request.access.user, now=now)
        for role, person in form.changed_roles().items():
            actions.set_responder(incident, role, person, by=request.access.user, now=now)

    said = "Who responds was saved."
    return ask(request, incident, form, name, title="Who responds", submit="Save", said=said)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def incident_edit(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Change what is known of it. Who was slower sees what somebody else changed, and saves again or not."""
    incident = incident_or_404(client, number)
    form = FactsForm(posted(request), incident=incident)
    changed: list[tuple[str, object]] = []
    if request.method == "POST" and form.is_valid():
        try:
            actions.edit_facts(
                incident,
                form.values(),
                by=request.access.user,
                now=timezone.now(),
                version=form.cleaned_data["version"],
            )
        except Changed as conflict:
            changed = _differences(form, conflict)
            form = FactsForm({**request.POST.dict(), "version": conflict.current.version}, incident=incident)
            form.add_error(None, str(conflict))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return back(request, incident, "What is known was saved.")
    return act(request, incident, form, "Edit what is known", "Save", changed=changed)


def _differences(form: FactsForm, conflict: Changed) -> list[tuple[str, object]]:
    """The fields in which the record differs from what was sent, with what stands there now."""
    found = []
    for name, value in form.values().items():
        current = getattr(conflict.current, name)
        if current != value:
            shown = ", ".join(current) if isinstance(current, list) else current
            found.append((str(form.fields[name].label), shown or "nothing"))
    return found


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def incident_reopen(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Take a resolved incident up again, with the reason."""
    incident = incident_or_404(client, number)
    form = ReopenForm(posted(request))

    def reopen() -> None:
        why = form.cleaned_data["why"]
        actions.reopen(incident, by=request.access.user, now=timezone.now(), why=why)

    said = f"{incident.reference} is open again."
    words = "The clock of the post-mortem ends. It starts anew when the incident is resolved again."
    return ask(request, incident, form, reopen, title="Reopen", submit="Reopen", said=said, text=words)


@require_POST
@client_view(EDIT)
def incident_close(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """End the work on it, or say what is missing."""
    incident = incident_or_404(client, number)

    def close() -> None:
        actions.close(incident, by=request.access.user, now=timezone.now())

    return at_once(request, close, said=f"{incident.reference} is closed.", to=incident)


@changes
@client_view(EDIT)
def incident_add_client(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Give another client that was hit its own part under the same number."""
    incident = incident_or_404(client, number)
    with enter(request.scope, switch=True):
        reach = [each for each in Client.objects.order_by("name") if request.access.may(EDIT, each)]
        form = ClientForm(posted(request), clients=[each for each in reach if each != client])

        def add() -> None:
            other = form.cleaned_data["client"]
            actions.add_client(incident, other, by=request.access.user, now=timezone.now())

        if request.method == "POST" and done(form, add):
            words = f"{form.cleaned_data['client'].name} has its own part of {incident.reference}."
            return back(request, incident, words)
    words = "It gets the same number and severity. It learns nothing of the other clients, nor they of it."
    return act(request, incident, form, "Add a client that was hit", "Add client", text=words)
