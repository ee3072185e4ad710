"""The PDF of a notice, printed and read back: what was sent, and nothing of the record beside it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.breach_actions import start_clocks
from incidents.response.models import Notice
from incidents.response.notices.actions import (
    approve_notice,
    draft_notice,
    edit_notice,
    record_sent,
    send_notice,
)
from incidents.response.notices.pack import print_notice
from incidents.response.timeline_actions import add_entry
from portal.accounts.models import User
from portal.documents import press, tasks
from portal.documents.models import Document
from portal.documents.queries import issued_as
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW, fresh
from tests.incidents.response.notices.test_actions import ICO, TELL, breach, of_clock
from tests.papers import text_of

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
TEXT = """## What happened

Invoices of **40 people** went to others on 19 November.

- The step was turned off.
- Nobody opened them.
"""


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def printed(notice: Notice, by: User) -> Document:
    """Ask for the PDF and print it."""
    notice.incident = fresh(notice.incident)
    document = press.make(print_notice(notice, by=by, now=LATER).pk, task="test")
    assert document is not None
    assert document.error == ""
    assert document.is_ready
    return document


def test_what_the_client_was_sent_is_printed_word_for_word(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User, carol: User
) -> None:
    incident = breach(client_a1, alice)
    add_entry(incident, "Only for us.", at=NOW, by=alice, now=NOW, internal=True)
    draft_notice(incident, "individuals", by=bob, now=NOW)
    [clock] = start_clocks(incident, [TELL], by=bob, now=NOW)
    notice = draft_notice(incident, "client", by=bob, now=NOW, clock=clock)
    notice = edit_notice(notice, title="Your invoices", text=TEXT, version=1, by=bob, now=NOW)
    notice = approve_notice(notice, version=notice.version, by=alice, now=NOW)
    sent = send_notice(notice, by=bob, now=LATER)
    document = printed(sent, bob)
    text = text_of(bytes(document.file.content))
    for words in (
        "Your invoices", "As it was sent", "Invoices of 40 people went to others on 19 November.",
        "The step was turned off.", "Nobody opened them.", "Alder & Sons", "Northlight Automation",
        f"{incident.reference} {incident.title}", "The client", "Bob Baker, by Plumbline",
        "Alice Archer, Thursday 19 November 2026, 10:30 GMT", "Thursday 19 November 2026, 12:30 GMT",
        document.number,
    ):  # fmt: skip
        assert words in text, words
    for words in ("**", "##", "Only for us.", "Birch", "Cedar"):
        assert words not in text, words
    assert document.file.name.startswith("notice-alder-")
    assert issued_as(document.data_fingerprint)[0].noun == "notice"


def test_what_was_sent_elsewhere_is_printed_with_its_law_and_reference(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    notice = of_clock(breach(client_a1, alice), ICO, bob, "authority", alice)
    sent = record_sent(notice, at=LATER, via="Web form", by=bob, now=LATER, reference="IC-2026-9")
    text = text_of(bytes(printed(sent, bob).file.content))
    citation = sent.clock.citation
    for words in ("An authority", "IC-2026-9", "by Web form", citation, "Sunday 22 November 2026, 10:30 GMT"):
        assert words in text, words
