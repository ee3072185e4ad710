"""All evidence of a client: filters, order, a constant number of queries, and the same rows as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.documents.evidence import actions, listing
from portal.documents.models import EvidenceFile
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.portal.documents.evidence.conftest import credential_of

LIST = "/c/alder/evidence/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def files(
    credential: Credential, client_a1: Client, attached: Callable[..., EvidenceFile], bob: User, now: datetime
) -> list[EvidenceFile]:
    other = credential_of(client_a1, "Slack token")
    found = [
        attached(credential, "signed.pdf", shows="The agreement"),
        attached(other, "run.txt", b"a longer text", internal=True),
        attached(other, "=old.csv", b"a,b"),
    ]
    with enter(scope_of(bob), switch=True):
        actions.withdraw(found[2], by=bob, at=now, why="Out of date.")
    return found


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"signed.pdf", "run.txt"}),
        ("?state=withdrawn", {"=old.csv"}),
        ("?state=all&seen=practice", {"run.txt", "=old.csv"}),
        ("?seen=client", {"signed.pdf"}),
        ("?q=agreement", {"signed.pdf"}),
        ("?q=slack", {"run.txt"}),
        ("?type=text/plain", {"run.txt"}),
        ("?record=registers.workflow", set()),
        ("?record=registers.credential&sort=size", {"signed.pdf", "run.txt"}),
    ],
)
def test_filters_keep_what_they_say(
    query: str, shown: set[str], signed_in: Callable[[User], Browser], bob: User, files: list[EvidenceFile]
) -> None:
    page = signed_in(bob).get(LIST + query).content.decode()
    assert {file.name for file in files if f">{file.name}</a>" in page} == shown


def test_the_clients_people_see_what_is_shown_alone_whatever_they_ask(
    signed_in: Callable[[User], Browser], carol: User, files: list[EvidenceFile]
) -> None:
    page = signed_in(carol).get(f"{LIST}?state=all&seen=practice").content.decode()
    assert "signed.pdf" in page
    assert "run.txt" not in page
    assert "old.csv" not in page


def test_the_list_is_sorted_by_its_headings(
    signed_in: Callable[[User], Browser], bob: User, files: list[EvidenceFile]
) -> None:
    page = signed_in(bob).get(f"{LIST}?sort=name").content.decode()
    assert page.index("run.txt</a>") < page.index("signed.pdf</a>")
    page = signed_in(bob).get(f"{LIST}?sort=-name").content.decode()
    assert page.index("run.txt</a>") > page.index("signed.pdf</a>")


def test_the_number_of_queries_does_not_grow_with_the_files(
    signed_in: Callable[[User], Browser],
    bob: User,
    files: list[EvidenceFile],
    client_a1: Client,
    attached: Callable[..., EvidenceFile],
) -> None:
    browser = signed_in(bob)
    browser.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get(LIST)
    for n in range(6):
        attached(credential_of(client_a1, f"Key {n}"), f"{n}.txt", b"words %d" % n)
    with CaptureQueriesContext(connection) as many:
        browser.get(LIST)
    assert len(many) == len(few)
    assert not any('"content"' in each["sql"] for each in many)


def test_the_table_as_a_file_holds_whole_fingerprints_and_runs_nothing(
    signed_in: Callable[[User], Browser], bob: User, carol: User, files: list[EvidenceFile]
) -> None:
    answer = signed_in(bob).get(f"{LIST}export/?format=csv&state=all&sort=name")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["File"] for line in lines] == ["'=old.csv", "run.txt", "signed.pdf"]
    assert lines[2]["SHA-256"] == files[0].sha256
    assert lines[0]["Why withdrawn"] == "Out of date."
    book = load_workbook(io.BytesIO(signed_in(carol).get(f"{LIST}export/?format=xlsx").content))
    table = list(book.active.values)
    assert [row[0] for row in table] == ["File", "signed.pdf"]
    assert "Seen by" not in table[0]
    assert signed_in(bob).get(f"{LIST}export/?format=exe").status_code == 404


def test_the_documents_page_leads_there_with_the_count(
    signed_in: Callable[[User], Browser], bob: User, files: list[EvidenceFile]
) -> None:
    page = signed_in(bob).get("/c/alder/documents/").content.decode()
    assert f'href="{LIST}"' in page
    assert 'Evidence files<span class="count">2</span>' in page


def test_more_files_than_a_table_holds_are_refused_in_words(
    signed_in: Callable[[User], Browser],
    bob: User,
    files: list[EvidenceFile],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listing, "MOST_EXPORTED", 1)
    browser = signed_in(bob)
    answer = browser.get(f"{LIST}export/", follow=True)
    assert answer.redirect_chain[-1][0] == LIST
    assert "Filter it first" in answer.content.decode()
