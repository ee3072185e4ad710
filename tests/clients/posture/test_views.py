"""The pages: the same figures for both sides, nothing of another client, downloads on record."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clients.posture.actions import take_snapshot
from clients.posture.models import Waiver
from clients.workflows.models import Proposal
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.tenancy.models import Client
from tests.clients.posture.records import add_credential, add_export, add_workflow, day, today
from tests.clients.posture.test_actions import now, waive

pytestmark = pytest.mark.django_db

SignedIn = Callable[[User], Browser]
PAGES = [
    ("client_overview", {}),
    ("posture_list", {}),
    ("posture_how", {}),
    ("posture_export", {}),
    ("posture_control", {"control_id": "SEC-07"}),
]


def url(name: str, slug: str = "alder", **kwargs: Any) -> str:
    return reverse(name, kwargs={"client_slug": slug, **kwargs})


def page(browser: Browser, name: str, query: str = "", **kwargs: Any) -> str:
    response = browser.get(url(name, **kwargs) + query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


@pytest.mark.parametrize(("name", "kwargs"), PAGES)
def test_who_may_see_a_client_sees_its_pages_and_nobody_else(
    name: str,
    kwargs: dict[str, Any],
    signed_in: SignedIn,
    client_a1: Client,
    alice: User,
    bob: User,
    carol: User,
    dan: User,
) -> None:
    for person in (alice, bob, carol):
        assert signed_in(person).get(url(name, **kwargs)).status_code == 200
    assert signed_in(dan).get(url(name, **kwargs)).status_code == 404


@pytest.mark.parametrize(("name", "kwargs"), PAGES)
def test_another_client_of_the_practice_does_not_exist_for_them(
    name: str,
    kwargs: dict[str, Any],
    signed_in: SignedIn,
    client_a1: Client,
    client_a2: Client,
    bob: User,
    carol: User,
) -> None:
    for person in (bob, carol):
        assert signed_in(person).get(url(name, slug="birch", **kwargs)).status_code == 404


def test_the_overview_tells_the_share_the_areas_and_what_falls_due(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    add_credential(client_a1, alice, "Xero token", renewal_on=day(-2))
    add_credential(client_a1, alice, "Slack token", renewal_on=day(40))
    take_snapshot(client_a1, now().replace(year=now().year - 1))
    body = page(signed_in(alice), "client_overview")
    assert "Xero token is overdue since" in body
    assert "controls that these registers can prove" in body
    assert "1 overdue, 1 ahead" in body
    assert "Slack token" in body
    assert "?area=SEC" in body
    assert "unknown, nothing recorded" in body


def test_an_empty_client_shows_no_pass_and_says_what_will_come(
    signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    body = page(signed_in(alice), "client_overview")
    assert "0 of 18 controls that these registers can prove" in body
    assert "Nothing falls due in the next 90 days" in body
    assert "begins once there are two days of results" in body


def test_both_sides_see_the_same_figures_and_the_client_no_internal_row(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    add_credential(client_a1, alice, "Open key")
    add_credential(client_a1, alice, "Hidden key", owner=None, internal=True, renewal_on=day(3))
    ours, theirs = (page(signed_in(person), "posture_list") for person in (alice, carol))
    for body in (ours, theirs):
        assert "Hidden key" not in body
    figures = [re.findall(r"\d+ of \d+ pass|\d+ fail|\d+ unknown", body) for body in (ours, theirs)]
    assert figures[0] == figures[1] != []
    front = page(signed_in(carol), "client_overview")
    assert "Hidden key" not in front
    assert "Hidden key" in page(signed_in(alice), "client_overview")


def test_the_clients_people_have_their_own_front_page(
    in_a: object, signed_in: SignedIn, client_a1: Client, carol: User
) -> None:
    body = page(signed_in(carol), "client_overview")
    assert 'class="rail"' not in body
    assert "Alder &amp; Sons" in body
    assert "controls pass" in body


def test_a_control_names_its_failing_records_behind_links(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    key = add_credential(client_a1, alice, "Xero token", owner=None)
    body = page(signed_in(alice), "posture_control", control_id="SEC-07")
    assert f'href="{key.get_absolute_url()}"' in body
    assert "has no owner" in body
    assert "0 of 1 credential in order, 1 fails." in body
    assert "renewal_date &gt; today" in body
    assert "ISO/IEC 27001" in body
    assert "Record a waiver" in body
    assert "/incidents/log/?client=alder&amp;title=Promise%20not%20kept%3A%20" in body
    assert "&amp;source=SEC-07&amp;summary=0%20of%201%20credential" in body


def test_a_control_says_which_records_are_not_kept_yet(
    signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    body = page(signed_in(alice), "posture_control", control_id="ACC-04")
    assert "Nothing recorded: administrative systems are kept in no register yet." in body
    assert "Unknown" in body
    assert "Record a waiver" not in body
    assert "Promise%20not%20kept" not in body


@pytest.mark.parametrize("control_id", ["XYZ-01", "acc-01"])
def test_a_control_that_does_not_exist_is_not_found(
    control_id: str, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    for name in ("posture_control", "waiver_add"):
        assert signed_in(alice).get(url(name, control_id=control_id)).status_code == 404


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?area=SEC", "Scheduled rotation", "Role-based permissions"),
        ("?result=fail", "Credential register complete", "Scheduled rotation"),
        ("?q=rotation", "Scheduled rotation", "Role-based permissions"),
        ("?area=nonsense&result=nothing", "Role-based permissions", "No controls match"),
        ("?q=zzzz", "No controls match", "Scheduled rotation"),
    ],
)
def test_controls_are_narrowed_as_asked(
    query: str, shown: str, hidden: str, in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    add_credential(client_a1, alice, owner=None)
    body = page(signed_in(alice), "posture_list", query)
    assert shown in body
    assert hidden not in body


def test_the_download_holds_the_controls_and_is_on_record(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    add_credential(client_a1, alice, "=cmd()", owner=None)
    response = signed_in(alice).get(url("posture_export") + "?area=SEC")
    table = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    complete = next(row for row in table if row["Control"] == "SEC-07")
    assert len(table) == 10
    assert complete["Result"] == "Fails"
    assert complete["Failing records"] == "'=cmd() has no owner"
    event = AuditEvent.objects.get(action="posture.export")
    assert event.payload["changes"]["rows"] == 10
    workbook = signed_in(alice).get(url("posture_export") + "?as=xlsx")
    assert workbook.content.startswith(b"PK")


def test_a_waiver_is_recorded_and_ended_by_form(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    add_credential(client_a1, alice, owner=None)
    browser, until = signed_in(alice), day(30)
    data = {
        "reason": "The owner joins next month.",
        "approved_by": str(alice.pk),
        **{f"approved_on_{part}": str(getattr(today(), part)) for part in ("day", "month", "year")},
        **{f"until_on_{part}": str(getattr(until, part)) for part in ("day", "month", "year")},
    }
    response = browser.post(url("waiver_add", control_id="SEC-07"), data, follow=True)
    assert "Waived to" in response.content.decode()
    assert "The owner joins next month." in response.content.decode()
    waiver = Waiver.objects.get()
    browser.post(url("waiver_end", pk=waiver.pk), {"why": "It has an owner."})
    waiver.refresh_from_db()
    assert waiver.ended_by == alice


def test_a_secret_in_a_waiver_comes_back_empty(signed_in: SignedIn, client_a1: Client, alice: User) -> None:
    secret = "sk_live_51H8xYzKq2mNv7Rt4Wp9Lb3Jc6Df0Gs"
    body = signed_in(alice).post(url("waiver_add", control_id="SEC-07"), {"reason": secret}).content.decode()
    assert secret not in body
    assert "looks like a secret" in body


def test_waivers_are_written_by_people_who_keep_the_registers(
    in_a: object,
    signed_in: SignedIn,
    client_a1: Client,
    client_a2: Client,
    alice: User,
    bob: User,
    carol: User,
    dan: User,
) -> None:
    theirs = waive(client_a2, alice)
    ours = waive(client_a1, alice)
    add = url("waiver_add", control_id="SEC-07")
    assert signed_in(carol).get(add).status_code == 403
    assert signed_in(carol).post(url("waiver_end", pk=ours.pk), {"why": "x"}).status_code == 403
    assert signed_in(bob).get(add).status_code == 200
    assert signed_in(bob).post(url("waiver_end", pk=theirs.pk), {"why": "x"}).status_code == 404
    assert signed_in(dan).get(add).status_code == 404
    ours.refresh_from_db()
    assert ours.ended_at is None


def test_proposals_wait_beside_posture_for_the_practice_alone(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    export = add_export(client_a1, add_workflow(client_a1, alice, "Invoice sync"))
    Proposal.objects.create(
        practice_id=client_a1.practice_id,
        client=client_a1,
        internal=True,
        export=export,
        register="credentials",
        kind="new",
        key="credential:1",
        name="Stripe key",
    )
    assert "Proposals" in page(signed_in(alice), "client_overview")
    assert "1 for the registers" in page(signed_in(alice), "client_overview")
    assert "Proposals" not in page(signed_in(carol), "client_overview")


def test_the_overview_costs_the_same_with_thirty_records(
    in_a: object, signed_in: SignedIn, client_a1: Client, client_a2: Client, alice: User
) -> None:
    for client, number in ((client_a1, 1), (client_a2, 30)):
        for i in range(number):
            add_credential(client, alice, f"key {i}")
    browser = signed_in(alice)
    costs = []
    for slug in ("alder", "birch"):
        browser.get(url("client_overview", slug=slug))
        with CaptureQueriesContext(connection) as seen:
            browser.get(url("client_overview", slug=slug))
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 60
