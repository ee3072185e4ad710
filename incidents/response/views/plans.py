"""The response plan: what is in force, its versions, the editor, offering, approval in writing, the PDF."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from clients.engagements.queries import today_of
from incidents.response.models import ResponsePlan
from incidents.response.plans import actions, panels, queries
from incidents.response.plans.forms import ApproveForm, PlanForm
from incidents.response.plans.reading import digest, html_of, read
from incidents.response.views.shared import changes, done, posted
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

EDIT = Permission.EDIT_REGISTERS
CONFLICT = 409


@require_safe
@client_view(Permission.VIEW_CLIENT)
def response_plan(request: PortalRequest, client: Client) -> HttpResponse:
    """Show the plan in force as it was approved; without one, to the practice, what the records say so far."""
    access = request.access
    context = panels.front(client, timezone.now(), inside=access.may(Permission.VIEW_INTERNAL, client))
    context |= {
        "inside": access.may(Permission.VIEW_INTERNAL, client),
        "may_edit": access.may(EDIT, client),
        "may_approve": _may_approve(request, client),
        "may_read_documents": access.may(Permission.READ_DOCUMENTS, client),
        "may_print": access.may(Permission.MAKE_PACK, client),
    }
    return render(request, "response/plans/show.html", context)


@require_safe
@client_view(Permission.VIEW_CLIENT)
def plan_version(request: PortalRequest, client: Client, version: int) -> HttpResponse:
    """Show one version: an approved one as it was approved, a draft as the records stand now."""
    plan = _plan_or_404(client, version)
    reading = read(client, plan, today_of(client, timezone.now())) if plan.is_draft else plan.snapshot
    context = panels.base(client) | panels.shown(reading) | {
        "plan": plan,
        "may_approve": plan.is_draft and _may_approve(request, client),
        "may_read_documents": request.access.may(Permission.READ_DOCUMENTS, client),
        "may_print": request.access.may(Permission.MAKE_PACK, client),
    }  # fmt: skip
    return render(request, "response/plans/version.html", context)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def plan_edit(request: PortalRequest, client: Client) -> HttpResponse:
    """Write the draft: save, autosave, preview; the records that the plan is read from stand beside it."""
    draft = queries.draft_of(client)
    form = PlanForm(posted(request), initial=_initial(draft, draft or queries.plan_in_force(client)))
    if request.method != "POST":
        return _editor(request, client, form, draft)
    if not form.is_valid():
        return _unsaved(request, client, form, draft)
    if "preview" in request.POST:
        return _editor(request, client, form, draft, preview=html_of(form.cleaned_data["text"]))
    return _save(request, client, form, draft)


@require_POST
@client_view(EDIT)
def plan_offer(request: PortalRequest, client: Client, version: int) -> HttpResponse:
    """Offer the draft for approval."""
    plan = _plan_or_404(client, version)
    return _verb(
        request, client, lambda: actions.offer_plan(plan, by=request.access.user, now=timezone.now()),
        f"Version {version} waits for its approval. The client’s people read it from now on.",
    )  # fmt: skip


@require_POST
@client_view(EDIT)
def plan_take_back(request: PortalRequest, client: Client, version: int) -> HttpResponse:
    """Take an offered draft back."""
    plan = _plan_or_404(client, version)
    return _verb(
        request, client, lambda: actions.take_back_plan(plan, by=request.access.user, now=timezone.now()),
        f"Version {version} is a draft again.",
    )  # fmt: skip


@sensitive_post_parameters()
@changes
@client_view(Permission.VIEW_CLIENT)
def plan_approve(request: PortalRequest, client: Client, version: int) -> HttpResponse:
    """Read a draft and approve it in writing."""
    if not _may_approve(request, client):
        raise PermissionDenied("Plans are approved by a lead, an owner, or whom the client named to approve.")
    plan, now = _plan_or_404(client, version), timezone.now()
    if not plan.is_draft:
        return redirect("plan_version", client_slug=client.slug, version=version)
    reading = read(client, plan, today_of(client, now))
    form = ApproveForm(
        posted(request), initial={"name": request.access.user.name, "seen": digest(plan, reading)}
    )

    def approve() -> None:
        found = form.cleaned_data
        actions.approve_plan(
            plan, name=found["name"], note=found["note"], seen=found["seen"], by=request.access.user, now=now
        )

    if request.method == "POST" and done(form, approve):
        messages.success(request, f"Version {version} of the response plan is in force.")
        return redirect("response_plan", client_slug=client.slug)
    author = plan.written_by_id == request.access.user.pk
    context = panels.base(client) | panels.shown(reading) | {
        "plan": plan,
        "form": form,
        "gaps": panels.gap_lines(client, reading),
        "not_yours": author and queries.other_approvers(client, request.access.user, now).exists(),
    }  # fmt: skip
    return render(request, "response/plans/approve.html", context)


@require_safe
@client_view(Permission.READ_DOCUMENTS)
def plan_pdf(request: PortalRequest, client: Client, version: int) -> HttpResponse:
    """Lead to the PDF of an approved version: the file when it is ready, else how far it is."""
    document = _plan_or_404(client, version).document
    if document is None:
        messages.error(request, "This version has not been printed yet.")
        return redirect("plan_version", client_slug=client.slug, version=version)
    name = "document_download" if document.is_ready else "document_show"
    return redirect(name, client_slug=client.slug, pk=document.pk)


@require_POST
@client_view(Permission.MAKE_PACK)
def plan_print(request: PortalRequest, client: Client, version: int) -> HttpResponse:
    """Print an approved version, again."""
    plan = _plan_or_404(client, version)
    try:
        document = actions.print_plan(plan, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("plan_version", client_slug=client.slug, version=version)
    return redirect("document_show", client_slug=client.slug, pk=document.pk)


def _plan_or_404(client: Client, version: int) -> ResponsePlan:
    """One version; a draft is there for the client's people once it is offered."""
    plan = queries.version_of(client, version)
    if plan is None:
        raise Http404
    plan.client = client
    return plan


