"""Exports: the list, one version, what changed between two, the file, and taking one out."""

from __future__ import annotations

import json
import re

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from clients.registers.platforms import platform_name
from clients.workflows import actions, queries
from clients.workflows.differences import differences
from clients.workflows.forms import ExportFilters, RemoveForm
from clients.workflows.models import WorkflowExport
from clients.workflows.presenting import calls_of, export_columns, export_rows, proposals_url
from portal.audit.actions import record
from portal.lib.refused import Refused
from portal.shell.filters import active_chips, clear_url
from portal.shell.tables import Empty, Table, headings, sorted_by
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

PAGE = 50
DEFAULT_ORDER = "confirmed_at"


def _export(client: Client, pk: int) -> WorkflowExport:
    found: WorkflowExport | None = (
        WorkflowExport.objects.for_client(client)
        .select_related("client", "workflow", "uploaded_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_GET
@client_view(Permission.VIEW_CLIENT)
def export_list(request: PortalRequest, client: Client) -> HttpResponse:
    """The newest version of each workflow; the one that is due soonest first."""
    may_import = request.access.may(Permission.IMPORT, client)
    staff = request.access.may(Permission.VIEW_INTERNAL, client)
    filters = ExportFilters(request.GET)
    columns = export_columns(proposals=staff)
    everything = queries.current_exports(client)
    found = queries.narrowed(everything, filters.cleaned_data if filters.is_valid() else {})
    found = found.order_by(sorted_by(columns, request, DEFAULT_ORDER), "id")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    chips = active_chips(filters, request)
    empty = (
        Empty("No export matches", "The other exports of this client are not shown.", "Clear filters", "?")
        if chips
        else Empty(
            "No exports yet", "Each export of a workflow is kept here as a version, without its secrets."
        )
    )
    rows = export_rows(page, client, timezone.localdate(), proposals=staff)
    heads = headings(columns, request, DEFAULT_ORDER)
    context = {
        "client": client,
        "filters": filters,
        "chips": chips,
        "clear_url": clear_url(request),
        "page": page,
        "total": page.paginator.count if not chips else everything.order_by().count(),
        "table": Table("Exports", "Workflow exports, the one due soonest first", heads, rows, empty),
        "may_import": may_import,
    }
    return render(request, "workflows/exports/list.html", context)


@require_GET
@client_view(Permission.VIEW_CLIENT)
def export_show(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """What was read from one version, its proposals, and the other versions."""
    export = _export(client, pk)
    versions = list(queries.versions_of(export)[:100])
    older = next((each for each in versions if each.version < export.version), None)
    waiting = export.proposals.open().count()
    facts = queries.facts_of(export)
    context = {
        "client": client,
        "export": export,
        "facts": facts,
        "platform": platform_name(export.platform),
        "calls": calls_of(facts),
        "credentials": [(each.name, each.type, platform_name(each.platform)) for each in facts.credentials],
        "models": [(platform_name(each.provider), each.model) for each in facts.ai],
        "versions": versions,
        "older": older,
        "waiting": waiting,
        "proposals_url": proposals_url(client, export) if waiting else "",
        "may_import": request.access.may(Permission.IMPORT, client),
        "today": timezone.localdate(),
    }
    return render(request, "workflows/exports/show.html", context)


@require_GET
@client_view(Permission.VIEW_CLIENT)
def export_diff(request: PortalRequest, client: Client, pk: int, older: int) -> HttpResponse:
    """What changed between two versions of one workflow, in words."""
    new = _export(client, pk)
    old = queries.versions_of(new).defer(None).filter(pk=older).first()
    if old is None:
        raise Http404
    if old.version > new.version:
        return redirect("export_diff", client_slug=client.slug, pk=old.pk, older=new.pk)
    context = {
        "client": client,
        "export": new,
        "old": old,
        "changes": differences(queries.facts_of(old), queries.facts_of(new)),
    }
    return render(request, "workflows/exports/diff.html", context)


@require_GET
@client_view(Permission.VIEW_CLIENT)
def export_download(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """One version as a file, as it was read: without secrets and without recorded data."""
    export = _export(client, pk)
    details = {"version": export.version, "sha256": export.sha256}
    record(
        "workflow_export.download",
        client=client,
        by=request.access.user,
        object=export._meta.db_table,
        object_id=str(export.pk),
        label=export.name,
        details=details,
    )
    stem = re.sub(r"[^a-z0-9]+", "-", export.name.lower()).strip("-")[:60] or "workflow"
    answer = HttpResponse(
        json.dumps(export.content, indent=2, ensure_ascii=False), content_type="application/json"
    )
    answer["Content-Disposition"] = f'attachment; filename="{stem}-v{export.version}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_http_methods(["GET", "POST"])
@client_view(Permission.IMPORT)
def export_remove(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Take one version out, with the reason: a file of another client, or one that should not be kept."""
    export = _export(client, pk)
    form = RemoveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            left = actions.remove_export(export, by=request.access.user, why=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"Version {export.version} of {export.name} is removed.")
            return redirect(left or reverse("export_list", kwargs={"client_slug": client.slug}))
    return render(
        request, "workflows/exports/remove.html", {"client": client, "export": export, "form": form}
    )
