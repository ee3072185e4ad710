"""The page of one incident: phases, clocks, timeline, post-mortem, facts, and what may be done next."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from incidents.response import actions, queries
from incidents.response.evidence import subjects
from incidents.response.models import Incident, Update
from incidents.response.pages import path, records, show
from incidents.response.pages.forms import RECORDED
from incidents.response.plans.panels import drill
from incidents.response.views.shared import incident_or_404
from portal.deadlines.models import Deadline
from portal.shell.tables import Link
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission
from portal.tenancy.scope import enter

#: SEV1 is marked as late work is, SEV2 as what is soon.
SEVERITY_MARKS = {"SEV1": "late", "SEV2": "soon"}
#: So many of the latest updates stand on the page.
UPDATES = 3
Context = dict[str, Any]


@require_safe
@client_view(Permission.VIEW_CLIENT)
def incident_show(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """One incident: phases, clocks, timeline, post-mortem, facts."""
    incident, now = incident_or_404(client, number), timezone.now()
    for_practice = request.access.is_of_practice
    may_edit = request.access.may(Permission.EDIT_REGISTERS, client)
    clocks = list(incident.clocks.order_by("due_at", "pk"))
    deadlines, measures = queries.clocks_of(incident), queries.measures_of(incident)
    counts = queries.entry_counts(incident)
    context: Context = {
        "client": client,
        "incident": incident,
        "now": now,
        "for_practice": for_practice,
        "may_edit": may_edit,
        "severity_mark": SEVERITY_MARKS.get(incident.severity, "idle"),
        "phases": show.phase_lines(incident, queries.phases_of(incident)),
        "strips": show.strips(incident, deadlines, clocks, now),
        "primary": _primary(incident, may_edit=may_edit, deadlines=deadlines),
        "menu": _menu(incident) if may_edit else (),
        "measures": measures,
        **_timeline(request, incident, counts),
        **_facts(incident, for_practice=for_practice),
        **subjects.on_page(request.access, incident, measures),
        **_post_mortem(incident),
    }
    if for_practice:
        context |= {"parts": _parts(request, incident), **drill(incident)}
        recorded = show.recorded_sections(counts[0 if incident.drill else 1], measures, clocks)
        context |= _tasks(incident, recorded)
    return render(request, "response/show.html", context)


def _timeline(request: PortalRequest, incident: Incident, counts: tuple[int, int]) -> Context:
    """The latest entries, or with `timeline=all` every one, and what the client was told last."""
    every, shown = counts
    whole, entries = request.GET.get("timeline") == "all", queries.entries_of(incident)
    updates = Update.objects.filter(incident=incident).select_related("author").order_by("-sent_at")
    return {
        "days": show.days_of(incident, entries if whole else entries[: show.LATEST]),
        "counted": show.counted(every, shown, for_practice=request.access.is_of_practice),
        "is_cut": not whole and every > show.LATEST,
        "updates": list(updates[:UPDATES]),
    }


def _facts(incident: Incident, *, for_practice: bool) -> Context:
    """What stands beside the timeline: records that it touches, who responds, whom to call."""
    return {
        "links": records.link_lines(incident, incident.links.order_by("subject", "pk")),
        "responders": list(incident.responders.select_related("user").order_by("pk")),
        "callees": () if incident.closed_at else path.callees(incident, for_practice=for_practice),
        "clocks_url": show.link(incident, "incident_clocks"),
    }


def _post_mortem(incident: Incident) -> Context:
    """Whether one is owed, and the one there is."""
    return {
        "owes_post_mortem": queries.owes_post_mortem(incident),
        "post_mortem": getattr(incident, "post_mortem", None),
        "post_mortem_url": show.link(incident, "post_mortem_show"),
    }


def _tasks(incident: Incident, recorded: Collection[str]) -> Context:
    """The parts of the post-mortem with how far each is, and how many are written: for people of the practice."""
    tasks = show.tasks(incident, getattr(incident, "post_mortem", None), recorded)
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
