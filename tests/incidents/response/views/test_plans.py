"""The pages of a plan: what each side sees, the editor, the approval in writing, the file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client as Browser
from django.urls import reverse

from clients.engagements.actions.support import agree_support
from incidents.response.models import ResponsePlan
from incidents.response.plans.actions import offer_plan
from incidents.response.plans.queries import plan_in_force
from portal.accounts.models import User
from portal.documents import tasks
from portal.tenancy.models import Client
from tests.incidents.response.plans.made import approved, ready, written

pytestmark = pytest.mark.django_db
PAGE = "/c/alder/response-plan/"


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


def body(browser: Browser, url: str = PAGE) -> str:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_gaps_are_said_with_where_they_are_closed(
    in_a: object, client_a1: Client, bob: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    page = body(signed_in(bob))
    for words, name in (("No support is agreed", "support_edit"), ("has no contact", "contact_list")):
        assert words in page
        assert reverse(name, kwargs={"client_slug": "alder"}) in page
    theirs = body(signed_in(carol))
    assert "No response plan is agreed yet" in theirs
    assert "No support is agreed" not in theirs


def test_the_plan_in_force_stands_as_it_was_approved_with_what_changed_since(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice, now(), changes="The first one")
    assert "Changed since it was approved" not in body(signed_in(bob))
    agree_support(client_a1, {"sev1_target": "PT2H"}, by=alice)
    for person in (bob, carol):
        page = body(signed_in(person))
        assert "The response target for SEV1 was 4 hours and is 2 hours." in page
        for words in (
            "<strong>order intake</strong>",
            "Alice Archer",
            "The first one",
            "Backup practice",
            "4 hours",
        ):
            assert words in page
        assert "<b>Changed since it was approved</b>" in page
    assert "Write the next version" in body(signed_in(bob))
    assert "plan/edit" not in body(signed_in(carol))


def test_a_person_of_the_client_reads_and_approves_what_was_offered(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    ready(client_a1, alice)
    plan = written(client_a1, bob, now(), text="Our own words.")
    browser, address = (
        signed_in(carol),
        reverse("plan_approve", kwargs={"client_slug": "alder", "version": 1}),
    )
    assert browser.get(address).status_code == 404
    assert signed_in(bob).get(address).status_code == 403, "a consultant writes, and does not approve"
    offer_plan(plan, by=bob, now=now())
    assert "Read and approve" in body(browser)
    answer = browser.get(address)
    assert "Our own words." in answer.content.decode()
    seen = answer.context["form"].initial["seen"]
    refused = browser.post(address, {"name": "", "note": "", "seen": seen})
    assert "Enter your name" in refused.content.decode()
    done = browser.post(address, {"name": "C. Clarke", "note": "", "seen": seen})
    assert done.url == PAGE
    assert plan_in_force(client_a1).approved_as == "C. Clarke"
    assert "C. Clarke" in body(browser)


def test_the_author_is_told_that_somebody_else_approves(
    in_a: object, client_a1: Client, alice: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    ready(client_a1, alice)
    plan = offer_plan(written(client_a1, alice, now()), by=alice, now=now())
    address = reverse("plan_approve", kwargs={"client_slug": "alder", "version": plan.version})
    assert "somebody other than its author" in body(signed_in(alice), address)


def test_the_editor_saves_previews_and_minds_who_was_faster(
    in_a: object, client_a1: Client, bob: User, alice: User, signed_in: Callable[[User], Browser]
) -> None:
    browser, address = signed_in(bob), PAGE + "edit/"
    values = {
        "text": "**Call** first.",
        "our_role": "processor",
        "jurisdictions": ["GB"],
        "changes": "",
        "version": "0",
    }
    preview = browser.post(address, {**values, "preview": "1"})
    assert "<strong>Call</strong> first." in preview.content.decode()
    assert not ResponsePlan.objects.exists()
    autosave = {"X-Autosave": "yes"}
    assert browser.post(address, values, headers=autosave).json() == {"ok": True, "version": 1, "hints": []}
    assert browser.post(address, values, headers=autosave).status_code == 409
    conflict = browser.post(address, {**values, "text": "Mine."})
    page = conflict.content.decode()
    assert (conflict.status_code, "**Call** first." in page, "Mine." in page) == (409, True, True)
    assert browser.post(address, {**values, "text": "Mine.", "version": "1"}).url == PAGE
    assert ResponsePlan.objects.get().text == "Mine."
    assert (
        browser.post(address, {**values, "our_role": "", "version": "2"}, headers=autosave).status_code == 400
    )


def test_offering_with_gaps_says_why_not(
    in_a: object, client_a1: Client, bob: User, signed_in: Callable[[User], Browser]
) -> None:
    written(client_a1, bob, now())
    answer = signed_in(bob).post(PAGE + "1/offer/", follow=True)
    assert "Before it can be offered" in answer.content.decode()


def test_a_version_stays_to_be_read_and_printed(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice, now() - timedelta(days=1), text="The old way.")
    approved(client_a1, bob, alice, now(), text="The new way.")
    browser = signed_in(carol)
    front = body(browser)
    assert "The new way." in front
    assert "The old way." not in front
    assert PAGE + "1/" in front
    assert "The old way." in body(browser, PAGE + "1/")
    assert "/documents/" in browser.get(PAGE + "1/pdf/").url
    assert "/documents/" in browser.post(PAGE + "1/print/").url
    assert browser.get(PAGE + "9/").status_code == 404


def test_the_page_costs_the_same_however_many_versions(
    in_a: object, client_a1: Client, alice: User, bob: User, signed_in: Callable[[User], Browser],
    django_assert_max_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    ready(client_a1, alice)
    approved(client_a1, bob, alice, now() - timedelta(days=9))
    browser = signed_in(bob)
    with django_assert_max_num_queries(200) as first:
        body(browser)
    for days in (8, 7, 6):
        approved(client_a1, bob, alice, now() - timedelta(days=days))
    with django_assert_max_num_queries(len(first)):
        body(browser)
