"""What the doors share: refusals at their fields, sections of the room, the history of a row."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db import models
from django.http import QueryDict

from clients.engagements.actions.checked import Invalid
from clients.engagements.sections import sections
from portal.audit.presenters import Line, lines_of
from portal.audit.queries import history, names_for
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission


def posted(request: PortalRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def show_refusal(form: forms.Form | forms.ModelForm[Any], refused: Refused) -> None:
    """Put an action's refusal where the person can act on it: at its field, else over the form."""
    problems = refused.problems if isinstance(refused, Invalid) else {"__all__": [str(refused)]}
    for name, found in problems.items():
        for message in found:
            form.add_error(name if name in form.fields else None, message)


def history_of(row: models.Model, client: Client) -> list[Line]:
    """The latest changes of a row in words, latest first. Three queries."""
    events = history(client, row._meta.db_table, row.pk)
    return lines_of(events, names_for(events), ZoneInfo(client.time_zone), linked=False)


def page(request: PortalRequest, client: Client, section: str, **more: Any) -> dict[str, Any]:
    """The context that every page of the room has; `section` is the URL name of its tab."""
    return {
        "client": client,
        "sections": sections(),
        "section": section,
        "may_edit": request.access.may(Permission.EDIT_REGISTERS, client),
        **more,
    }
