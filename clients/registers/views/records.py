"""One record: show, add, change, retire, take into use again, hand over; and handing over several."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clients.registers import actions
from clients.registers.checks import account_warning
from clients.registers.forms.verbs import HandOverForm, ReasonForm, ReassignForm
from clients.registers.lists.tables import menu_of, next_step
from clients.registers.models import Record
from clients.registers.queries import choices_for, has_left, related, roster
from clients.registers.record_pages import both_values, due_of, facts_of, history_of, mentions_of
from clients.registers.views.lists import filtered
from clients.registers.views.shared import (
    is_sound,
    posted,
    record_or_404,
    register_of,
    say_saved,
    show_refusal,
    today_of,
)
from portal.documents.evidence.tables import panel_of
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

FORM = "registers/records/form.html"
ACT = "registers/records/act.html"
MOST_HANDED_OVER = 200
changes = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@client_view(Permission.VIEW_CLIENT)
def record_show(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """A record: its facts, what it is linked with, its history."""
    kind = register_of(register)
    record = record_or_404(kind, client, pk)
    today = today_of(client)
    may_edit = request.access.may(Permission.EDIT_REGISTERS, client)
    zone = ZoneInfo(client.time_zone)
    former = record.is_live and has_left(record, timezone.now())
    context = {
        "client": client,
        "register": kind,
        "record": record,
        "former_owner": former,
        "today": today,
        "facts": facts_of(kind, record, for_staff=request.access.is_of_practice),
        "related": related(record),
        "mentions": mentions_of(record),
        "due": due_of(record, today),
        "lines": history_of(record, zone) if request.access.may(Permission.VIEW_ACTIVITY, client) else None,
        "next": next_step(kind, record, today, former) if may_edit else None,
        "menu": menu_of(kind, record) if may_edit else (),
        "list_url": kind.url("register_list", client),
        "may_edit": may_edit,
        "panel": panel_of(request.access, client, record._meta.label_lower, record.pk),
    }
    with timezone.override(zone):
        return render(request, "registers/records/show.html", context)


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def register_add(request: PortalRequest, client: Client, register: str) -> HttpResponse:
    """Add a record."""
    kind = register_of(register)
    choices = choices_for(register, client, timezone.now())
    blank = kind.model(practice_id=client.practice_id, client=client)
    form = kind.form(posted(request), record=blank, choices=choices, today=today_of(client))
    if request.method == "POST" and is_sound(form, request, client, register):
        try:
            record = actions.add_record(
                register, client, form.values(), by=request.access.user, people=choices.people
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            say_saved(request, record, "added")
            _warn(request, account_warning(record, choices.people))
            return redirect(record)
    title = f"Add {kind.article} {kind.singular}"
    context = {
        "client": client,
        "register": kind,
        "form": form,
        "title": title,
        "submit": f"Add {kind.singular}",
    }
    return render(request, FORM, {**context, "back": kind.url("register_list", client)})


@sensitive_post_parameters()
@changes
@client_view(Permission.EDIT_REGISTERS)
def record_edit(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Change a record. What somebody else changed meanwhile is shown beside what was typed; nothing is lost."""
    kind = register_of(register)
    record = record_or_404(kind, client, pk)
    choices = choices_for(register, client, timezone.now())
    form = kind.form(posted(request), record=record, choices=choices, today=today_of(client))
    clash = None
    if request.method == "POST" and is_sound(form, request, client, register):
        try:
            version = form.cleaned_data["version"] or 0
            saved = actions.edit_record(
                record, form.values(), by=request.access.user, version=version, people=choices.people
            )
        except actions.Changed as changed:
            clash = both_values(kind, changed.current, form)
            form.data = {**request.POST.dict(), "version": changed.current.version}
        except Refused as refused:
            show_refusal(form, refused)
        else:
            say_saved(request, saved, "saved")
            _warn(request, account_warning(saved, choices.people))
            return redirect(saved)
    context = {"client": client, "register": kind, "record": record, "form": form, "clash": clash}
    more = {"title": f"Change {record.name}", "submit": "Save changes", "back": record.get_absolute_url()}
    return render(request, FORM, {**context, **more}, status=409 if clash else 200)


