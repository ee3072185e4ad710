"""The activity pages: who may read, filter, page and take away."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.audit import queries
from portal.audit.actions import record
from portal.audit.forms import ActivityFilters
from portal.audit.models import AuditEvent
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_user, scope_of

pytestmark = pytest.mark.django_db(transaction=True)
A1 = "/c/alder/activity/"
A2 = "/c/birch/activity/"
SignedIn = Callable[[User], Browser]


@pytest.fixture
def busy(alice: User, bob: User, client_a1: Client, client_a2: Client) -> Client:
    """Two clients with things done at them by two people."""
    with enter(scope_of(alice), switch=True):
        record("pack.make", client=client_a1, label="Autumn pack", why="Tender of the council")
        record("note.write", client=client_a1, label="among us", internal=True)
        record("pack.make", client=client_a2, label="Birch pack")
    with enter(scope_of(bob), switch=True):
        record("register.export", client=client_a1, label="credentials")
    return client_a1


def text(browser: Browser, url: str, **data: Any) -> str:
    response = browser.get(url, data)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def test_staff_read_who_did_what_and_why(busy: Client, bob: User, signed_in: SignedIn) -> None:
    page = text(signed_in(bob), A1)
    for words in ("Alice Archer", "Autumn pack", "Tender of the council", "among us", "Bob Baker"):
        assert words in page
    assert "Birch pack" not in page


def test_a_clients_person_reads_theirs_without_what_is_internal(
    busy: Client, carol: User, signed_in: SignedIn
) -> None:
    browser = signed_in(carol)
    page = text(browser, A1)
    assert "Autumn pack" in page
    assert "among us" not in page
    assert browser.get(A2).status_code == 404
    assert browser.get("/practice/activity/").status_code == 404


def test_strangers_find_nothing(busy: Client, bob: User, dan: User, signed_in: SignedIn) -> None:
    assert signed_in(dan).get(A1).status_code == 404
    assert signed_in(bob).get(A2).status_code == 404
    assert signed_in(dan).post(f"{A1}export/", {"as": "csv"}).status_code == 404
    assert "Autumn" not in text(signed_in(dan), "/practice/activity/")


def test_an_owner_reads_everything_of_the_practice(busy: Client, alice: User, signed_in: SignedIn) -> None:
    page = text(signed_in(alice), "/practice/activity/")
    for words in ("Autumn pack", "Birch pack", "membership", "Birch Clinic"):
        assert words in page


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"who": "Bob Baker"}, {"credentials"}),
        ({"action": "pack.make"}, {"Autumn pack"}),
        ({"q": "council"}, {"Autumn pack"}),
        ({"kind": "tenancy_client"}, set()),
        ({"until_on": "2001-01-01"}, set()),
        ({"from_on": "2001-01-01", "q": "credentials"}, {"credentials"}),
        ({"from_on": "no day"}, {"Autumn pack", "credentials", "among us"}),
        ({"until_on": "17 Nov 2001"}, set()),
        ({"when": "between", "from_on": "17 Nov 2001", "q": "council"}, {"Autumn pack"}),
        ({"when": "", "until_on": "17 Nov 2001"}, {"Autumn pack", "credentials", "among us"}),
        ({"when": "7", "q": "council"}, {"Autumn pack"}),
        ({"when": "no span"}, {"Autumn pack", "credentials", "among us"}),
        ({"before": "1"}, set()),
        ({"before": "9" * 30}, {"Autumn pack", "credentials", "among us"}),
    ],
)
def test_filters_keep_what_is_asked_for(
    filters: dict[str, str], kept: set[str], busy: Client, bob: User, signed_in: SignedIn
) -> None:
    page = text(signed_in(bob), A1, **filters)
    body = page[page.index("</form>") :]
    entries = body.split('<ol class="timeline">', 1)[-1] if '<ol class="timeline">' in body else ""
    assert {words for words in ("Autumn pack", "credentials", "among us") if words in entries} == kept


def test_the_last_seven_days_are_today_and_the_six_before_it(
    busy: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    with enter(scope_of(alice), switch=True):
        choices = queries.choices(busy)
    filters = ActivityFilters({"when": "7", "until_on": "2026-11-01"}, choices)
    wanted = filters.wanted(ZoneInfo("Europe/London"))
    assert (wanted.from_on, wanted.until_on) == (date(2026, 11, 13), None)
    assert filters.wanted(ZoneInfo("Asia/Tokyo")).from_on == date(2026, 11, 14)


def test_an_empty_result_says_how_to_go_on(busy: Client, bob: User, signed_in: SignedIn) -> None:
    assert "No entry matches these filters" in text(signed_in(bob), A1, q="no such words")


def test_older_entries_are_a_page_further(
    busy: Client, bob: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with enter(everything_of(busy.practice_id), switch=True):
        for n in range(60):
            record("thing.do", client=busy, label=f"number {n:03}")
    first = text(signed_in(bob), A1)
    assert "number 059" in first
    assert "Autumn pack" not in first
    with enter(everything_of(busy.practice_id), switch=True):
        page = queries.activity(busy, queries.Wanted())
    assert f"before={page.older}" in first
    assert "Autumn pack" in text(signed_in(bob), A1, before=page.older)


def test_the_page_costs_the_same_at_any_length(busy: Client, bob: User, signed_in: SignedIn) -> None:
    browser = signed_in(bob)
    text(browser, A1)
    with CaptureQueriesContext(connection) as few:
        text(browser, A1)
    with enter(everything_of(busy.practice_id), switch=True):
        for n in range(30):
            record("thing.do", client=busy, label=f"number {n}")
    with CaptureQueriesContext(connection) as many:
        text(browser, A1)
    assert len(many) == len(few)


class TestExport:
    def test_the_filtered_table_is_given_and_recorded(
        self, busy: Client, bob: User, signed_in: SignedIn
    ) -> None:
        response = signed_in(bob).post(f"{A1}export/", {"as": "csv", "action": "pack.make"})
        table = response.content.decode("utf-8-sig")
        assert "Autumn pack" in table
        assert "credentials" not in table
        assert response["Content-Disposition"].startswith('attachment; filename="activity-alder-')
        with enter(everything_of(busy.practice_id), switch=True):
            event = AuditEvent.objects.get(action="activity.export")
        assert event.payload["changes"] == {"as": "csv", "rows": 1}
        assert event.actor is not None

    def test_the_chain_is_given_and_recorded(self, busy: Client, bob: User, signed_in: SignedIn) -> None:
        response = signed_in(bob).post(f"{A1}export/", {"as": "chain"})
        with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:  # type: ignore[call-overload]
            assert "among us" in archive.read("chain.jsonl").decode()
            assert {"verify.py", "anchors.jsonl", "README.txt"} <= set(archive.namelist())

    def test_a_client_admin_takes_the_chain_with_internal_entries_withheld(
        self, busy: Client, signed_in: SignedIn
    ) -> None:
        admin = make_user("Eve Ellis", "eve@alder.test")
        make_assignment(busy, admin, Role.CLIENT_ADMIN)
        response = signed_in(admin).post(f"{A1}export/", {"as": "chain"})
        with zipfile.ZipFile(io.BytesIO(b"".join(response))) as archive:  # type: ignore[call-overload]
            chain = archive.read("chain.jsonl").decode()
        assert "Autumn pack" in chain
        assert "among us" not in chain

    def test_others_of_the_client_may_not(self, busy: Client, carol: User, signed_in: SignedIn) -> None:
        browser = signed_in(carol)
        assert browser.post(f"{A1}export/", {"as": "csv"}).status_code == 403
        assert "Verifiable chain" not in text(browser, A1)

    def test_a_download_is_never_a_link(self, busy: Client, bob: User, signed_in: SignedIn) -> None:
        assert signed_in(bob).get(f"{A1}export/").status_code == 405

    def test_too_many_rows_are_refused_in_words(
        self, busy: Client, bob: User, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("portal.audit.tables.MOST_ROWS", 2)
        response = signed_in(bob).post(f"{A1}export/", {"as": "csv"}, follow=True)
        assert "Choose fewer days" in response.content.decode()
