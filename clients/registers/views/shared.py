"""What the doors share: which day it is for the reader, one row of one client or 404, forms that actions refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, QueryDict
from django.utils import timezone

from clients.registers.actions import note_refused_secrets
from clients.registers.catalogue import REGISTERS
from clients.registers.checks import InvalidRecord
from clients.registers.models import Record
from clients.registers.queries import rows_for_table
from clients.registers.register import Register
from portal.lib.dates import format_long
from portal.lib.fields import SECRET_CODE, SecretRefused
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest
from portal.tenancy.models import Client


def today_of(client: Client) -> dt.date:
    """The client's own calendar day."""
    return timezone.localdate(timezone=ZoneInfo(client.time_zone))


def today_of_reader(request: PortalRequest) -> dt.date:
    """The reader's own calendar day."""
    return timezone.localdate(timezone=ZoneInfo(request.access.user.time_zone))


def record_or_404(register: Register, client: Client, pk: int) -> Record:
    """One row of one client with its people and links. Another client's row does not exist here."""
    found: Record | None = rows_for_table(register.slug, client).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def register_of(slug: str) -> Register:
    """The declared register for the word in an address."""
    return REGISTERS[slug]


def posted(request: PortalRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def secrets_of(form: forms.BaseForm) -> dict[str, str]:
    """The fields of a form whose value was refused as a secret, with the kind."""
    return {
        name: str(getattr(error, "kind", "secret"))
        for name, errors in form.errors.as_data().items()
        for error in errors
        if error.code == SECRET_CODE
    }


def is_sound(form: forms.BaseForm, request: PortalRequest, client: Client, register: str) -> bool:
    """Check a posted form. A secret in it is written down as refused: its kind and field, never its value."""
    sound = form.is_valid()
    if not sound:
        note_refused_secrets(client, register, secrets_of(form), by=request.access.user)
    return sound


def show_refusal(form: forms.Form | forms.ModelForm[Any], refused: Refused) -> None:
    """Put an action's refusal where the person can act on it: at its field, else over the form."""
    problems = refused.problems if isinstance(refused, InvalidRecord) else {NON_FIELD_ERRORS: [str(refused)]}
    secrets = refused.secrets if isinstance(refused, InvalidRecord) else {}
    for name, found in problems.items():
        for message in found:
            if name in form.fields:
                form.add_error(name, SecretRefused(secrets[name]) if name in secrets else message)
            else:
                form.add_error(None, message)


def say_saved(request: PortalRequest, record: Record, done: str) -> None:
    """Tell what was done and when it is next due."""
    due_on = record.due_on
    after = f" Next due {format_long(due_on)}." if due_on else ""
    messages.success(request, f"{record.name} {done}.{after}")
