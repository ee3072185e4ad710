"""The annual incident report: what stands on its pages, what is attached, who may ask for it."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pypdf import PdfReader

from incidents.response.figures.documents import build, print_year
from portal.accounts.models import User
from portal.documents import press, tasks
from portal.documents.actions import MOST_UNDER_WAY
from portal.documents.fingerprints import fingerprint
from portal.documents.models import Document
from portal.documents.queries import file_of
from portal.tenancy.models import Client
from portal.tenancy.scope import narrowed
from tests.incidents.response.figures.recorded import record, row
from tests.incidents.response.made import NOW

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def test_the_report_prints_the_year_and_attaches_the_same(
    in_a: object, client_a1: Client, alice: User
) -> None:
    record(client_a1, alice)
    document = press.make(print_year(client_a1, 2026, by=alice, now=timezone.now()).pk, task="test")
    assert document is not None
    assert document.is_ready, document.error
    file = file_of(document)
    assert file is not None
    reader = PdfReader(io.BytesIO(bytes(file.content)))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    for words in (
        "Incidents of 2026", "alder 1", "INC-0001, SEV1", "Late: Client update", "Not acknowledged",
        "uk-gdpr-art-34", "Post-mortem within 48 hours", "Drills never count.",
    ):  # fmt: skip
        assert words in text, words
    assert "alder 6" not in text, "a drill is not printed"
    (name,) = reader.attachments
    attached = json.loads(reader.attachments[name][0])
    assert attached["schema"] == "plumbline/incident-year/1"
    assert [each["reference"] for each in attached["incidents"]] == [
        "INC-0001",
        "INC-0002",
        "INC-0003",
        "INC-0004",
    ]
    assert fingerprint(attached) == document.data_fingerprint


def test_the_report_of_the_last_months_counts_as_its_page_does(
    in_a: object, client_a1: Client, alice: User
) -> None:
    record(client_a1, alice)
    document = print_year(client_a1, None, by=alice, now=NOW)
    with narrowed(internal=False, clients=frozenset({client_a1.pk})):
        data = build(document, NOW).data
    assert data["cover"]["title"] == "Incidents of the last 12 months"
    assert (data["cover"]["incidents"], data["cover"]["kept"]) == (4, "5 of 10 kept")
    assert json.loads(json.dumps(data)) == data
    assert all("Measures" not in each["cells"] for table in data["tables"] for each in table["rows"])


def test_without_incidents_the_report_says_so(in_a: object, client_a1: Client, alice: User) -> None:
    row(client_a1, 1, "SEV1", NOW, alice, drill=True, internal=True)
    data = build(print_year(client_a1, 2026, by=alice, now=NOW), NOW).data
    assert (data["cover"]["incidents"], data["cover"]["kept"], data["incidents"]) == (
        0,
        "nothing promised",
        [],
    )


def test_the_report_is_asked_for_from_the_page_by_those_who_make_packs(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    browser = signed_in(alice)
    assert "incidents/year/print/" in browser.get("/c/alder/incidents/year/2026/").content.decode()
    response = browser.post("/c/alder/incidents/year/print/", {"year": str(timezone.now().year)})
    assert response.status_code == 302
    assert Document.objects.get().data == {"year": timezone.now().year}
    assert browser.get("/c/alder/incidents/year/print/").status_code == 405
    assert browser.post("/c/alder/incidents/year/print/", {"year": "2999"}).status_code == 404
    assert Document.objects.count() == 1


def test_while_too_many_are_being_made_the_page_says_so(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    browser, address = signed_in(alice), "/c/alder/incidents/year/print/"
    for _ in range(MOST_UNDER_WAY):
        assert browser.post(address).url.startswith("/c/alder/documents/")  # type: ignore[attr-defined]
    answer = browser.post(address, follow=True)
    assert answer.redirect_chain[-1][0] == "/c/alder/incidents/year/"
    assert "documents of Alder &amp; Sons are being made" in answer.content.decode()
