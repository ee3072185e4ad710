"""Recording reviews: of an integration, of a sub-processor, of the DPA with one."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from clients.registers.forms.verbs import ReviewForm
from clients.registers.reviews import BY_REGISTER, OF_SUB_PROCESSOR, Review
from clients.registers.reviews import record_review as write_review
from clients.registers.views.shared import (
    is_sound,
    posted,
    record_or_404,
    register_of,
    say_saved,
    show_refusal,
    today_of,
)
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

ACT = "registers/records/act.html"
changes = require_http_methods(["GET", "HEAD", "POST"])


@changes
@client_view(Permission.EDIT_REGISTERS)
def record_review(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Record that an integration, or the DPA with a sub-processor, was looked at again."""
    if register not in BY_REGISTER:
        raise Http404
    return _review(request, client, BY_REGISTER[register], pk)


@changes
@client_view(Permission.EDIT_REGISTERS)
def sub_processor_assess(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Record that a sub-processor was assessed again."""
    return _review(request, client, OF_SUB_PROCESSOR, pk)


def _review(request: PortalRequest, client: Client, review: Review, pk: int) -> HttpResponse:
    register = register_of(review.model.REGISTER)
    record = record_or_404(register, client, pk)
    today = today_of(client)
    form = ReviewForm(posted(request), today=today)
    if request.method == "POST" and is_sound(form, request, client, register.slug):
        try:
            saved = write_review(record, review, by=request.access.user, today=today, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            say_saved(request, saved, "reviewed")
            return redirect(saved)
    context = {"client": client, "register": register, "record": record, "form": form,
               "title": review.title.format(record.name), "text": review.about, "submit": "Record review",
               "back": record.get_absolute_url()}  # fmt: skip
    return render(request, ACT, context)
