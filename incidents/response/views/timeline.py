"""Writing in the timeline: entries, corrections, links to records of the registers."""

from __future__ import annotations

from itertools import chain
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from incidents.response import timeline_actions
from incidents.response.models import TimelineEntry
from incidents.response.pages.forms import CorrectionForm, EntryForm, LinkForm, UnlinkForm
from incidents.response.views.shared import act, back, changes, done, incident_or_404, posted
from portal.documents.evidence.forms import sent_file
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

#: A form offers no more records of a register than these.
MOST_RECORDS = 500


class _Choice:
    """A record as the form offers it: ids of several registers may be equal, so the register stands before."""

    def __init__(self, record: object) -> None:
        self.record = record
        self.pk = f"{record._meta.label_lower}:{record.pk}"  # type: ignore[attr-defined]

    def __str__(self) -> str:
        noun = timeline_actions.NOUNS[self.record._meta.label_lower]  # type: ignore[attr-defined]
        return f"{noun.capitalize()}: {self.record}"


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def incident_entry_add(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Write down what happened."""
    incident, now = incident_or_404(client, number), timezone.now()
    form = EntryForm(posted(request), files=request.FILES or None, now=now, zone=ZoneInfo(client.time_zone))

    def add() -> None:
        found = form.cleaned_data
        timeline_actions.add_entry(
            incident, found["words"], at=form.instant(), by=request.access.user, now=now,
            internal=found["internal"], said_by=found["said_by"], file=sent_file(found["file"]),
        )  # fmt: skip

    if request.method == "POST" and done(form, add):
        return back(request, incident, "It stands in the timeline.")
    words = "Entries stay as they are. What turns out wrong is corrected by another entry."
    return act(request, incident, form, "Add to timeline", "Add to timeline", text=words)


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def incident_entry_correct(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Add the correction of an entry."""
    incident, now = incident_or_404(client, number), timezone.now()
    entry = TimelineEntry.objects.filter(incident=incident, pk=pk).first()
    if entry is None:
        raise Http404
    entry.incident = incident
    initial = {"words": entry.text}
    form = CorrectionForm(
        posted(request), now=now, zone=ZoneInfo(client.time_zone), at=entry.at, initial=initial
    )

    def correct() -> None:
        found = form.cleaned_data
        timeline_actions.correct_entry(
            entry, found["words"], at=form.instant(), by=request.access.user, now=now, why=found["why"]
        )

    if request.method == "POST" and done(form, correct):
        return back(request, incident, "The correction stands in the timeline, beside the first words.")
    return act(request, incident, form, "Correct an entry", "Add the correction")


@changes
@client_view(Permission.EDIT_REGISTERS)
def incident_link(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Say which record of the registers it touches, and what was done to it."""
    incident = incident_or_404(client, number)
    rows = [
        model._default_manager.filter(client=client, retired_at__isnull=True).order_by("name", "pk")[
            :MOST_RECORDS
        ]
        for model in (Credential, Workflow, Integration, SubProcessor)
    ]
    form = LinkForm(posted(request), records=[_Choice(row) for row in chain(*rows)])

    def link() -> None:
        found = form.cleaned_data
        timeline_actions.link_record(
            incident, found["record"].record, found["effect"], by=request.access.user, now=timezone.now()
        )

    if request.method == "POST" and done(form, link):
        return back(request, incident, "The record is linked.")
    return act(request, incident, form, "Link a record", "Link record")


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def incident_unlink(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Take back that a record is touched, with the reason."""
    incident = incident_or_404(client, number)
    link = incident.links.filter(pk=pk).first()
    if link is None:
        raise Http404
    form = UnlinkForm(posted(request))

    def unlink() -> None:
        why = form.cleaned_data["why"]
        timeline_actions.unlink_record(incident, link, by=request.access.user, now=timezone.now(), why=why)

    if request.method == "POST" and done(form, unlink):
        return back(request, incident, "The record is not linked any more. Both stand in the timeline.")
    title = f"Take back: {link.get_effect_display().lower()}, {link}"
    return act(request, incident, form, title, "Take back")
