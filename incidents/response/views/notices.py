"""Notices of an incident: drafted from the record, edited, approved, sent or recorded as sent, printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from incidents.response.models import BreachClock, Incident, Notice
from incidents.response.notices import actions, pack
from incidents.response.pages.notice_forms import NoticeForm, SendForm, SentForm
from incidents.response.views.shared import act, ask, at_once, changes, incident_or_404, posted
from portal.audit.actions import record
from portal.documents.evidence.forms import sent_file
from portal.documents.evidence.views import attached
from portal.lib.markdown import to_html
from portal.lib.refused import Refused
from portal.tenancy.decorators import PortalRequest, client_view
from portal.tenancy.models import Client
from portal.tenancy.permissions import Permission

EDIT = Permission.EDIT_REGISTERS


@require_POST
@client_view(EDIT)
def notice_add(request: PortalRequest, client: Client, number: int) -> HttpResponse:
    """Draft a notice from the record, for an audience and perhaps a clock."""
    incident = incident_or_404(client, number)
    asked = request.POST.get("clock", "")
    clock = (
        BreachClock.objects.filter(incident=incident, pk=int(asked)).first() if asked.isdecimal() else None
    )
    try:
        notice = actions.draft_notice(
            incident,
            request.POST.get("audience", ""),
            by=request.access.user,
            now=timezone.now(),
            clock=clock,
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("incident_clocks", client_slug=client.slug, number=number)
    notice.incident = incident
    return redirect(_address("notice_edit", notice))


@require_safe
@client_view(Permission.VIEW_CLIENT)
def notice_show(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Show a notice; the client's people see those that were sent."""
    incident = incident_or_404(client, number)
    notice = _notice_or_404(incident, pk)
    may_edit = request.access.may(EDIT, client)
    sent = notice.state in actions.SENT
    context = {
        "client": client,
        "incident": incident,
        "notice": notice,
        "html": to_html(notice.text, top=2),
        "sent": sent,
        "may_edit": may_edit and not sent,
        "may_print": may_edit and sent and not incident.drill,
        "may_approve": may_edit and request.access.may(Permission.MANAGE_CLIENT_PEOPLE, client),
    }
    return render(request, "response/notices/show.html", context)


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def notice_edit(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Change the draft. Who was slower sees what stands there now, and saves again or not."""
    incident = incident_or_404(client, number)
    notice = _notice_or_404(incident, pk)
    form = NoticeForm(posted(request), notice=notice)
    changed: list[tuple[str, object]] = []
    if request.method == "POST" and form.is_valid():
        found = form.cleaned_data
        try:
            actions.edit_notice(
                notice, title=found["title"], text=found["text"], version=found["version"],
                by=request.access.user, now=timezone.now(),
            )  # fmt: skip
        except actions.NoticeChanged as conflict:
            changed = [("Title", conflict.current.title), ("Text", conflict.current.text)]
            form = NoticeForm({**request.POST.dict(), "version": conflict.current.version}, notice=notice)
            form.add_error(None, str(conflict))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            return _back(request, notice, "The draft is saved.")
    return act(request, incident, form, "Edit the notice", "Save", changed=changed)


@require_POST
@client_view(EDIT)
def notice_approve(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Approve the text as it was read."""
    if not request.access.may(Permission.MANAGE_CLIENT_PEOPLE, client):
        raise PermissionDenied
    notice = _notice_or_404(incident_or_404(client, number), pk)
    version = request.POST.get("version", "")

    def approve() -> None:
        seen = int(version) if version.isdecimal() else 0
        actions.approve_notice(notice, version=seen, by=request.access.user, now=timezone.now())

    return at_once(request, approve, said="The notice is approved.", to=_address("notice_show", notice))


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def notice_send(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Send it to the client through the portal."""
    incident = incident_or_404(client, number)
    notice = _notice_or_404(incident, pk)
    form = SendForm(posted(request))

    def send() -> None:
        reason = form.cleaned_data["late_reason"]
        actions.send_notice(notice, by=request.access.user, now=timezone.now(), late_reason=reason)

    title = "Send the notice to the client"
    return _ask(request, notice, form, send, title=title, submit="Send", said="The notice is sent.")


@sensitive_post_parameters()
@changes
@client_view(EDIT)
def notice_sent(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Record that it was sent elsewhere, with a copy."""
    incident, now = incident_or_404(client, number), timezone.now()
    notice = _notice_or_404(incident, pk)
    zone = ZoneInfo(client.time_zone)
    form = SentForm(posted(request), files=request.FILES or None, now=now, zone=zone)

    def note() -> None:
        found = form.cleaned_data
        actions.record_sent(
            notice, at=form.instant(), via=found["via"], by=request.access.user, now=now,
            reference=found["reference"], late_reason=found["late_reason"],
            copy=sent_file(found.get("copy")),
        )  # fmt: skip

    said = "It is recorded as sent."
    return _ask(request, notice, form, note, title="Sent elsewhere", submit="Record as sent", said=said)


def _ask(
    request: PortalRequest, notice: Notice, form: Form, do: Callable[[], object], **more: Any
) -> HttpResponse:
    """Ask about one notice, and lead back to it."""
    to = _address("notice_show", notice)
    return ask(request, notice.incident, form, do, to=to, text=notice.title, **more)


@require_safe
@client_view(Permission.READ_DOCUMENTS)
def notice_copy(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Give the copy of what was sent, and put the download on record."""
    notice = _notice_or_404(incident_or_404(client, number), pk)
    if notice.copy is None:
        raise Http404
    file = notice.copy
    record(
        "notice.download",
        client=client,
        object=Notice._meta.db_table,
        object_id=str(notice.pk),
        label=notice.title,
    )
    return attached(file.name, file.media_type, bytes(file.content))


@require_POST
@client_view(EDIT)
def notice_print(request: PortalRequest, client: Client, number: int, pk: int) -> HttpResponse:
    """Ask for the PDF of what was sent."""
    notice = _notice_or_404(incident_or_404(client, number), pk)
    try:
        document = pack.print_notice(notice, by=request.access.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(_address("notice_show", notice))
    return redirect(document)


def _notice_or_404(incident: Incident, pk: int) -> Notice:
    rows = Notice.objects.filter(incident=incident, pk=pk)
    found: Notice | None = rows.select_related(
        "written_by", "approved_by", "sent_by", "copy", "clock"
    ).first()
    if found is None:
        raise Http404
    found.incident = incident
    return found


def _address(name: str, notice: Notice) -> str:
    incident = notice.incident
    kwargs = {"client_slug": incident.client.slug, "number": incident.number, "pk": notice.pk}
    return reverse(name, kwargs=kwargs)


def _back(request: PortalRequest, notice: Notice, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect(_address("notice_show", notice))
