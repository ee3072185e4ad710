"""Figures on the pages: equal to the tables, of what the filters are about, of one client for its people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from incidents.response.models import Incident
from incidents.response.pages import listing
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.tenancy.models import Client
from tests.incidents.response.figures.recorded import expected, record, row, told
from tests.incidents.response.made import NOW

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]


@pytest.fixture(autouse=True)
def _at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are opened at the instant at which the rows were made."""
    for name in ("views.annual", "pages.listing"):
        monkeypatch.setattr(f"incidents.response.{name}.timezone.now", lambda: NOW)


def context(browser: Browser, address: str) -> Any:
    response = browser.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.context


def recent(rows: list[Incident]) -> list[Incident]:
    """Those of twelve months: from the first of last December on."""
    return [each for each in rows if each.detected_at >= datetime(2025, 12, 1, tzinfo=NOW.tzinfo)]


def without_measures(wanted: dict[str, Any]) -> dict[str, Any]:
    return {**wanted, "promises": {key: n for key, n in wanted["promises"].items() if key[0] != "measure"}}


def test_the_figures_over_the_list_equal_the_tables(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User
) -> None:
    one, two = record(client_a1, alice), record(client_a2, alice, first=50)
    browser = signed_in(alice)
    shown = context(browser, "/incidents/")["figures"].figures
    assert told(shown) == expected(recent(one + two), NOW)
    assert told(context(browser, "/incidents/?client=birch")["figures"].figures) == expected(recent(two), NOW)
    third = [each for each in recent(one + two) if each.severity == "SEV3"]
    assert told(context(browser, "/incidents/?severity=SEV3")["figures"].figures) == expected(third, NOW)
    assert told(context(browser, "/c/alder/incidents/")["figures"].figures) == expected(recent(one), NOW)


