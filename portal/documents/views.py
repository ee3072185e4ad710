"""A client's documents, their progress and their bytes; and all documents of the practice. The check: checking.py."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portal.documents import actions, progress, queries, tasks
from portal.documents.evidence.queries import readable_of
from portal.documents.forms import NewPackForm
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

ON_A_PAGE = 50


@practice_view(Permission.READ_DOCUMENTS, anywhere=True)
@require_GET
def document_all(request: PortalRequest) -> HttpResponse:
    """List the documents of every client in reach, latest first."""
    page = Paginator(queries.documents(), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "documents/list.html", {"page": page, "person": request.access.user})


@client_view(Permission.READ_DOCUMENTS)
@require_GET
def document_list(request: PortalRequest, client: Client) -> HttpResponse:
    """List one client's documents, latest first."""
    page = Paginator(queries.documents(client), ON_A_PAGE).get_page(request.GET.get("page"))
    may_make = request.access.may(Permission.MAKE_PACK, client)
    evidence = readable_of(request.access, client).live().order_by().count()
    context = {
        "client": client,
        "page": page,
        "may_make": may_make,
        "person": request.access.user,
        "evidence": evidence,
    }
    return render(request, "documents/list.html", context)


@client_view(Permission.MAKE_PACK)
@require_http_methods(["GET", "POST"])
def pack_new(request: PortalRequest, client: Client) -> HttpResponse:
    """Ask who a procurement pack is for, then put it into the queue."""
    form = NewPackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            document = actions.ask_for(
                "pack", client, by=request.access.user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("document_list", client_slug=client.slug)
        transaction.on_commit(partial(tasks.send, document.pk))
        return redirect(document)
    return render(request, "documents/new.html", {"client": client, "form": form})


@client_view(Permission.READ_DOCUMENTS)
@require_GET
def document_show(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Show a document's state; while it is made, htmx asks for the part that changes every two seconds."""
    document = _document(client, pk)
    actions.see(document, by=request.access.user, at=timezone.now())
    context = {
        "client": client,
        "document": document,
        "progress": progress.of(document),
        "may_make": request.access.may(Permission.MAKE_PACK, client),
    }
    part = "documents/show.html#state" if request.htmx else "documents/show.html"
    return render(request, part, context)


@client_view(Permission.MAKE_PACK)
@require_POST
def document_again(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Put a failed document into the queue once more."""
    document = _document(client, pk)
    try:
        actions.ask_again(document, by=request.access.user, at=timezone.now())
        transaction.on_commit(partial(tasks.send, document.pk))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(document)


@client_view(Permission.READ_DOCUMENTS)
@require_GET
def document_download(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Give the PDF from its row, and put the download on record."""
    document = _document(client, pk)
    file = queries.file_of(document)
    if file is None:
        raise Http404
    actions.take_away(document, client=client)
    actions.see(document, by=request.access.user, at=timezone.now())
    return HttpResponse(
        bytes(file.content),
        content_type=file.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _document(client: Client, pk: int) -> Document:
    document = queries.find(client, pk)
    if document is None:
        raise Http404
    return document
