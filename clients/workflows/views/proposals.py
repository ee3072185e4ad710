"""Proposals: what waits, what was decided, and the decisions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clients.workflows import actions, queries
from clients.workflows.forms import DecideForm, ProposalFilters, RowForm, by_key
from clients.workflows.models import Proposal, WorkflowExport
from clients.workflows.presenting import WAITING_COLUMNS, counted, grouped, waiting_rows
from portal.lib.refused import Refused
from portal.shell.filters import active_chips, clear_url
from portal.shell.tables import Empty, Table, headings
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.people import lead_by_client, people_of
from portal.tenancy.permissions import Permission

PAGE = 50
MOST_MESSAGES = 5


@require_GET
@client_view(Permission.VIEW_INTERNAL)
def proposal_list(request: PortalRequest, client: Client) -> HttpResponse:
    """What exports propose, by export and register; the open ones with their forms."""
    return _page(request, client, ProposalFilters(request.GET))


@require_GET
@practice_view(Permission.VIEW_INTERNAL, anywhere=True)
def proposal_index(request: PortalRequest) -> HttpResponse:
    """The clients in reach whose proposals wait for a decision, the longest waiting first."""
    now = timezone.now()
    waiting = queries.waiting_by_client()
    leads = lead_by_client([each.client.pk for each in waiting], now)
    zone = ZoneInfo(request.access.user.time_zone)
    rows = waiting_rows(waiting, leads, timezone.localdate(now, zone), zone)
    empty = Empty(
        "Nothing waits for a decision", "What an export proposes for a register is listed here by client."
    )
    table = Table(
        "Proposals by client", "Proposals by client, longest waiting first",
        headings(WAITING_COLUMNS, request, ""), rows, empty,
    )  # fmt: skip
    return render(request, "workflows/proposals/index.html", {"table": table})


def _page(
    request: PortalRequest,
    client: Client,
    filters: ProposalFilters,
    bound: DecideForm | None = None,
    typed: Mapping[int, RowForm] | None = None,
) -> HttpResponse:
    wished = filters.cleaned_data if filters.is_valid() else {}
    page = Paginator(queries.proposals_of(client, wished), PAGE).get_page(request.GET.get("page"))
    rows = list(page)
    may_decide = request.access.may(Permission.EDIT_REGISTERS, client) and not wished.get("state")
    forms: dict[int, RowForm] = {}
    decides: dict[int, DecideForm] = {}
    if may_decide and rows:
        people = by_key(people_of(client, timezone.now()))
        forms = {each.pk: (typed or {}).get(each.pk) or RowForm(each, people) for each in rows}
        decides = {each.export_id: DecideForm(people, each.export_id) for each in rows}
        if bound is not None:
            decides[int(bound.data["export"])] = bound
    context = {
        "client": client,
        "filters": filters,
        "chips": [chip for chip in active_chips(filters, request) if not chip.label.startswith("Export:")],
        "clear_url": clear_url(request),
        "narrowed": next((each.export for each in rows if wished.get("export") == each.export_id), None),
        "page": page,
        "groups": grouped(rows, forms, queries.entries_for(rows), decides),
        "forms": [each for each in [bound, *(typed or {}).values()] if each is not None],
        "may_reopen": request.access.may(Permission.EDIT_REGISTERS, client),
        "may_import": request.access.may(Permission.IMPORT, client),
    }
    return render(request, "workflows/proposals/list.html", context)


@require_POST
@client_view(Permission.EDIT_REGISTERS)
def proposal_decide(request: PortalRequest, client: Client) -> HttpResponse:
    """Accept one, several or all of an export, with what was filled in beside them; or decline."""
    people = by_key(people_of(client, timezone.now()))
    export_id = request.POST.get("export", "")
    if not export_id.isdigit():
        messages.error(request, "Choose what to accept or decline first.")
        return redirect("proposal_list", client_slug=client.slug)
    if not WorkflowExport.objects.for_client(client).filter(pk=export_id).exists():
        raise Http404
    waiting = queries.open_proposals(client).filter(export_id=int(export_id))
    decide = DecideForm(people, export_id, request.POST, list(waiting))
    forms = {
        pk: RowForm(each, people, request.POST)
        for pk, each in decide.choosable.items()
        if any(name.startswith(f"p{pk}-") for name in request.POST)
    }
    sound = decide.is_valid()
    if sound and decide.verb == "decline":
        return _decline(request, client, decide)
    meant = {each.pk for each in decide.meant}
    wrong = [form for pk, form in forms.items() if pk in meant and not form.is_valid()]
    if wrong or not sound:
        answer = _page(request, client, ProposalFilters({"export": export_id}), decide, forms)
        answer.status_code = 422
        return answer
    return _accept(request, client, decide, forms)


def _accept(
    request: PortalRequest, client: Client, decide: DecideForm, forms: Mapping[int, RowForm]
) -> HttpResponse:
    common = decide.cleaned_data["owner"]
    changes: dict[int, dict[str, Any]] = {
        pk: {"owner": common}
        for pk, each in decide.choosable.items()
        if common and each.kind == Proposal.Kind.NEW
    }
    for pk, form in forms.items():
        if form.is_valid():
            changes[pk] = {**changes.get(pk, {}), **form.changes()}
    done = actions.accept_many(decide.meant, by=request.access.user, changes_of=changes)
    if done.accepted:
        words = "1 entry" if len(done.accepted) == 1 else f"{len(done.accepted)} entries"
        messages.success(request, f"Accepted: {words} written to the registers.")
    for proposal, words in done.refused[:MOST_MESSAGES]:
        messages.error(request, f"{proposal.name}: {words}")
    if len(done.refused) > MOST_MESSAGES:
        messages.error(
            request, f"{len(done.refused) - MOST_MESSAGES} more were refused. They are still below."
        )
    return _back(client, decide)


def _decline(request: PortalRequest, client: Client, decide: DecideForm) -> HttpResponse:
    declined = 0
    for proposal in decide.meant:
        try:
            actions.decline(proposal, by=request.access.user, why=decide.cleaned_data["why"])
            declined += 1
        except Refused as refusal:
            messages.error(request, f"{proposal.name}: {refusal}")
    if declined:
        words = (
            f"{counted(declined, 'proposal')} declined. To take it back, show the declined ones and reopen."
        )
        messages.success(request, words)
    return _back(client, decide)


def _back(client: Client, decide: DecideForm) -> HttpResponse:
    """Go on with the same export while something of it waits, if the page was narrowed to it."""
    address = reverse("proposal_list", kwargs={"client_slug": client.slug})
    export_id = decide.cleaned_data["export"]
    if not decide.cleaned_data["narrowed"]:
        return redirect(address)
    waiting = queries.open_proposals(client).filter(export_id=export_id).exists()
    return redirect(f"{address}?export={export_id}" if waiting else address)


@require_POST
@client_view(Permission.EDIT_REGISTERS)
def proposal_reopen(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Take back that a proposal was declined."""
    proposal = Proposal.objects.for_client(client).select_related("client").filter(pk=pk).first()
    if proposal is None:
        raise Http404
    try:
        actions.reopen(proposal, by=request.access.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{proposal.name} is open again.")
    return redirect("proposal_list", client_slug=client.slug)
