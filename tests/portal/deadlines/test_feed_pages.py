"""The page of one's own calendars: make, see the address once, give a new one, end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from portal.accounts.models import User
from portal.deadlines.feeds import actions
from portal.deadlines.models import CalendarFeed
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of

pytestmark = pytest.mark.django_db
Page = Callable[[User], Browser]
ADDRESS = re.compile(r'value="(http://127\.0\.0\.1:8000(/calendar/[\w-]{65}\.ics))"')


def test_a_calendar_is_made_and_its_address_shown_once(
    alice: User, client_a1: Client, signed_in: Page, in_a: Any
) -> None:
    browser = signed_in(alice)
    text = browser.post("/account/calendar/make/", {"calendar": "alder"}).content.decode()
    match = ADDRESS.search(text)
    assert match is not None
    assert f"webcal://127.0.0.1:8000{match[2]}" in text
    assert Browser().get(match[2]).status_code == 200
    assert CalendarFeed.objects.get().client == client_a1
    again = browser.get("/account/calendar/").content.decode()
    assert "Alder &amp; Sons" in again
    assert ADDRESS.search(again) is None


def test_a_second_one_of_the_same_is_refused_in_words(alice: User, signed_in: Page) -> None:
    browser = signed_in(alice)
    browser.post("/account/calendar/make/", {"calendar": "own"})
    text = browser.post("/account/calendar/make/", {"calendar": "own"}).content.decode()
    assert "There is such a calendar already" in text
    assert ADDRESS.search(text) is None


def test_people_of_a_client_are_offered_their_clients_alone(
    carol: User, client_a2: Client, signed_in: Page
) -> None:
    browser = signed_in(carol)
    text = browser.get("/account/calendar/").content.decode()
    assert "Your own deadlines" not in text
    assert "Birch" not in text
    for wrong in ("own", "birch"):
        answer = browser.post("/account/calendar/make/", {"calendar": wrong})
        assert "Select a valid choice" in answer.content.decode()
    assert ADDRESS.search(browser.post("/account/calendar/make/", {"calendar": "alder"}).content.decode())


def test_a_new_address_and_an_end(alice: User, signed_in: Page, in_a: Any) -> None:
    browser = signed_in(alice)
    first = ADDRESS.search(browser.post("/account/calendar/make/", {"calendar": "own"}).content.decode())
    pk = CalendarFeed.objects.get().pk
    second = ADDRESS.search(browser.post(f"/account/calendar/{pk}/renew/").content.decode())
    assert first is not None
    assert second is not None
    assert Browser().get(first[2]).status_code == 404
    assert Browser().get(second[2]).status_code == 200
    assert browser.post(f"/account/calendar/{pk}/end/").status_code == 302
    assert Browser().get(second[2]).status_code == 404
    assert not CalendarFeed.objects.exists()


def test_somebody_elses_calendar_does_not_exist(alice: User, bob: User, signed_in: Page) -> None:
    with enter(scope_of(alice), switch=True):
        feed, token = actions.make_feed(by=alice, client=None, now=timezone.now())
    browser = signed_in(bob)
    for verb in ("renew", "end"):
        assert browser.post(f"/account/calendar/{feed.pk}/{verb}/").status_code == 404
    assert Browser().get(f"/calendar/{token}.ics").status_code == 200


def test_an_address_is_given_only_right_after_a_second_factor(
    alice: User, signed_in: Page, settings: Any, in_a: Any
) -> None:
    browser = signed_in(alice)
    settings.STEP_UP_SECONDS = -1
    answer = browser.post("/account/calendar/make/", {"calendar": "own"})
    assert answer["Location"].startswith("/account/confirm-it-is-you/")
    assert not CalendarFeed.objects.exists()


def test_a_page_of_a_client_leads_to_its_calendar(alice: User, client_a1: Client, signed_in: Page) -> None:
    browser = signed_in(alice)
    assert 'href="/account/calendar/?client=alder"' in browser.get("/c/alder/deadlines/").content.decode()
    text = browser.get("/account/calendar/?client=alder").content.decode()
    assert re.search(r'<option value="alder" selected>', text)


def test_the_page_is_kept_by_nobody(alice: User, signed_in: Page) -> None:
    answer = signed_in(alice).post("/account/calendar/make/", {"calendar": "own"})
    assert "no-store" in answer["Cache-Control"]
