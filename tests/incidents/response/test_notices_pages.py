"""The pages of notices: drafting, saving against a faster hand, approving, sending, the copy; who may what."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from incidents.response.models import Incident, Notice
from incidents.response.notices.actions import approve_notice, draft_notice, send_notice
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents.models import Document
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from tests.conftest import make_assignment, make_user
from tests.incidents.response.made import opened
from tests.portal.documents.evidence.made import PDF

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def incident(in_a: object, client_a1: Client, alice: User) -> Incident:
    return opened(client_a1, alice, now=timezone.now() - timedelta(hours=1))


def url(name: str, incident: Incident, **more: Any) -> str:
    return reverse(name, kwargs={"client_slug": incident.client.slug, "number": incident.number, **more})


def test_a_notice_is_drafted_edited_approved_and_recorded_as_sent(
    incident: Incident, alice: User, bob: User, signed_in: Any
) -> None:
    browser = signed_in(bob)
    assert browser.post(url("notice_add", incident), {"audience": "authority"}).status_code == 302
    notice = Notice.objects.get()
    edit, show = url("notice_edit", incident, pk=notice.pk), url("notice_show", incident, pk=notice.pk)
    assert "Nature of the breach" in browser.get(edit).content.decode()
    words = {"version": 1, "title": "To the ICO", "text": "## What\n\n<b>Mails</b> went astray."}
    assert browser.post(edit, words).status_code == 302
    stale = browser.post(edit, words).content.decode()
    assert "Somebody changed this notice" in stale
    page = browser.get(show).content.decode()
    assert "&lt;b&gt;Mails&lt;/b&gt;" in page
    assert "Approve" not in page
    approve = url("notice_approve", incident, pk=notice.pk)
    assert browser.post(approve, {"version": 2}).status_code == 403
    assert signed_in(alice).post(approve, {"version": 2}).status_code == 302
    at = timezone.now()
    sent = {
        "day_day": at.day, "day_month": at.month, "day_year": at.year, "clock": f"{at:%H:%M}", "via": "Web form",
        "reference": "IC-1", "copy": SimpleUploadedFile("copy.pdf", PDF),
    }  # fmt: skip
    browser = signed_in(bob)
    assert browser.post(url("notice_sent", incident, pk=notice.pk), sent).status_code == 302
    copy = browser.get(url("notice_copy", incident, pk=notice.pk))
    assert copy.content == PDF
    assert copy["Content-Disposition"] == 'attachment; filename="copy.pdf"'
    assert any(event.payload.get("action") == "notice.download" for event in AuditEvent.objects.all())
    assert "not changed any more" in browser.get(show).content.decode()
    assert browser.post(url("notice_print", incident, pk=notice.pk)).status_code == 302
    assert Document.objects.get().kind == "notice"


def test_a_copy_of_another_type_is_refused_over_the_form(
    incident: Incident, alice: User, bob: User, signed_in: Any
) -> None:
    notice = draft_notice(incident, "authority", by=bob, now=timezone.now())
    approve_notice(notice, version=1, by=alice, now=timezone.now())
    at = timezone.now()
    sent = {
        "day_day": at.day, "day_month": at.month, "day_year": at.year, "clock": f"{at:%H:%M}", "via": "Mail",
        "copy": SimpleUploadedFile("copy.pdf", b"MZ\x00\x01"),
    }  # fmt: skip
    answer = signed_in(bob).post(url("notice_sent", incident, pk=notice.pk), sent)
    assert "This is a program." in answer.content.decode()
    assert Notice.objects.get().state == "approved"


def test_the_clients_people_read_what_was_sent_and_nothing_else(
    incident: Incident, client_a1: Client, alice: User, bob: User, carol: User, signed_in: Any
) -> None:
    draft = draft_notice(incident, "authority", by=bob, now=timezone.now())
    notice = draft_notice(incident, "client", by=bob, now=timezone.now())
    approve_notice(notice, version=1, by=alice, now=timezone.now())
    send_notice(notice, by=bob, now=timezone.now())
    browser = signed_in(carol)
    assert browser.get(url("notice_show", incident, pk=draft.pk)).status_code == 404
    page = browser.get(url("notice_show", incident, pk=notice.pk)).content.decode()
    assert f"about {incident.reference}</h1>" in page
    assert browser.get(url("notice_copy", incident, pk=notice.pk)).status_code == 404
    admin = make_user("Ada Admin", "ada@example.org")
    make_assignment(client_a1, admin, Role.CLIENT_ADMIN)
    browser = signed_in(admin)
    for name in ("approve", "edit", "send", "sent", "print"):
        answer = browser.post(url(f"notice_{name}", incident, pk=notice.pk), {"version": 1})
        assert answer.status_code == 403, name


def test_a_refusal_to_draft_or_send_is_said(incident: Incident, bob: User, signed_in: Any) -> None:
    browser = signed_in(bob)
    answer = browser.post(url("notice_add", incident), {"audience": "everybody"}, follow=True)
    assert "Choose whom the notice is for" in answer.content.decode()
    notice = draft_notice(incident, "client", by=bob, now=timezone.now())
    page = browser.post(url("notice_send", incident, pk=notice.pk), {"late_reason": ""}).content.decode()
    assert "Have it approved before it is sent" in page
    printed = browser.post(url("notice_print", incident, pk=notice.pk), follow=True)
    assert "once it is sent" in printed.content.decode()


def test_nobody_of_another_practice_reaches_a_notice(
    incident: Incident, bob: User, dan: User, signed_in: Any
) -> None:
    notice = draft_notice(incident, "client", by=bob, now=timezone.now())
    assert signed_in(dan).get(url("notice_show", incident, pk=notice.pk)).status_code == 404
