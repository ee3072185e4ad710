"""Incidents over all clients and of one: the lists, the files, the page of each, and logging one in a minute."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from incidents.response import actions, queries
from incidents.response.evidence import subjects
from incidents.response.models import Incident, Update
from incidents.response.pages import listing, path, records, show
from incidents.response.pages.forms import RECORDED, LogForm
from incidents.response.plans.panels import drill
from incidents.response.views.shared import back, changes, done, incident_or_404, posted
from portal.deadlines.models import Deadline
from portal.shell.tables import Link
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.people import people_of, staff_of_practice
from portal.tenancy.permissions import Permission
from portal.tenancy.scope import enter

#: What a link may fill in: the client by its short name, words, the severity.
#: SEV1 is marked as late work is, SEV2 as what is soon.
SEVERITY_MARKS = {"SEV1": "late", "SEV2": "soon"}
PREFILLED = ("title", "severity", "summary", "source")


@require_safe
@practice_view(Permission.VIEW_CLIENT, anywhere=True)
def incident_list(request: PortalRequest) -> HttpResponse:
    """Every incident of the clients in reach."""
    return listing.page(request, None)


@require_safe
@practice_view(Permission.EXPORT, anywhere=True)
def incident_export(request: PortalRequest) -> HttpResponse:
    """Exactly the rows of the list, as a file."""
    return listing.file(request, None)


@require_safe
@client_view(Permission.VIEW_CLIENT)
def client_incident_list(request: PortalRequest, client: Client) -> HttpResponse:
    """One client's incidents; its own people see no drills."""
    return listing.page(request, client)


@require_safe
@client_view(Permission.EXPORT)
def client_incident_export(request: PortalRequest, client: Client) -> HttpResponse:
    """Exactly the rows of one client's list, as a file."""
    return listing.file(request, client)


@sensitive_post_parameters()
@changes
@practice_view(Permission.EDIT_REGISTERS, anywhere=True)
def incident_log(request: PortalRequest) -> HttpResponse:
    """Log an incident: client, what, how bad; the rest can wait."""
    access = request.access
    clients = [
        each
        for each in Client.objects.filter(status=Client.Status.ACTIVE).order_by("name")
        if access.may(Permission.EDIT_REGISTERS, each)
    ]
    people = staff_of_practice(timezone.now()).order_by("name")
    asked = request.GET.get("client", "")
    zone = ZoneInfo(access.user.time_zone)
    return _log(request, clients, people, next((each for each in clients if each.slug == asked), None), zone)


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def client_incident_log(request: PortalRequest, client: Client) -> HttpResponse:
    """Log an incident of this client."""
    people = people_of(client, timezone.now()).order_by("name")
    return _log(request, [client], people, client, ZoneInfo(client.time_zone))


def _log(
    request: PortalRequest, clients: list[Client], people: Any, chosen: Client | None, zone: ZoneInfo
) -> HttpResponse:
    now = timezone.now()
    initial: dict[str, Any] = {name: request.GET[name][:2000] for name in PREFILLED if name in request.GET}
    if chosen is not None or len(clients) == 1:
        initial["client"] = chosen or clients[0]
    form = LogForm(posted(request), clients=clients, people=people, now=now, zone=zone, initial=initial)
    opened: list[Incident] = []

    def log() -> None:
        found = form.cleaned_data
        opened.extend(
            actions.open_incident(
                form.chosen(), title=found["title"], severity=found["severity"], by=request.access.user, now=now,
                detected_at=form.instant(), lead=found["lead"], facts=form.facts(), drill=found["drill"],
            )
        )  # fmt: skip

    if request.method == "POST" and done(form, log):
        others = f" It has {len(opened)} parts, one a client." if len(opened) > 1 else ""
        return back(request, opened[0], f"{opened[0].reference} is open.{others}")
    return render(request, "response/log.html", {"form": form})


