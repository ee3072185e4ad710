"""The page of support, and writing it down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.engagements.models import SupportScope
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.clients.engagements.made import agree

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
PAGE, EDIT = "/c/alder/support/", "/c/alder/support/edit/"
POSTED = {
    "tier": "growth",
    "sev1_target": "4 hours",
    "sev2_target": "Next business day",
    "sev3_target": "monthly backlog",
    "sev4_target": "",
    "calendar": "clock",
    "opens_at": "09:00",
    "closes_at": "17:30",
    "log_retention_days": "180",
    "channel": "slack",
    "channel_name": "#alder-support",
    "post_mortem_from": "resolution",
    "post_mortem_for": "every",
    "agreed_on_day": "3",
    "agreed_on_month": "2",
    "agreed_on_year": "2026",
    "agreed_with": "Carol Clarke",
}


def body(browser: Browser, address: str = PAGE) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_without_an_agreement_the_page_says_how_to_begin(
    signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    assert "?tier=growth" in body(signed_in(alice))
    theirs = body(signed_in(carol))
    assert "What was agreed about support will stand here" in theirs
    assert "?tier=growth" not in theirs


def test_the_hours_to_tell_of_a_breach_are_written_down_with_where_they_are_agreed(
    signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    browser = signed_in(alice)
    asked = browser.post(EDIT, {**POSTED, "breach_notice_hours": "48"}).content.decode()
    assert "Enter where the hours are agreed" in asked
    browser.post(EDIT, {**POSTED, "breach_notice_hours": "48", "breach_notice_source": "DPA, clause 8.2"})
    assert "Within 48 hours of our knowing, by DPA, clause 8.2" in body(signed_in(carol))
    browser.post(EDIT, {**POSTED, "version": "1"})
    assert "Without undue delay: no hours are agreed" in body(browser)


def test_a_tier_fills_the_form_with_what_it_proposes(
    signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    shown = body(signed_in(alice), f"{EDIT}?tier=scale")
    assert 'value="1 hour"' in shown
    assert 'value="365"' in shown
    assert not SupportScope.objects.exists()


def test_what_is_sent_is_written_down_and_shown_to_both_sides(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    answer = signed_in(alice).post(EDIT, POSTED)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    scope = SupportScope.objects.get()
    assert (scope.sev1_target, scope.sev2_target, scope.sev3_target, scope.sev4_target) == (
        "PT4H",
        "next_business_day",
        "monthly_backlog",
        "",
    )
    for person in (alice, carol):
        shown = body(signed_in(person))
        for words in (
            "4 hours",
            "Next business day",
            "Not agreed",
            "180 days",
            "#alder-support",
            "09:00 to 17:30",
        ):
            assert words in shown, words


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("sev1_target", "soon", "Write a time such as 4 hours"),
        ("tier", "", "Choose the tier"),
        ("closes_at", "08:00", "Support must close after it opens"),
        ("closes_at", "half past five", "Write the hour as 09:00"),
        ("log_retention_days", "-1", "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_agreed_is_said_at_its_field(
    signed_in: SignedIn, client_a1: Client, alice: User, field: str, value: str, words: str
) -> None:
    answer = signed_in(alice).post(EDIT, {**POSTED, field: value})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not SupportScope.objects.exists()


def test_somebody_elses_change_in_between_is_not_lost(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice)
    agree(client_a1, alice, "scale")
    answer: Any = signed_in(alice).post(EDIT, {**POSTED, "version": "1"})
    assert "Somebody changed this since you opened it" in answer.content.decode()
    assert SupportScope.objects.get().tier == "scale"
    assert signed_in(alice).post(EDIT, {**POSTED, "version": "2"}).status_code == 302
    assert SupportScope.objects.get().tier == "growth"


def test_the_clients_people_change_nothing_here(signed_in: SignedIn, client_a1: Client, carol: User) -> None:
    assert signed_in(carol).get(EDIT).status_code == 403
    assert signed_in(carol).post(EDIT, POSTED).status_code == 403


def test_a_long_history_costs_as_many_queries_as_a_short_one(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    costs = []
    browser = signed_in(alice)
    for days in (100, 200, 300, 400):
        agree(client_a1, alice, log_retention_days=days)
        with CaptureQueriesContext(connection) as seen:
            body(browser)
        costs.append(len(seen))
    assert costs[1] == costs[-1]
