"""Notices: drafted from the record, changed, approved by another, sent once, kept as they were sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from incidents.response.breach_actions import start_clocks
from incidents.response.models import BreachClock, Incident, Notice
from incidents.response.notices.actions import (
    NoticeChanged,
    approve_notice,
    draft_notice,
    edit_notice,
    record_sent,
    send_notice,
)
from incidents.response.notices.pack import build, print_notice
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.documents.models import Document, StoredFile
from portal.lib.refused import Refused
from portal.outbox.models import Message
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter, narrowed
from tests.conftest import make_member, make_user, scope_of
from tests.incidents.response.made import NOW, fresh, lead_ins, opened
from tests.portal.documents.evidence.made import PDF

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
TELL, ICO = "uk-gdpr-processor", "uk-gdpr-ico"


def breach(client: Client, by: User, **more: Any) -> Incident:
    facts = {"personal_data": "yes", "jurisdictions": ["GB"], "people_affected": 40}
    incident = opened(client, by, facts=facts, **more)
    Incident.objects.filter(pk=incident.pk).update(aware_at=NOW)
    return fresh(incident)


def of_clock(incident: Incident, clock_id: str, by: User, audience: str, approver: User) -> Notice:
    """A notice of a started clock, written by one and approved by another."""
    clock = start_clocks(incident, [clock_id], by=by, now=NOW)[0]
    notice = draft_notice(incident, audience, by=by, now=NOW, clock=clock)
    return approve_notice(notice, version=1, by=approver, now=NOW)


def test_a_draft_is_internal_and_says_what_is_not_known(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    incident = breach(client_a1, alice)
    clock = start_clocks(incident, [ICO], by=alice, now=NOW)[0]
    notice = draft_notice(incident, "authority", by=bob, now=NOW, clock=clock)
    assert "People: about 40." in notice.text
    assert "Records: not known yet." in notice.text
    assert "Not known yet." in notice.text
    with enter(scope_of(carol), switch=True):
        assert not Notice.objects.exists()
    with pytest.raises(Refused, match="whom the notice is for"):
        draft_notice(incident, "nobody", by=bob, now=NOW)
    with pytest.raises(Refused, match="another incident"):
        draft_notice(opened(client_a1, alice), "client", by=bob, now=NOW, clock=clock)


def test_who_is_slower_is_told_and_nothing_is_lost(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    notice = draft_notice(breach(client_a1, alice), "client", by=bob, now=NOW)
    edit_notice(notice, title="Notice", text="Alice’s words", version=1, by=alice, now=NOW)
    with pytest.raises(NoticeChanged) as refusal:
        edit_notice(notice, title="Notice", text="Bob’s words", version=1, by=bob, now=NOW)
    assert refusal.value.current.text == "Alice’s words"
    with pytest.raises(Refused, match="title and the text"):
        edit_notice(notice, title=" ", text="Words", version=2, by=bob, now=NOW)


def test_somebody_other_than_the_writer_approves_and_a_change_ends_the_approval(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    notice = draft_notice(breach(client_a1, alice), "client", by=bob, now=NOW)
    with pytest.raises(Refused, match="A lead of the client or an owner"):
        approve_notice(notice, version=1, by=bob, now=NOW)
    with pytest.raises(NoticeChanged):
        approve_notice(notice, version=7, by=alice, now=NOW)
    notice = approve_notice(notice, version=1, by=alice, now=NOW)
    assert (notice.state, notice.approved_by) == ("approved", alice)
    with pytest.raises(Refused, match="approved already"):
        approve_notice(notice, version=notice.version, by=alice, now=NOW)
    changed = edit_notice(
        notice, title="Notice", text="Other words", version=notice.version, by=alice, now=NOW
    )
    assert (changed.state, changed.approved_by) == ("draft", None)


def test_the_writer_does_not_approve_where_somebody_else_may(
    in_a: object, client_a1: Client, practice_a: Practice, alice: User
) -> None:
    other = make_user("Olga Other", "olga@example.org")
    make_member(practice_a, other, Role.OWNER)
    notice = draft_notice(breach(client_a1, alice), "client", by=alice, now=NOW)
    with pytest.raises(Refused, match="other than its writer"):
        approve_notice(notice, version=1, by=alice, now=NOW)
    assert approve_notice(notice, version=1, by=other, now=NOW).approved_by == other


def test_the_only_one_who_may_approve_approves_alone(in_a: object, client_a1: Client, alice: User) -> None:
    notice = draft_notice(breach(client_a1, alice), "client", by=alice, now=NOW)
    assert approve_notice(notice, version=1, by=alice, now=NOW).state == "approved"


def test_what_the_client_is_sent_ends_our_clock_and_is_frozen(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    incident = breach(client_a1, alice)
    notice = of_clock(incident, TELL, bob, "client", alice)
    sent = send_notice(notice, by=bob, now=LATER)
    assert (sent.state, sent.sent_at, sent.sent_via) == ("sent", LATER, "Plumbline")
    clock = BreachClock.objects.get()
    assert (clock.outcome, clock.notified_at) == ("notified", LATER)
    message = Message.objects.get(kind="incident.notice_sent")
    assert (message.person, message.internal) == (carol, False)
    with enter(scope_of(carol), switch=True):
        assert Notice.objects.get().text == notice.text
    for change in (
        lambda: edit_notice(sent, title="A", text="B", version=sent.version, by=bob, now=LATER),
        lambda: send_notice(sent, by=bob, now=LATER),
        lambda: record_sent(sent, at=LATER, via="Mail", by=bob, now=LATER),
        lambda: approve_notice(sent, version=sent.version, by=alice, now=LATER),
    ):
        with pytest.raises(Refused, match="It was sent"):
            change()
    assert {"Notice sent.", "Notified.", "Client aware."} <= set(lead_ins(incident))


def test_only_what_was_approved_is_sent_and_only_to_the_client(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    incident = breach(client_a1, alice)
    draft = draft_notice(incident, "client", by=bob, now=NOW)
    with pytest.raises(Refused, match="approved before"):
        send_notice(draft, by=bob, now=NOW)
    with pytest.raises(Refused, match="approved before"):
        record_sent(draft, at=NOW, via="Mail", by=bob, now=NOW)
    other = draft_notice(incident, "authority", by=bob, now=NOW)
    with pytest.raises(Refused, match="to the client only"):
        send_notice(other, by=bob, now=NOW)


def test_without_anybody_to_reach_nothing_is_said_to_be_sent(
    in_a: object, client_a1: Client, alice: User
) -> None:
    notice = draft_notice(breach(client_a1, alice), "client", by=alice, now=NOW)
    approve_notice(notice, version=1, by=alice, now=NOW)
    with pytest.raises(Refused, match="Nobody of the client"):
        send_notice(notice, by=alice, now=NOW)
    assert Notice.objects.get().state == "approved"


def test_a_drill_reaches_nobody_outside(in_a: object, client_a1: Client, alice: User, carol: User) -> None:
    notice = draft_notice(breach(client_a1, alice, drill=True), "client", by=alice, now=NOW)
    approve_notice(notice, version=1, by=alice, now=NOW)
    sent = send_notice(notice, by=alice, now=LATER)
    message = Message.objects.get(kind="incident.notice_sent")
    assert (message.person, message.internal, message.subject[:6]) == (alice, True, "Drill:")
    with enter(scope_of(carol), switch=True):
        assert not Notice.objects.exists()
    with pytest.raises(Refused, match="once it is sent"):
        print_notice(sent, by=alice, now=LATER)


def test_what_was_sent_elsewhere_is_kept_with_its_copy_and_ends_its_clock(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    notice = of_clock(breach(client_a1, alice), ICO, bob, "authority", alice)
    copy = ("Notice to ICO.exe", PDF)
    sent = record_sent(notice, at=LATER, via="Web form", by=bob, now=LATER, reference="IC-9", copy=copy)
    assert (sent.state, sent.reference) == ("elsewhere", "IC-9")
    file = StoredFile.objects.get()
    assert (file.name, file.media_type, file.size) == ("Notice to ICO.exe.pdf", "application/pdf", len(PDF))
    clock = BreachClock.objects.get()
    assert (clock.notified_at, clock.reference) == (LATER, "IC-9")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"via": " "}, "how it was sent"),
        ({"at": LATER + timedelta(hours=1)}, "has passed"),
        ({"at": NOW - timedelta(hours=1)}, "before the incident was detected"),
        ({"copy": ("a.pdf", b"MZ\x00\x01")}, "This is a program"),
        ({"copy": ("a.pdf", b"x" * (10 * 1024 * 1024 + 1))}, "larger than 10 MB"),
    ],
)
def test_a_sending_that_cannot_be_is_refused_whole(
    in_a: object, client_a1: Client, alice: User, bob: User, values: dict[str, Any], words: str
) -> None:
    notice = of_clock(breach(client_a1, alice), ICO, bob, "authority", alice)
    with pytest.raises(Refused, match=words):
        record_sent(notice, **{"at": LATER, "via": "Mail", "by": bob, "now": LATER, **values})
    assert Notice.objects.get().state == "approved"
    assert BreachClock.objects.get().outcome == ""
    assert not StoredFile.objects.exists()


def test_a_late_notice_needs_its_reasons(in_a: object, client_a1: Client, alice: User, bob: User) -> None:
    notice = of_clock(breach(client_a1, alice), ICO, bob, "authority", alice)
    late = NOW + timedelta(hours=80)
    with pytest.raises(Refused, match="reasons for the delay"):
        record_sent(notice, at=late, via="Mail", by=bob, now=late)
    record_sent(notice, at=late, via="Mail", by=bob, now=late, late_reason="Nobody knew the numbers")
    assert BreachClock.objects.get().late_reason == "Nobody knew the numbers"


def test_the_pdf_says_what_was_sent(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    notice = draft_notice(breach(client_a1, alice), "client", by=bob, now=NOW)
    with pytest.raises(Refused, match="once it is sent"):
        print_notice(notice, by=bob, now=NOW)
    approve_notice(notice, version=1, by=alice, now=NOW)
    sent = send_notice(notice, by=bob, now=LATER)
    sent.incident = fresh(sent.incident)
    document = print_notice(sent, by=bob, now=LATER)
    with narrowed(internal=False, clients=frozenset({client_a1.pk})):
        contents = build(Document.objects.select_related("client__practice").get(pk=document.pk), LATER)
    assert contents.data["text"] == notice.text
    assert ["For", "The client"] in contents.data["facts"]


def test_every_step_stands_in_the_trail(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    incident = breach(client_a1, alice)
    notice = of_clock(incident, TELL, bob, "client", alice)
    notice = edit_notice(notice, title="N", text="T", version=notice.version, by=bob, now=NOW)
    notice = approve_notice(notice, version=notice.version, by=alice, now=NOW)
    send_notice(notice, by=bob, now=LATER)
    verbs = {event.payload.get("action") for event in AuditEvent.objects.all()}
    assert {"notice.draft", "notice.edit", "notice.approve", "notice.send"} <= verbs


def test_notices_of_one_client_are_hidden_from_another(
    in_a: object, client_a2: Client, alice: User, bob: User
) -> None:
    draft_notice(breach(client_a2, alice), "client", by=alice, now=NOW)
    with enter(scope_of(bob), switch=True):
        assert not Notice.objects.exists()
