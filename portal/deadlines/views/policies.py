"""How each kind is reminded of: in the practice, and for one client. For owners of the practice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.deadlines import policies, policy_actions
from portal.deadlines.forms.policies import PolicyForm
from portal.deadlines.kinds import Kind, all_kinds
from portal.deadlines.models import Policy
from portal.deadlines.presenters.policies import kind_lines, preview
from portal.deadlines.presenters.steps import steps_words, who_words
from portal.deadlines.reminding.overrides import overrides
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view, practice_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

changes = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@practice_view(Permission.MANAGE_PRACTICE)
def reminder_policy_list(request: PortalRequest) -> HttpResponse:
    """Every kind with its steps in words, and the clients that have their own."""
    return _list(request, None)


@changes
@practice_view(Permission.MANAGE_PRACTICE)
def reminder_policy_edit(request: PortalRequest, kind: str) -> HttpResponse:
    """Remind of a kind otherwise than as shipped."""
    return _edit(request, None, _kind(kind))


@require_POST
@practice_view(Permission.MANAGE_PRACTICE)
def reminder_policy_reset(request: PortalRequest, kind: str) -> HttpResponse:
    """Go back to the shipped policy."""
    return _reset(request, None, _kind(kind))


@require_safe
@client_view(Permission.MANAGE_PRACTICE)
def client_reminder_list(request: PortalRequest, client: Client) -> HttpResponse:
    """Every kind with its steps in words, as they hold for this client."""
    return _list(request, client)


@changes
@client_view(Permission.MANAGE_PRACTICE)
def client_reminder_edit(request: PortalRequest, client: Client, kind: str) -> HttpResponse:
    """Remind of a kind otherwise for this client."""
    return _edit(request, client, _kind(kind))


@require_POST
@client_view(Permission.MANAGE_PRACTICE)
def client_reminder_reset(request: PortalRequest, client: Client, kind: str) -> HttpResponse:
    """Go back to the practice's policy for this client."""
    return _reset(request, client, _kind(kind))


def _kind(name: str) -> Kind:
    found = next((kind for kind in all_kinds() if kind.name == name), None)
    if found is None:
        raise Http404
    return found


def _list(request: PortalRequest, client: Client | None) -> HttpResponse:
    rows = list(Policy.objects.all())
    named: dict[Any, Client] = Client.objects.in_bulk({row.client_id for row in rows if row.client_id})
    context = {"client": client, "lines": _with_urls(kind_lines(rows, named, client), client)}
    return render(request, "deadlines/policies.html", context)


def _with_urls(lines: list[Any], client: Client | None) -> list[tuple[Any, str]]:
    return [(line, _url("edit", client, line.kind)) for line in lines]


def _edit(request: PortalRequest, client: Client | None, kind: Kind) -> HttpResponse:
    base, now_held, own = _entries(client, kind)
    sent = request.POST if request.method == "POST" else None
    form = PolicyForm(sent, base=base, now=now_held)
    if sent is not None and form.is_valid() and "preview" not in sent:
        answer = _keep(request, client, kind, form)
        if answer is not None:
            return answer
    zone = ZoneInfo(client.time_zone if client else request.access.user.time_zone)
    today = timezone.localdate(timezone=zone)
    context = {
        "client": client,
        "kind": kind,
        "form": form,
        "preview": preview(form.policy, today, zone),
        "steps": steps_words(form.policy),
        "who": who_words(form.policy),
        "is_own": own,
        "back": _url("list", client),
        "reset": _url("reset", client, kind),
        "zone": zone,
    }
    with timezone.override(zone):
        return render(request, "deadlines/policy_edit.html", context)


def _keep(
    request: PortalRequest, client: Client | None, kind: Kind, form: PolicyForm
) -> HttpResponseRedirect | None:
    """Keep what was entered; None when it was refused, which the form then says."""
    rules = form.rules()
    if not rules:
        form.add_error(None, "This is what holds already. Change something, or leave the page.")
        return None
    assert request.access.practice is not None
    try:
        policy_actions.keep_policy(
            by=request.access.user,
            practice_id=request.access.practice.pk,
            kind=kind.name,
            rules=rules,
            now=timezone.now(),
            client=client,
            why=form.cleaned_data["why"],
        )
    except Refused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, f"{kind.title}: reminders changed. Steps that were taken stay taken.")
    return HttpResponseRedirect(_url("list", client))


def _reset(request: PortalRequest, client: Client | None, kind: Kind) -> HttpResponse:
    assert request.access.practice is not None
    try:
        policy_actions.drop_policy(
            by=request.access.user,
            practice_id=request.access.practice.pk,
            kind=kind.name,
            now=timezone.now(),
            client=client,
        )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{kind.title} is reminded of in the usual way again.")
    return HttpResponseRedirect(_url("list", client))


def _entries(client: Client | None, kind: Kind) -> tuple[Mapping[str, Any], Mapping[str, Any], bool]:
    """Give the entry that holds without one's own, the entry that holds now, and whether there is an own one."""
    held = overrides([client.pk] if client else [], [kind.name])
    of_practice = held.rules(kind.name, None)
    now_held = held.rules(kind.name, client.pk) if client else of_practice
    base = policies.entry_of(kind.policy, of_practice if client else None)
    own = Policy.objects.filter(kind=kind.name, client=client).exists()
    return base, policies.entry_of(kind.policy, now_held), own


def _url(verb: str, client: Client | None, kind: Kind | None = None) -> str:
    kwargs: dict[str, Any] = {"kind": kind.name} if kind else {}
    if client is None:
        return reverse(f"reminder_policy_{verb}", kwargs=kwargs)
    return reverse(f"client_reminder_{verb}", kwargs={**kwargs, "client_slug": client.slug})
