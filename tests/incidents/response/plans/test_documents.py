"""The PDF of a plan says what was approved, and nothing that came later; it is read back here."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from clients.engagements.actions.support import agree_support
from incidents.response.plans.actions import print_plan
from portal.accounts.models import User
from portal.documents import press, tasks
from portal.documents.kinds import kind_of
from portal.documents.models import Document
from portal.documents.queries import issued_as
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW
from tests.incidents.response.plans.made import approved, ready, written

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=90)


def text_of(pdf: bytes) -> str:
    """The words of all pages as one line, without the hyphens that the printer put in."""
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"[\s\xad]+", " ", text)


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def test_the_paper_says_what_was_approved_whatever_came_later(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    plan = approved(client_a1, bob, alice)
    agree_support(client_a1, {"sev1_target": "PT30M"}, by=alice, now=LATER)
    document = press.make(print_plan(plan, by=alice, now=LATER).pk, task="test")
    assert document is not None
    assert (document.error, document.is_ready) == ("", True)
    assert document.file.name.startswith("response-plan-alder-")
    assert issued_as(document.data_fingerprint)[0].number == document.number
    said = text_of(bytes(document.file.content))
    for words in (
        "Only the head of operations stops the order intake.", "4 hours", "Primary client", "backup@practice.test",
        "72 hours from awareness", "every 4 hours", "Alice Archer, Thursday 19 November 2026",
        "A key stands in a public",
        "Within 48 hours of the resolution, for every incident", document.fingerprint,
    ):  # fmt: skip
        assert words.casefold() in said.casefold(), words
    assert "30 minutes" not in said


def test_a_draft_is_not_printed(in_a: object, client_a1: Client, bob: User) -> None:
    plan = written(client_a1, bob)
    document = Document(client=client_a1, kind="response_plan", data={"plan": plan.pk})
    with pytest.raises(Refused, match="once it is approved"):
        kind_of("response_plan").build(document, NOW)
