"""The credential's own verbs: record a rotation, record a revocation."""

from __future__ import annotations

from collections.abc import Mapping

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from clients.registers import actions
from clients.registers.catalogue import CREDENTIALS
from clients.registers.forms.verbs import ReasonForm, RotateForm
from clients.registers.models import Credential
from clients.registers.views.shared import is_sound, posted, record_or_404, say_saved, show_refusal, today_of
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

ACT = "registers/records/act.html"
changes = require_http_methods(["GET", "HEAD", "POST"])


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def credential_rotate(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Record that a new secret has taken the old one's place."""
    credential = _credential(client, pk)
    today = today_of(client)
    form = RotateForm(posted(request), credential=credential, today=today)
    if request.method == "POST" and is_sound(form, request, client, "credentials"):
        try:
            saved = actions.rotate(credential, by=request.access.user, today=today, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            say_saved(request, saved, "rotated")
            return redirect(saved)
    words = "The new secret goes into the vault, never into this form. Record here that it is there."
    context = {
        "title": f"Record the rotation of {credential.name}",
        "text": words,
        "submit": "Record rotation",
    }
    return _act(request, credential, form, context)


@changes
@client_view(Permission.EDIT_REGISTERS)
def credential_revoke(request: PortalRequest, client: Client, pk: int) -> HttpResponse:
    """Record that a credential no longer opens anything."""
    credential = _credential(client, pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and is_sound(form, request, client, "credentials"):
        try:
            actions.revoke(credential, by=request.access.user, why=form.cleaned_data["why"])
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"{credential.name} recorded as revoked.")
            return redirect(credential)
    words = "Revoke it on its platform first. This records that it was done, now, and cannot be taken back."
    context = {"title": f"Record {credential.name} as revoked", "text": words, "submit": "Record as revoked"}
    return _act(request, credential, form, {**context, "danger": True})


def _credential(client: Client, pk: int) -> Credential:
    found = record_or_404(CREDENTIALS, client, pk)
    if not isinstance(found, Credential):
        raise TypeError("the register of credentials holds credentials")
    return found


def _act(
    request: PortalRequest, record: Credential, form: object, context: Mapping[str, object]
) -> HttpResponse:
    common = {"client": record.client, "register": CREDENTIALS, "record": record, "form": form}
    return render(request, ACT, {**common, "back": record.get_absolute_url(), **context})
