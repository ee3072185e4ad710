"""The PDF of a notice as it was sent, and what notices add to the registries of the rooms below."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from incidents.response.changing import changing
from incidents.response.models import Notice
from incidents.response.notices.actions import KIND, SENT
from portal.documents import kinds, tasks
from portal.documents.actions import ask_for
from portal.documents.kinds import Contents
from portal.documents.models import Document
from portal.lib.dates import format_long
from portal.lib.markdown import to_html
from portal.lib.refused import Refused
from portal.outbox import kinds as messages

if TYPE_CHECKING:
    from portal.accounts.models import User

DOCUMENT = "notice"
NOT_SENT = "A notice is printed once it is sent."


def register_all() -> None:
    """Add the kinds of message and of document. Called once, when the apps are ready."""
    messages.register(KIND, "Notices of incidents", may_opt_out=False)
    kinds.register(DOCUMENT, title="Notice", file_name="notice", build=build)


def print_notice(notice: Notice, *, by: User, now: datetime) -> Document:
    """Ask for the PDF of a notice that was sent. Raises Refused for a draft and for a drill."""
    if notice.state not in SENT or notice.incident.drill:
        raise Refused(NOT_SENT)
    with changing(notice.incident, "notice.print", by=by, now=now, closed=True) as incident:
        document = ask_for(
            DOCUMENT, incident.client, by=by, at=now, about={"notice": notice.pk}, title=notice.title
        )
    transaction.on_commit(partial(tasks.send, document.pk))
    return document


def build(document: Document, now: datetime) -> Contents:
    """Print exactly what was sent, with when, by what way and under which reference."""
    row = Notice.objects.for_client(document.client).select_related(
        "incident", "clock", "sent_by", "approved_by"
    )
    notice = row.filter(pk=document.data.get("notice") or 0).first()
    if notice is None or notice.sent_at is None:
        raise Refused(NOT_SENT)
    data = _data(notice, document, now)
    paper = {**data, "html": to_html(notice.text, top=3)}
    context = {"paper": paper, "cover": data["cover"], "zone": document.client.time_zone}
    return Contents("response/documents/notice.html", context, data)


def _data(notice: Notice, document: Document, now: datetime) -> dict[str, Any]:
    client, incident = document.client, notice.incident
    zone = ZoneInfo(client.time_zone)
    local = now.astimezone(zone)
    facts = [
        ("Incident", f"{incident.reference} {incident.title}"),
        ("For", notice.get_audience_display()),
        ("Sent", _words(notice.sent_at, zone)),
        ("Sent by", f"{notice.sent_by.name}, by {notice.sent_via}" if notice.sent_by else notice.sent_via),
        ("Reference", notice.reference),
        (
            "Approved",
            f"{notice.approved_by.name}, {_words(notice.approved_at, zone)}" if notice.approved_by else "",
        ),
        ("Law", notice.clock.citation if notice.clock else ""),
        ("Due", _words(notice.clock.due_at, zone) if notice.clock else ""),
    ]
    return {
        "schema": "plumbline/notice/1",
        "cover": {
            "practice": client.practice.name, "client": client.name, "reference": incident.reference,
            "title": notice.title, "number": document.number, "at": now.astimezone(UTC).isoformat(),
            "at_words": f"{format_long(local)}, {local:%H:%M %Z}",
            "check_at": f"{getattr(settings, 'SITE_URL', '').rstrip('/')}/check/",
        },
        "facts": [[label, value] for label, value in facts if value],
        "text": notice.text,
    }  # fmt: skip


def _words(at: datetime | None, zone: ZoneInfo) -> str:
    if at is None:
        return ""
    local = at.astimezone(zone)
    return f"{format_long(local)}, {local:%H:%M %Z}"