@changes
@client_view(Permission.EDIT_REGISTERS)
def record_retire(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Take a record out of use, with the reason."""
    kind = register_of(register)
    record = record_or_404(kind, client, pk)
    form = ReasonForm(posted(request))
    if request.method == "POST" and is_sound(form, request, client, register):
        try:
            actions.retire_record(record, by=request.access.user, why=form.cleaned_data["why"])
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, f"{record.name} retired. It can be taken into use again below.")
            return redirect(record)
    context = {
        "title": f"Retire {record.name}",
        "text": "It leaves the lists, the posture and the packs, and stays in the history. Nothing is deleted.",
        "submit": f"Retire {kind.singular}",
        "danger": True,
    }
    return _act(request, record, form, context)


@require_POST
@client_view(Permission.EDIT_REGISTERS)
def record_unretire(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Undo a retirement."""
    record = record_or_404(register_of(register), client, pk)
    try:
        saved = actions.unretire_record(record, by=request.access.user)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(record)
    say_saved(request, saved, "is in use again")
    return redirect(saved)


@changes
@client_view(Permission.EDIT_REGISTERS)
def record_reassign(request: PortalRequest, client: Client, register: str, pk: int) -> HttpResponse:
    """Hand a record over to another owner."""
    kind = register_of(register)
    record = record_or_404(kind, client, pk)
    people = roster(client, timezone.now())
    form = ReassignForm(posted(request), record=record, people=people)
    if request.method == "POST" and is_sound(form, request, client, register):
        wished = form.cleaned_data
        backup = wished.get("backup_owner") if "backup_owner" in form.fields else actions.KEEP
        try:
            saved = actions.reassign(
                record,
                by=request.access.user,
                owner=wished["owner"],
                backup_owner=backup,
                why=wished["why"],
                people=people,
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            say_saved(request, saved, f"handed over to {saved.owner}")
            return redirect(saved)
    title = f"Hand over {record.name}" if record.owner else f"Name an owner of {record.name}"
    return _act(request, record, form, {"title": title, "submit": "Hand over"})


@changes
@client_view(Permission.EDIT_REGISTERS)
def register_hand_over(request: PortalRequest, client: Client, register: str) -> HttpResponse:
    """Hand several records over at once: those of the list's filters, in use."""
    kind = register_of(register)
    _, rows, _ = filtered(request, kind, client)
    people = roster(client, timezone.now())
    form = HandOverForm(posted(request), records=rows.live()[:MOST_HANDED_OVER], people=people)
    if request.method == "POST" and is_sound(form, request, client, register):
        wished = form.cleaned_data
        try:
            n = actions.hand_over(
                form.chosen(), by=request.access.user, owner=wished["owner"], why=wished["why"]
            )
        except Refused as refused:
            show_refusal(form, refused)
        else:
            words = kind.singular if n == 1 else kind.plural
            messages.success(request, f"{n} {words} handed over to {wished['owner']}.")
            return redirect(kind.url("register_list", client))
    title = f"Hand over several {kind.plural}"
    context = {"client": client, "register": kind, "form": form, "title": title, "submit": "Hand over"}
    return render(request, ACT, {**context, "back": kind.url("register_list", client)})


def _act(request: PortalRequest, record: Record, form: object, context: Mapping[str, object]) -> HttpResponse:
    common = {
        "client": record.client,
        "register": register_of(record.REGISTER),
        "record": record,
        "form": form,
    }
    return render(request, ACT, {**common, "back": record.get_absolute_url(), **context})


def _warn(request: PortalRequest, words: str) -> None:
    if words:
        messages.warning(request, words)
