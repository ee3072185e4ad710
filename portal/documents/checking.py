"""The public check of a fingerprint: was this document issued here? It never says for whom."""

from __future__ import annotations

from allauth.core.ratelimit import consume_or_429
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal.documents import queries
from portal.documents.forms import CheckForm
from portal.documents.models import DocumentFingerprint
from portal.tenancy.decorators import public_view


@public_view
@require_http_methods(["GET", "POST"])
def document_check(request: HttpRequest) -> HttpResponse:
    """Say whether a document of this fingerprint, or a file of exactly these bytes, was issued here."""
    if request.method == "GET":
        form = CheckForm(initial={"fingerprint": request.GET.get("fingerprint", "")[:200]})
        return render(request, "documents/check.html", {"form": form})
    limited: HttpResponse | None = consume_or_429(request, action="document_check")
    if limited:
        return limited
    form = CheckForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "documents/check.html", {"form": form})
    context = {
        "form": form,
        "checked": True,
        "by_file": bool(form.cleaned_data["file"]),
        "found": _found(form),
    }
    return render(request, "documents/check.html", context)


def _found(form: CheckForm) -> list[DocumentFingerprint]:
    """With both a fingerprint and a file, both must be of the same document."""
    digits = form.cleaned_data["fingerprint"]
    by_digits = queries.issued_as(digits) if digits else None
    by_file = queries.issued_as_file(form.file_digest()) if form.cleaned_data["file"] else None
    if by_digits is None or by_file is None:
        return by_digits or by_file or []
    return [each for each in by_file if each in by_digits]