def _may_approve(request: PortalRequest, client: Client) -> bool:
    """Owners and leads of the practice, admins and approvers of the client."""
    access = request.access
    return access.may(Permission.APPROVE, client) or access.may(Permission.MANAGE_CLIENT_PEOPLE, client)


def _verb(request: PortalRequest, client: Client, do: Any, words: str) -> HttpResponse:
    try:
        do()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect("response_plan", client_slug=client.slug)


def _initial(draft: ResponsePlan | None, source: ResponsePlan | None) -> dict[str, Any]:
    """What the editor begins with: the draft, else what the version in force says."""
    found: dict[str, Any] = {"version": draft.revision if draft else 0, "our_role": "processor"}
    if source is not None:
        found |= {name: getattr(source, name) for name in ("text", "jurisdictions", "our_role")}
    return found | {"changes": draft.changes if draft else ""}


def _save(request: PortalRequest, client: Client, form: PlanForm, draft: ResponsePlan | None) -> HttpResponse:
    data = form.cleaned_data
    try:
        row = actions.write_plan(
            client, form.values(), by=request.access.user, now=timezone.now(), revision=data["version"]
        )
    except actions.PlanChanged as conflict:
        if _is_autosave(request):
            return JsonResponse({"ok": False, "words": str(conflict)}, status=CONFLICT)
        again = PlanForm(initial={**data, "version": conflict.current.revision})
        return _editor(
            request, client, again, draft, status=CONFLICT, conflict=conflict, theirs=conflict.current
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return _unsaved(request, client, form, draft)
    if _is_autosave(request):
        return JsonResponse({"ok": True, "version": row.revision, "hints": []})
    messages.success(request, f"The draft of version {row.version} is saved.")
    return redirect("response_plan", client_slug=client.slug)


def _unsaved(
    request: PortalRequest, client: Client, form: PlanForm, draft: ResponsePlan | None
) -> HttpResponse:
    if _is_autosave(request):
        words = " ".join(str(each) for errors in form.errors.values() for each in errors)
        return JsonResponse({"ok": False, "words": words}, status=400)
    return _editor(request, client, form, draft)


def _editor(
    request: PortalRequest,
    client: Client,
    form: PlanForm,
    draft: ResponsePlan | None,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    reading = read(client, draft, today_of(client, timezone.now()))
    context = panels.base(client) | panels.shown(reading)
    context |= {"form": form, "draft": draft, "gaps": panels.gap_lines(client, reading), **more}
    return render(request, "response/plans/edit.html", context, status=status)


def _is_autosave(request: PortalRequest) -> bool:
    return request.headers.get("X-Autosave") == "yes"
