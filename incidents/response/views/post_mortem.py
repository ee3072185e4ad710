"""The post-mortem: the page, the editor of a section, review, sharing, the PDF."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from incidents.response.evidence import subjects
from incidents.response.models import Incident, PostMortem
from incidents.response.post_mortems import actions, panels, prefill, sharing
from incidents.response.post_mortems.forms import AddendumForm, ReviewForm, SectionForm, ShareForm
from incidents.response.post_mortems.reading import post_mortem_of, texts_of
from incidents.response.post_mortems.registry import print_incident
from incidents.response.rules.post_mortem import Section, hints, sections
from incidents.response.views.shared import changes, done, incident_or_404, posted
from portal.lib.markdown import to_html
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

EDIT = Permission.EDIT_REGISTERS
CONFLICT = 409


@require_safe
@client_view(Permission.VIEW_CLIENT)
def post_mortem_show(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Show it beside the record; the client's people read what was shared with them."""
    incident = incident_or_404(client, number)
    post_mortem = post_mortem_of(incident)
    inside = request.access.may(Permission.VIEW_INTERNAL, client)
    context = panels.page(incident, post_mortem, timezone.now(), inside=inside)
    shown = [measure for part in context["parts"] for measure in part.shown.measures]
    subjects.of_measures(request.access, client, shown)
    context |= {
        "may_edit": request.access.may(EDIT, client),
        "may_read_documents": request.access.may(Permission.READ_DOCUMENTS, client),
        "person": request.access.user,
    }
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "response/post_mortem/show.html", context)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def post_mortem_edit(request: PortalRequest, client: Client, number: int, key: str) -> HttpResponse:
    """Write one section: save, autosave, preview, insert from the record; once shared, add to it."""
    incident, section = incident_or_404(client, number), _section_or_404(key)
    post_mortem = post_mortem_of(incident)
    if post_mortem and post_mortem.shared_at:
        return _add_to(request, incident, section)
    row = texts_of(post_mortem).get(key)
    form = SectionForm(
        posted(request), initial={"text": row.text if row else "", "version": row.version if row else 0}
    )
    context: dict[str, Any] = {"preview": "", "hints": hints(row.text) if row else []}
    if request.method == "POST":
        if not form.is_valid():
            return _unsaved(request, incident, section, form)
        text = form.cleaned_data["text"]
        if "preview" in request.POST or "insert" in request.POST:
            if "insert" in request.POST:
                text = f"{text.rstrip()}\n\n{prefill.prefilled(incident, key)}".strip()
                form = SectionForm(initial={"text": text, "version": form.cleaned_data["version"]})
            context = {"preview": to_html(text, top=3), "hints": hints(text)}
        else:
            return _save(request, incident, section, form)
    return _editor(request, incident, section, form, **context)


