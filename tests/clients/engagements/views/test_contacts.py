"""The escalation path on its page: who may do what, and what is missing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from clients.engagements.models import Contact
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.clients.engagements.made import add, day, today

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
PAGE = "/c/alder/contacts/"
POSTED = {"position": "1", "name": "Ann Ash", "role": "Director", "email": "ann@alder.test", "phone": ""}


def body(browser: Browser, address: str = PAGE) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_both_sides_see_the_path_and_who_is_missing_on_it(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    add(client_a1, alice, "Ann Ash", verified_on=day(-10))
    add(client_a1, alice, "Pat Pine", side="practice", verified_on=day(-200))
    for person in (alice, carol):
        shown = body(signed_in(person))
        assert "Alder &amp; Sons has no backup contact." in shown
        assert "Northlight Automation has no backup contact." in shown
        assert "Verify again" in shown
        assert shown.index("Ann Ash") < shown.index("Pat Pine")


def test_an_approver_of_the_client_adds_to_their_own_side_alone(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    ours = add(client_a1, alice, "Pat Pine", side="practice")
    browser = signed_in(carol)
    assert browser.post(f"{PAGE}add/client/", {**POSTED, "verified": "on"}).status_code == 302
    ann = Contact.objects.get(name="Ann Ash")
    assert (ann.side, ann.verified_on, ann.verified_by) == ("client", today(), carol)
    for address in ("add/practice/", f"{ours.pk}/", f"{ours.pk}/verify/", f"{ours.pk}/retire/"):
        assert browser.get(PAGE + address).status_code == 403
        assert browser.post(PAGE + address, POSTED).status_code == 403
    assert f"{PAGE}{ours.pk}/verify/" not in body(browser)
    assert f"{PAGE}{ann.pk}/verify/" in body(browser)


def test_a_contact_is_changed_verified_and_taken_off_the_path(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    ann = add(client_a1, alice, verified_on=day(-100))
    browser = signed_in(alice)
    assert "Verified on" in body(browser, f"{PAGE}{ann.pk}/")
    assert browser.post(f"{PAGE}{ann.pk}/", {**POSTED, "phone": "+44 20 7946 0018"}).status_code == 302
    assert Contact.objects.get().verified_on is None
    moment = {
        "verified_on_day": today().day,
        "verified_on_month": today().month,
        "verified_on_year": today().year,
    }
    assert browser.post(f"{PAGE}{ann.pk}/verify/", moment).status_code == 302
    assert Contact.objects.get().verified_on == today()
    assert browser.post(f"{PAGE}{ann.pk}/retire/", {"why": ""}).status_code == 200
    assert browser.post(f"{PAGE}{ann.pk}/retire/", {"why": "Left"}).status_code == 302
    assert browser.get(f"{PAGE}{ann.pk}/").status_code == 404
    assert "Nobody yet" in body(browser)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "Enter the name"),
        ({"email": "", "phone": ""}, "Enter an e-mail address, a telephone number or both"),
        ({"email": "no address"}, "Enter a valid email address"),
        ({"phone": "call me"}, "Enter a telephone number"),
        ({"position": "7"}, "7 is not one of the available choices"),
    ],
)
def test_what_cannot_be_kept_is_said_at_its_field(
    signed_in: SignedIn, client_a1: Client, alice: User, changes: dict[str, str], words: str
) -> None:
    answer = signed_in(alice).post(f"{PAGE}add/client/", {**POSTED, **changes})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Contact.objects.exists()


def test_a_day_to_come_verifies_nothing(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    ann = add(client_a1, alice)
    moment = {"verified_on_day": 1, "verified_on_month": 1, "verified_on_year": today().year + 1}
    answer = signed_in(alice).post(f"{PAGE}{ann.pk}/verify/", moment)
    assert "cannot be after today" in answer.content.decode()


def test_nine_contacts_cost_as_many_queries_as_one(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User
) -> None:
    browser = signed_in(alice)
    costs = []
    for number in range(1, 6):
        add(client_a1, alice, f"Person{number} Ash", verified_on=day(-number))
        body(browser)
        with CaptureQueriesContext(connection) as seen:
            body(browser)
        costs.append(len(seen))
    assert len(set(costs)) == 1
