"""The pages of incidents: the minute in which one is logged, the page of one, the lists, and who sees what."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from incidents.response import actions
from incidents.response.models import Incident, TimelineEntry, Update
from incidents.response.pages.panels import find
from incidents.response.timeline_actions import add_entry
from portal.accounts.models import User
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import agree, fresh, opened

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
PAGE = "/c/alder/incidents/1/"


def now() -> datetime:
    return datetime.now(UTC)


def body(browser: Browser, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


def when(at: datetime) -> dict[str, str]:
    """An instant as the forms post it, in London."""
    return {
        "day_day": str(at.day),
        "day_month": str(at.month),
        "day_year": str(at.year),
        "clock": f"{at:%H:%M}",
    }


def test_client_what_and_severity_are_enough_to_log_an_incident(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User
) -> None:
    browser = signed_in(alice)
    assert "Log an incident" in body(browser, "/")
    asked = {
        "client": str(client_a1.pk),
        "title": "Invoices went out twice",
        "severity": "SEV2",
        **when(now()),
    }
    response = browser.post("/incidents/log/", asked)
    assert response.status_code == 302, response.context["form"].errors
    assert response.url == PAGE
    incident = Incident.objects.get()
    assert (incident.client, incident.logged_by, incident.drill) == (client_a1, alice, False)


def test_an_incident_that_hit_several_clients_is_logged_once(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, bob: User
) -> None:
    asked = {"client": str(client_a1.pk), "title": "The host is down", "severity": "SEV1", "also": ["birch"]}
    assert signed_in(alice).post("/incidents/log/", {**asked, **when(now())}).status_code == 302
    assert {row.client for row in Incident.objects.all()} == {client_a1, client_a2}
    assert "Birch Clinic" in body(signed_in(alice), PAGE)
    assert "Birch Clinic" not in body(signed_in(bob), PAGE)


def test_nobody_logs_for_a_client_out_of_reach(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, bob: User, carol: User
) -> None:
    asked = {"client": str(client_a2.pk), "title": "Not mine", "severity": "SEV1", **when(now())}
    assert signed_in(bob).post("/incidents/log/", asked).status_code == 200
    assert signed_in(carol).get("/incidents/log/").status_code == 404
    assert signed_in(carol).get("/c/alder/incidents/log/").status_code == 403
    assert not Incident.objects.exists()


def test_the_form_is_prefilled_by_its_address(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User
) -> None:
    shown = body(signed_in(alice), "/incidents/log/?client=alder&title=Run+failed&severity=SEV3")
    assert 'value="Run failed"' in shown
    assert f'value="{client_a1.pk}" selected' in shown


def test_the_page_shows_phases_clocks_and_the_timeline(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, "growth")
    incident = opened(client_a1, alice, "SEV1", now())
    add_entry(incident, "Between us", at=now(), by=alice, now=now(), internal=True)
    shown = body(signed_in(alice), PAGE)
    for words in (
        "Detection", "Name the incident lead.", "First response", "left of 4 hours", "Acknowledge",
        "2 events, 1 shown to the client", "Between us", "SEV1 Critical", "nobody has taken it up",
    ):  # fmt: skip
        assert words in shown, words


def test_the_clients_people_read_their_own_part_without_what_is_internal(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, carol: User
) -> None:
    incident = actions.open_incident(
        [client_a1, client_a2], title="The host is down", severity="SEV1", by=alice, now=now()
    )[0]
    add_entry(incident, "Between us", at=now(), by=alice, now=now(), internal=True)
    browser = signed_in(carol)
    shown = body(browser, PAGE)
    assert "The host is down" in shown
    for hidden in (
        "Between us",
        "Birch",
        "shown to the client",
        "Acknowledge<",
        "Add to timeline",
        "Also hit",
    ):
        assert hidden not in shown, hidden
    assert "The host is down" in body(browser, "/c/alder/incidents/")
    for verb in ("acknowledge/", "close/"):
        assert browser.post(PAGE + verb).status_code == 403
    for verb in ("edit/", "timeline/add/", "update/", "severity/", "people/", "records/", "clients/"):
        assert browser.get(PAGE + verb).status_code == 403


def test_a_drill_is_not_there_for_the_clients_people(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    opened(client_a1, alice, "SEV1", now(), drill=True)
    assert signed_in(carol).get(PAGE).status_code == 404
    assert "Duplicate invoices" not in body(signed_in(carol), "/c/alder/incidents/?state=all")
    assert "DRILL-0001" in body(signed_in(alice), PAGE)
    assert "DRILL-0001" not in body(signed_in(alice), "/incidents/")
    assert "DRILL-0001" in body(signed_in(alice), "/incidents/?drill=only")


def test_an_incident_is_walked_from_the_report_to_the_end(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice, "SEV3", now() - timedelta(hours=2))
    browser = signed_in(alice)

    def post(verb: str, values: dict[str, Any] | None = None) -> None:
        response = browser.post(PAGE + verb, values or {})
        assert response.status_code == 302, response.context["form"].errors

    post("acknowledge/")
    at = now() - timedelta(minutes=30)
    post("record/contained_at/", {**when(at), "words": "The step is off."})
    post("record/resolved_at/", {**when(at), "words": "214 runs were repeated."})
    post("record/resolved_at/", {**when(at - timedelta(minutes=5)), "why": "Read from the log"})
    post("severity/", {"severity": "SEV2", "why": "Customers were affected"})
    post("people/", {"lead": str(alice.pk), "scribe": str(alice.pk)})
    post("timeline/add/", {"words": "Margaret rang.", "said_by": "Margaret Hale", **when(at)})
    post("update/", {"known": "It is repaired.", "how": "send", **when(now())})
    post("update/", {"known": "It is repaired.", "how": "told", "channel": "Telephone", **when(at)})
    row = fresh(incident)
    assert (row.status, row.severity, row.lead) == ("resolved", "SEV2", alice)
    assert [each.sent_elsewhere for each in Update.objects.order_by("pk")] == [False, True]
    browser.post(PAGE + "close/")
    assert fresh(incident).closed_at is None
    shown = body(browser, PAGE)
    assert "Before it can be closed" in shown
    assert "Post-mortem to the client" in shown
    post("reopen/", {"why": "It came back"})
    assert fresh(incident).status == "investigating"


def test_an_entry_is_corrected_on_its_own_page(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV3", now() - timedelta(hours=1))
    entry = add_entry(incident, "12 runs failed", at=now() - timedelta(minutes=9), by=alice, now=now())
    browser = signed_in(alice)
    page = f"{PAGE}timeline/{entry.pk}/correct/"
    posted = {"words": "14 runs failed", "why": "Counted again", **when(entry.at)}
    assert browser.post(page, posted).status_code == 302
    shown = body(browser, PAGE)
    assert "14 runs failed" in shown
    assert "corrected later" in shown
    opened(client_a2, alice)
    assert browser.get(page.replace("alder/incidents/1", "birch/incidents/2")).status_code == 404


def test_who_was_slower_sees_what_was_changed_and_may_save_again(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV3", now())
    browser = signed_in(alice)
    mine = {
        "version": incident.version, "title": incident.title, "summary": "Mine", "personal_data": "no",
        "our_role": "processor", "high_risk": "no",
    }  # fmt: skip
    actions.edit_facts(incident, {"summary": "Theirs"}, by=alice, now=now())
    response = browser.post(PAGE + "edit/", mine)
    assert response.status_code == 200
    assert "Somebody changed this incident" in response.content.decode()
    assert "Theirs" in response.content.decode()
    again = {**mine, "version": response.context["form"]["version"].value()}
    assert browser.post(PAGE + "edit/", again).status_code == 302
    assert fresh(incident).summary == "Mine"


def test_another_client_is_added_only_from_ones_own_reach(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, bob: User
) -> None:
    opened(client_a1, alice, "SEV3", now())
    assert "Birch" not in body(signed_in(bob), PAGE + "clients/")
    assert signed_in(alice).post(PAGE + "clients/", {"client": str(client_a2.pk)}).status_code == 302
    assert Incident.objects.filter(client=client_a2, number=1).exists()


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", {"Small", "Big"}),
        ("?severity=SEV1", {"Big"}),
        ("?client=birch", {"Big"}),
        ("?q=small", {"Small"}),
        ("?q=INC-0002", {"Big"}),
        ("?state=all", {"Small", "Big", "Over"}),
        ("?state=closed", {"Over"}),
        ("?within=30", {"Small", "Big"}),
        ("?sort=client", {"Small", "Big"}),
    ],
)
def test_the_list_is_narrowed_by_its_filters(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, query: str,
    seen: set[str],
) -> None:  # fmt: skip
    opened(client_a1, alice, "SEV3", now(), title="Small")
    opened(client_a2, alice, "SEV1", now(), title="Big")
    over = opened(client_a1, alice, "SEV4", now() - timedelta(days=40), title="Over")
    Incident.objects.filter(pk=over.pk).update(
        resolved_at=now() - timedelta(days=39), closed_at=now() - timedelta(days=38), status="closed"
    )
    rows = signed_in(alice).get(f"/incidents/{query}").context["table"].rows
    assert {row.cells[0].value for row in rows} == seen


@pytest.mark.parametrize(
    ("query", "seen"), [("", {"Small", "Over"}), ("?state=unclosed", {"Small"}), ("?state=closed", {"Over"})]
)
def test_the_clients_people_see_what_is_over_too(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User, query: str, seen: set[str]
) -> None:
    opened(client_a1, alice, "SEV3", now(), title="Small")
    over = opened(client_a1, alice, "SEV4", now() - timedelta(days=40), title="Over")
    Incident.objects.filter(pk=over.pk).update(
        resolved_at=now() - timedelta(days=39), closed_at=now() - timedelta(days=38), status="closed"
    )
    rows = signed_in(carol).get(f"/c/alder/incidents/{query}").context["table"].rows
    assert {row.cells[0].value for row in rows} == seen


def test_the_file_holds_the_rows_of_the_list(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, carol: User
) -> None:
    opened(client_a1, alice, "SEV3", now(), title="Small")
    opened(client_a2, alice, "SEV1", now(), title="Big")
    found = signed_in(alice).get("/incidents/export/?severity=SEV1").content.decode()
    assert "Big" in found
    assert "Small" not in found
    assert "Big" not in signed_in(carol).get("/c/alder/incidents/export/").content.decode()
    assert signed_in(alice).get("/incidents/export/?format=xlsx").content[:2] == b"PK"


@pytest.mark.parametrize("address", ["/incidents/", "/c/alder/incidents/"])
def test_a_list_asks_as_much_for_three_incidents_as_for_one(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, address: str
) -> None:
    browser = signed_in(alice)
    counts = []
    for more in (1, 2):
        for _ in range(more):
            actions.acknowledge(opened(client_a1, alice, "SEV1", now()), by=alice, now=now())
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_page_asks_as_much_for_many_entries_as_for_few(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice, "SEV1", now())
    browser, counts = signed_in(alice), []
    for more in (1, 5):
        for number in range(more):
            add_entry(incident, f"Entry {number}", at=now(), by=alice, now=now())
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            browser.get(PAGE)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_secret_typed_into_the_timeline_is_refused(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    opened(client_a1, alice, "SEV1", now() - timedelta(hours=1))
    key = "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc"
    response = signed_in(alice).post(
        PAGE + "timeline/add/", {"words": f"The key {key} leaked", **when(now())}
    )
    assert response.status_code == 200
    assert key not in response.content.decode()
    assert not TimelineEntry.objects.filter(text__contains="leaked").exists()


def test_incidents_are_found_by_words_and_by_reference(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User, carol: User
) -> None:
    opened(client_a2, alice, "SEV1", now(), title="Ledger is down")
    assert "INC-0001 Ledger is down" in body(signed_in(alice), "/search/?q=INC-0001")
    with enter(scope_of(carol), switch=True):
        assert find(access_of(carol, now()), "ledger") == []