@require_POST
@client_view(EDIT)
def post_mortem_ask(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Hand it to somebody else to review."""
    incident = incident_or_404(client, number)
    try:
        actions.ask_review(incident, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "The post-mortem waits for its review.")
    return _to_page(incident)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def post_mortem_review(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Read the whole and say whether it is ready for the client."""
    incident, now = incident_or_404(client, number), timezone.now()
    form = ReviewForm(posted(request))

    def give() -> None:
        data = form.cleaned_data
        actions.give_review(
            incident, approved=data["outcome"] == "yes", note=data["note"], by=request.access.user, now=now
        )

    if request.method == "POST" and done(form, give):
        messages.success(request, "The review is recorded.")
        return _to_page(incident)
    post_mortem = post_mortem_of(incident)
    context = panels.page(incident, post_mortem, now, inside=True)
    own = post_mortem is not None and post_mortem.author_id == request.access.user.pk
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "response/post_mortem/review.html", {**context, "form": form, "own": own})


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def post_mortem_share(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Say what the client will see and who hears of it, then share."""
    incident, now = incident_or_404(client, number), timezone.now()
    post_mortem = post_mortem_of(incident)
    unreviewed = _goes_unreviewed(incident, post_mortem)
    form = ShareForm(posted(request), unreviewed=unreviewed)

    def share() -> None:
        data = form.cleaned_data
        whole = data["whole"] == "whole"
        sharing.share(incident, by=request.access.user, now=now, whole=whole, why=data.get("why", ""))

    if request.method == "POST" and done(form, share):
        messages.success(request, f"The post-mortem is shared with {client.name}.")
        return _to_page(incident)
    context = panels.page(incident, post_mortem, now, inside=True) | panels.audience(incident, now)
    with timezone.override(ZoneInfo(client.time_zone)):
        return render(request, "response/post_mortem/share.html", {**context, "form": form})


@require_safe
@client_view(Permission.READ_DOCUMENTS)
def post_mortem_pdf(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Lead to the PDF of what was shared: the file when it is ready, else how far it is."""
    post_mortem = post_mortem_of(incident_or_404(client, number))
    if post_mortem is None or post_mortem.document is None:
        return redirect("document_list", client_slug=client.slug)
    document = post_mortem.document
    name = "document_download" if document.is_ready else "document_show"
    return redirect(name, client_slug=client.slug, pk=document.pk)


@require_POST
@client_view(EDIT)
def post_mortem_print(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Print what was shared, again."""
    incident = incident_or_404(client, number)
    try:
        document = sharing.make_document(incident, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return _to_page(incident)
    return redirect("document_show", client_slug=client.slug, pk=document.pk)


@require_POST
@client_view(Permission.MAKE_PACK)
def incident_print(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Print the record of the incident, without what is internal."""
    incident = incident_or_404(client, number)
    try:
        document = print_incident(incident, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(incident)
    return redirect("document_show", client_slug=client.slug, pk=document.pk)


def _section_or_404(key: str) -> Section:
    for section in sections(short=False):
        if section.key == key:
            return section
    raise Http404


def _to_page(incident: Incident) -> HttpResponse:
    return redirect("post_mortem_show", client_slug=incident.client.slug, number=incident.number)


def _goes_unreviewed(incident: Incident, post_mortem: PostMortem | None) -> bool:
    if post_mortem is None or post_mortem.state == PostMortem.State.REVIEWED:
        return False
    return sharing.may_go_unreviewed(incident, post_mortem, timezone.now())


def _save(request: PortalRequest, incident: Incident, section: Section, form: SectionForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        row = actions.write_section(
            incident,
            section.key,
            data["text"],
            version=data["version"],
            by=request.access.user,
            now=timezone.now(),
        )
    except actions.SectionChanged as conflict:
        if _is_autosave(request):
            return JsonResponse({"ok": False, "words": str(conflict)}, status=CONFLICT)
        return _both_texts(request, incident, section, conflict)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _unsaved(request, incident, section, form)
    if _is_autosave(request):
        found = [{"phrase": hint.phrase, "advice": hint.advice} for hint in hints(row.text)]
        return JsonResponse({"ok": True, "version": row.version, "hints": found})
    messages.success(request, f"“{section.title}” is saved.")
    return _to_page(incident)


def _unsaved(request: PortalRequest, incident: Incident, section: Section, form: SectionForm) -> HttpResponse:
    if _is_autosave(request):
        words = " ".join(str(each) for errors in form.errors.values() for each in errors)
        return JsonResponse({"ok": False, "words": words}, status=400)
    return _editor(request, incident, section, form, preview="", hints=[])


def _both_texts(
    request: PortalRequest, incident: Incident, section: Section, conflict: actions.SectionChanged
) -> HttpResponse:
    """Show what stands beside what was sent, so that the person brings both together."""
    form = SectionForm(initial={"text": conflict.yours, "version": conflict.current.version})
    return _editor(
        request,
        incident,
        section,
        form,
        status=CONFLICT,
        conflict=conflict,
        theirs=conflict.current,
        preview="",
        hints=[],
    )


def _editor(
    request: PortalRequest,
    incident: Incident,
    section: Section,
    form: SectionForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = panels.beside(incident) | {
        "section": section,
        "form": form,
        "insert": prefill.labels().get(section.key, ""),
        **more,
    }
    with timezone.override(ZoneInfo(incident.client.time_zone)):
        return render(request, "response/post_mortem/edit.html", context, status=status)


def _add_to(request: PortalRequest, incident: Incident, section: Section) -> HttpResponse:
    form = AddendumForm(posted(request))
    if request.method == "POST" and done(
        form,
        lambda: sharing.add_addendum(
            incident, section.key, form.cleaned_data["text"], by=request.access.user, now=timezone.now()
        ),
    ):
        messages.success(request, "The addendum stands under the text.")
        return _to_page(incident)
    row = texts_of(post_mortem_of(incident)).get(section.key)
    if row is None:
        raise Http404
    context = panels.beside(incident) | {"section": section, "form": form, "text": to_html(row.text, top=3)}
    with timezone.override(ZoneInfo(incident.client.time_zone)):
        return render(request, "response/post_mortem/add.html", context)


def _is_autosave(request: PortalRequest) -> bool:
    return request.headers.get("X-Autosave") == "yes"
