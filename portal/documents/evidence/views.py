"""The doors of evidence: attach, read about, download, show or keep back, withdraw. The list: listing.py."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.documents.evidence import actions, queries
from portal.documents.evidence.forms import AttachForm, WithdrawForm
from portal.documents.evidence.storing import LARGEST, TOO_LARGE
from portal.documents.evidence.subjects import About, Subject, about_of, subject_of
from portal.documents.evidence.tables import words_of
from portal.documents.models import EvidenceFile
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

#: Nothing in a file runs, whatever program opens the answer.
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@client_view(Permission.VIEW_CLIENT)
def evidence_attach(
    request: PortalRequest, client: Client, subject_type: str, subject_id: str
) -> HttpResponse:
    """Attach files to a record: with the script one by one, answered in JSON; without it all at once."""
    kind, about = _record_or_404(request, client, subject_type, subject_id)
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AttachForm(*sent, internal_first=kind.internal_first, internal=about.internal)
    scripted = request.headers.get("X-Upload") == "one"
    answers: list[dict[str, object]] = []
    if request.method == "POST" and form.is_valid():
        answers = [
            _take_in(request, client, kind, subject_id, each, form) for each in form.cleaned_data["file"]
        ]
        if not scripted and all(answer["ok"] for answer in answers):
            messages.success(request, _counted(len(answers)))
            return redirect(about.url)
    if scripted and request.method == "POST":
        words = " ".join(str(each) for errors in form.errors.values() for each in errors)
        one = answers[0] if answers else {"ok": False, "words": words}
        return JsonResponse(one, status=200 if one["ok"] else 422)
    context = {"client": client, "about": about, "noun": kind.noun, "form": form, "answers": answers}
    return render(request, "documents/evidence/attach.html", context)


def _record_or_404(
    request: PortalRequest, client: Client, subject_type: str, subject_id: str
) -> tuple[Subject, About]:
    kind = subject_of(subject_type)
    about = about_of(client, subject_type, subject_id)
    if kind is None or about is None or not request.access.may(kind.read, client):
        raise Http404
    if not request.access.may(kind.attach, client):
        raise PermissionDenied(f"Your role for {client.name} does not let you attach files here.")
    return kind, about


def _take_in(
    request: PortalRequest, client: Client, kind: Subject, subject_id: str, file: UploadedFile, form: AttachForm  # type: ignore[type-arg]
) -> dict[str, object]:  # fmt: skip
    """Attach one file, and say what came of it."""
    name = file.name or "file"
    try:
        if (file.size or 0) > LARGEST:
            raise Refused(TOO_LARGE)
        kept = actions.attach(
            client, kind.type, subject_id, name, file.read(), by=request.access.user, at=timezone.now(),
            shows=form.cleaned_data["shows"], internal=form.internal,
        )  # fmt: skip
    except Refused as refusal:
        return {"ok": False, "file": name, "words": str(refusal), "url": ""}
    kept.client = client
    words = f"Attached as {kept.name}, fingerprint {kept.fingerprint}."
    return {"ok": True, "file": name, "words": words, "url": kept.get_absolute_url()}


def _counted(n: int) -> str:
    return "The file is attached." if n == 1 else f"{n} files are attached."


@require_safe
@client_view(Permission.VIEW_CLIENT)
def evidence_show(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """One file: where it is attached, what it shows, its fingerprint, and what may be done."""
    file = file_or_404(request, client, pk)
    kind = subject_of(file.subject_type)
    about = about_of(client, file.subject_type, file.subject_id)
    may_change = kind is not None and request.access.may(kind.attach, client) and not file.withdrawn_at
    context = {
        "client": client,
        "file": file,
        "type": words_of(file),
        "noun": kind.noun if kind else "record",
        "about": about,
        "may_change": may_change,
        "may_show": may_change and about is not None and not about.internal,
        "for_practice": request.access.is_of_practice,
    }
    return render(request, "documents/evidence/show.html", context)


@require_safe
@client_view(Permission.VIEW_CLIENT)
def evidence_download(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Give the bytes as a download that no browser opens by itself, and put it on record."""
    file = file_or_404(request, client, pk)
    try:
        stored = actions.take_away(file, by=request.access.user)
    except Refused as refusal:
        raise Http404 from refusal
    return attached(stored.name, stored.media_type, bytes(stored.content))


def attached(name: str, media_type: str, content: bytes) -> HttpResponse:
    """Answer with a file that somebody sent: saved, never shown, nothing in it run."""
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {**HEADERS, "Content-Disposition": disposition}
    return HttpResponse(content, content_type=media_type, headers=headers)


@require_POST
@client_view(Permission.VIEW_CLIENT)
def evidence_visibility(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Show a file to the client's people, or keep it for people of the practice."""
    file = file_to_change(request, client, pk)
    shown = request.POST.get("shown") == "yes"
    try:
        actions.set_shown(file, shown, by=request.access.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        words = "The client’s people see it now." if shown else "Only people of the practice see it now."
        messages.success(request, words)
    return redirect(file)


@require_http_methods(["GET", "HEAD", "POST"])
@client_view(Permission.VIEW_CLIENT)
def evidence_withdraw(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Withdraw a file, with the reason."""
    file = file_to_change(request, client, pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.withdraw(file, by=request.access.user, at=timezone.now(), why=form.cleaned_data["why"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{file.name} is withdrawn.")
            return redirect(file)
    return render(request, "documents/evidence/withdraw.html", {"client": client, "file": file, "form": form})


def file_or_404(request: PortalRequest, client: Client, pk: int) -> EvidenceFile:
    """Find a file that this person may read."""
    file = queries.find(request.access, client, pk)
    if file is None:
        raise Http404
    return file


def file_to_change(request: PortalRequest, client: Client, pk: int) -> EvidenceFile:
    """Find a file that this person may change. A withdrawn one stays as it is."""
    file = file_or_404(request, client, pk)
    kind = subject_of(file.subject_type)
    if kind is None or not request.access.may(kind.attach, client):
        raise PermissionDenied(f"Your role for {client.name} does not let you change its evidence.")
    if file.withdrawn_at is not None:
        raise Http404
    return file