def test_the_figures_follow_the_days_asked_for_and_not_the_state(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    rows = record(client_a1, alice)
    browser = signed_in(alice)
    lately = [each for each in rows if each.detected_at >= NOW - timedelta(days=30)]
    found = context(browser, "/incidents/?within=30")["figures"]
    assert told(found.figures) == expected(lately, NOW)
    assert found.of == "of 2 incidents, detected since 20 October 2026, open or closed"
    for state in ("closed", "all", "open"):
        assert told(context(browser, f"/incidents/?state={state}")["figures"].figures) == expected(
            recent(rows), NOW
        )
    assert context(browser, "/incidents/?severity=SEV1&client=alder&q=alder")["figures"].of == (
        "of 1 incident of Alder & Sons, SEV1 Critical, with “alder”, detected since 1 December 2025, open or closed"
    )


def test_a_swap_of_the_list_brings_its_figures_along(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    record(client_a1, alice)
    part = signed_in(alice).get(
        "/incidents/?severity=SEV1", HTTP_HX_REQUEST="true", HTTP_HX_TARGET="incidents"
    )
    said = part.content.decode()
    assert "<html" not in said
    assert "SEV1 Critical, detected since" in said


def test_of_very_many_incidents_the_figures_are_counted_when_asked_for(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_FIGURED", 3)
    rows = record(client_a1, alice)
    browser = signed_in(alice)
    found = context(browser, "/incidents/?state=all")
    assert "figures" not in found
    asked = context(browser, "/incidents/" + found["figures_all"])
    assert told(asked["figures"].figures) == expected(recent(rows), NOW)
    assert "figures" in context(browser, "/incidents/?severity=SEV1")


def test_the_page_says_the_numbers_and_what_they_mean(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    record(client_a1, alice)
    said = signed_in(alice).get("/c/alder/incidents/year/").content.decode()
    for words in (
        "Incidents of the last 12 months", "Drills never count.", "not resolved", "No target agreed",
        "Bar chart: 4 incidents", "First response", "Client updates", "Post-mortem within 48 hours", "Measures",
        "alder 1", "uk-gdpr-art-34", "The client’s own",
    ):  # fmt: skip
        assert words in said, words
    assert "alder 6" not in said, "drills are not listed"


def test_the_clients_people_see_their_own_year_without_what_is_internal(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, carol: User
) -> None:
    rows = record(client_a1, alice)
    browser = signed_in(carol)
    before = context(browser, "/c/alder/incidents/year/")["figures"]
    record(client_a2, alice, first=50)
    after = browser.get("/c/alder/incidents/year/")
    assert after.context["figures"] == before
    assert told(before.figures) == without_measures(expected(recent(rows), NOW))
    assert "birch" not in after.content.decode()
    assert "Measures" not in after.content.decode()
    listed = told(context(browser, "/c/alder/incidents/")["figures"].figures)
    assert listed == without_measures(expected(recent(rows), NOW))
    assert browser.get("/c/birch/incidents/year/").status_code == 404
    assert browser.get("/incidents/year/").status_code == 404
    assert browser.get("/incidents/year/2026/").status_code == 404


def test_years_lead_to_each_other_and_none_lies_ahead(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    rows = record(client_a1, alice)
    browser = signed_in(alice)
    this = context(browser, "/c/alder/incidents/year/2026/")
    assert (this["years"].before, this["years"].after) == ("/c/alder/incidents/year/2025/", "")
    assert told(this["figures"].figures)["incidents"] == sum(
        each.detected_at.year == 2026 and not each.drill for each in rows
    )
    last = context(browser, this["years"].before)
    assert last["years"].after == "/c/alder/incidents/year/2026/"
    assert [each.number for each in last["found"].incidents] == [5]
    for wrong in ("2027", "1999", "20266"):
        assert browser.get(f"/c/alder/incidents/year/{wrong}/").status_code == 404
        assert browser.get(f"/incidents/year/{wrong}/").status_code == 404
        assert browser.get(f"/c/alder/incidents/year/export/?year={wrong}").status_code == 404


def test_the_table_of_all_clients_has_a_line_a_client_as_its_own_page_says(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, bob: User
) -> None:
    record(client_a1, alice)
    row(client_a2, 60, "SEV2", NOW, alice)
    browser = signed_in(alice)
    own = context(browser, "/c/alder/incidents/year/")["figures"].figures
    table = context(browser, "/incidents/year/")["table"]
    alder, birch = ([cell.value for cell in each.cells] for each in table.rows)
    promised = own.promised
    assert alder == [
        "Alder & Sons", "4", "1", "0", "2", "1", "3\u00a0h", "6\u00a0h",
        str(promised.kept), str(promised.late), str(promised.running),
    ]  # fmt: skip
    assert birch == ["Birch Clinic", "1", "0", "1", "0", "0", "–", "–", "0", "0", "0"]
    assert [each.cells[0].value for each in context(signed_in(bob), "/incidents/year/")["table"].rows] == [
        "Alder & Sons"
    ]


def test_the_file_of_a_client_holds_each_incident_with_its_promises(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, carol: User
) -> None:
    record(client_a1, alice)
    record(client_a2, alice, first=50)
    browser = signed_in(alice)
    response = browser.get("/c/alder/incidents/year/export/")
    found = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert [each["What"] for each in found] == ["alder 1", "alder 2", "alder 3", "alder 4"]
    one = found[0]
    assert (one["Minutes to acknowledge"], one["Minutes to resolve"]) == ("60", "300")
    assert (one["First response"], one["Client update"], one["Measure"]) == ("In time", "Late", "Late")
    assert (found[1]["First response"], found[3]["First response"]) == ("Late", "")
    assert 'filename="alder-incidents-twelve-months.csv"' in response["Content-Disposition"]
    book = load_workbook(
        io.BytesIO(browser.get("/c/alder/incidents/year/export/?year=2025&format=xlsx").content)
    )
    assert [line[1] for line in book.active.iter_rows(values_only=True)] == ["What", "alder 5"]
    assert AuditEvent.objects.filter(payload__action="incident.export").count() == 2
    theirs = signed_in(carol).get("/c/alder/incidents/year/export/").content.decode("utf-8-sig")
    assert [each["Measure"] for each in csv.DictReader(io.StringIO(theirs))] == ["", "", "", ""]


def test_the_file_over_all_clients_holds_a_line_a_client(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User
) -> None:
    record(client_a1, alice)
    data = signed_in(alice).get("/incidents/year/export/").content.decode("utf-8-sig")
    alder, birch = csv.DictReader(io.StringIO(data))
    assert (alder["Client"], alder["Incidents"], alder["SEV3"], alder["Acknowledged"]) == (
        "Alder & Sons",
        "4",
        "2",
        "3",
    )
    assert (alder["Median minutes to acknowledge"], alder["Without an agreed first response"]) == ("180", "1")
    assert (birch["Incidents"], birch["Median minutes to acknowledge"], birch["Promises kept"]) == (
        "0",
        "",
        "0",
    )


@pytest.mark.parametrize(
    "address",
    [
        "/incidents/",
        "/c/alder/incidents/",
        "/incidents/year/",
        "/c/alder/incidents/year/",
        "/incidents/year/export/",
    ],
)
def test_a_page_with_figures_asks_as_much_for_many_incidents_as_for_few(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, address: str
) -> None:
    browser = signed_in(alice)
    counts = []
    for first in (1, 20):
        record(client_a1, alice, first)
        record(client_a2, alice, first + 50)
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_without_incidents_the_pages_say_so(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    browser = signed_in(alice)
    said = browser.get("/c/alder/incidents/year/2026/").content.decode()
    assert "No incidents in this time" in said
    assert "No clock of the law ran" in said
    listed = browser.get("/incidents/").content.decode()
    assert "no incident was detected since" in listed
    assert "Promises kept" not in listed