@require_safe
@client_view(Permission.VIEW_CLIENT)
def incident_show(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """One incident: phases, clocks, timeline, post-mortem, facts."""
    incident, now = incident_or_404(client, number), timezone.now()
    for_practice = request.access.is_of_practice
    may_edit = request.access.may(Permission.EDIT_REGISTERS, client)
    post_mortem = getattr(incident, "post_mortem", None)
    every, shown = queries.entry_counts(incident)
    whole = request.GET.get("timeline") == "all"
    entries = queries.entries_of(incident)
    clocks = list(incident.clocks.order_by("due_at", "pk"))
    deadlines, measures = queries.clocks_of(incident), queries.measures_of(incident)
    context: dict[str, Any] = {
        "client": client,
        "incident": incident,
        "now": now,
        "for_practice": for_practice,
        "may_edit": may_edit,
        "phases": show.phase_lines(incident, queries.phases_of(incident)),
        "strips": show.strips(incident, deadlines, clocks, now),
        "days": show.days_of(incident, entries if whole else entries[: show.LATEST]),
        "counted": show.counted(every, shown, for_practice=for_practice),
        "is_cut": not whole and every > show.LATEST,
        "updates": list(
            Update.objects.filter(incident=incident).select_related("author").order_by("-sent_at")[:3]
        ),
        "links": records.link_lines(incident, incident.links.order_by("subject", "pk")),
        "callees": () if incident.closed_at else path.callees(incident, for_practice=for_practice),
        "responders": list(incident.responders.select_related("user").order_by("pk")),
        "measures": measures,
        "owes_post_mortem": queries.owes_post_mortem(incident),
        "post_mortem": post_mortem,
        "post_mortem_url": show.link(incident, "post_mortem_show"),
        "clocks_url": show.link(incident, "incident_clocks"),
        "severity_mark": SEVERITY_MARKS.get(incident.severity, "idle"),
        "primary": _primary(incident, may_edit=may_edit, deadlines=deadlines),
        "menu": _menu(incident) if may_edit else (),
        **subjects.on_page(request.access, incident, measures),
        "parts": _parts(request, incident) if for_practice else (),
    }
    if for_practice:
        context |= drill(incident)
        entries_told = every if incident.drill else shown
        recorded = show.recorded_sections(entries_told, context["measures"], clocks)
        context |= _tasks(incident, post_mortem, recorded)
    return render(request, "response/show.html", context)


def _tasks(incident: Incident, post_mortem: Any, recorded: Any) -> dict[str, Any]:
    """The parts of the post-mortem with how far each is, and how many are written."""
    tasks = show.tasks(incident, post_mortem, recorded)
    return {"tasks": tasks, "written": sum(task.state == "ok" for task in tasks)}


def _primary(incident: Incident, *, may_edit: bool, deadlines: list[Deadline]) -> Link | None:
    """The one thing to do next."""
    if not may_edit or incident.closed_at:
        return None
    if incident.acknowledged_at is None:
        return Link("Acknowledge", show.link(incident, "incident_acknowledge"), primary=True, post=True)
    for name in ("contained_at", "resolved_at"):
        if getattr(incident, name) is None:
            url = show.link(incident, "incident_record", instant=name)
            return Link(f"Record {name.removesuffix('_at')}", url, primary=True)
    url = show.link(incident, "post_mortem_show")
    owed = any(each.is_open and each.kind == "incident.postmortem" for each in deadlines)
    if url and owed:
        return Link("Write the post-mortem", url, primary=True)
    if incident.drill:
        return Link("End the exercise", show.link(incident, "exercise_end"), primary=True)
    return Link("Close", show.link(incident, "incident_close"), primary=True, post=True)


def _menu(incident: Incident) -> tuple[Link, ...]:
    """Everything else that may be done."""
    paper = Link("PDF of the record", show.link(incident, "incident_print"), post=True)
    printed = [] if incident.drill else [paper]
    if incident.closed_at and incident.drill:
        return ()
    if incident.closed_at:
        return (*printed, Link("Reopen…", show.link(incident, "incident_reopen")))
    instants = [
        Link(
            f"{'Correct' if getattr(incident, name) else 'Record'}: {actions.WORDS[name].lower()}…",
            show.link(incident, "incident_record", instant=name),
        )
        for name in (*RECORDED, *(["acknowledged_at"] if incident.acknowledged_at else []))
    ]
    rest = [
        Link("Change severity…", show.link(incident, "incident_severity")),
        Link("Who responds…", show.link(incident, "incident_people")),
        Link("Edit what is known…", show.link(incident, "incident_edit")),
        Link("Link a record…", show.link(incident, "incident_link")),
        Link("Add a client that was hit…", show.link(incident, "incident_add_client")),
    ]
    end = [Link("Reopen…", show.link(incident, "incident_reopen"))] if incident.resolved_at else []
    return (*rest, *instants, *printed, *end)


def _parts(request: PortalRequest, incident: Incident) -> list[show.Part]:
    """The other clients' parts, in the person's whole scope: nobody learns of a client out of their reach."""
    with enter(request.scope, switch=True):
        rows = (
            Incident.objects.filter(number=incident.number).exclude(pk=incident.pk).prefetch_related("client")
        )
        return show.other_parts(incident, rows.order_by("pk"))
