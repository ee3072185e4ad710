import re
from collections.abc import Callable

import pytest
from django.test import Client as Browser

from portal.accounts.models import User
from portal.shell import search
from portal.shell.search import Hit
from portal.tenancy.models import Practice
from portal.tenancy.permissions import Role
from tests.conftest import make_member

SignIn = Callable[[User], Browser]


def test_search_asks_every_kind_and_shows_what_it_found(
    alice: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = {
        "Credentials": (20, lambda access, text: [Hit("xero-invoices-sync", "/1/", "Alder & Sons")]),
        "Clients": (10, lambda access, text: []),
    }
    monkeypatch.setattr(search, "_kinds", kinds)
    page = signed_in(alice).get("/search/?q=+xero+").content.decode()
    assert "1 found for “xero”" in page
    assert "Alder &amp; Sons" in page
    assert ">Clients</h2>" not in page


def test_search_gives_back_the_text_escaped(alice: User, signed_in: SignIn) -> None:
    page = signed_in(alice).get("/search/", {"q": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page


def test_search_is_not_for_clients_people(carol: User, signed_in: SignIn) -> None:
    assert signed_in(carol).get("/search/?q=xero").status_code == 404


def test_settings_are_kept_and_take_effect(alice: User, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    answer = browser.post("/settings/", {"theme": "dark", "time_zone": "Europe/Warsaw"})
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert (alice.theme, alice.shortcuts, alice.time_zone) == ("dark", False, "Europe/Warsaw")
    page = browser.get("/").content.decode()
    assert '<html lang="en-GB" data-theme="dark" data-keys="off">' in page
    assert "Times are in Europe/Warsaw." in page


def test_settings_refuse_a_zone_that_does_not_exist(alice: User, signed_in: SignIn) -> None:
    page = signed_in(alice).post("/settings/", {"theme": "", "time_zone": "Mars/Olympus"}).content.decode()
    assert "<title>Error: Settings" in page
    assert "There is a problem" in page
    assert 'href="#id_time_zone"' in page


def test_the_theme_is_kept_on_the_account_and_leads_back(alice: User, signed_in: SignIn) -> None:
    answer = signed_in(alice).post("/settings/theme/", {"theme": "dark", "next": "/search/?q=x"})
    assert answer["Location"] == "/search/?q=x"
    alice.refresh_from_db()
    assert alice.theme == "dark"


@pytest.mark.django_db
def test_the_theme_never_leads_elsewhere() -> None:
    answer = Browser().post("/settings/theme/", {"theme": "dark", "next": "https://evil.example/"})
    assert answer["Location"] == "/"
    assert answer.cookies["theme"].value == "dark"


@pytest.mark.django_db
def test_a_theme_that_does_not_exist_is_not_understood() -> None:
    answer = Browser().post("/settings/theme/", {"theme": "<pink>"})
    assert answer.status_code == 400
    assert "pink" not in answer.content.decode()


def test_a_person_of_two_practices_switches_and_no_one_else_can(
    alice: User, dan: User, practice_b: Practice, signed_in: SignIn
) -> None:
    browser = signed_in(alice)
    refused = browser.post("/settings/practice/", {"practice": str(practice_b.pk)}, follow=True)
    assert "You have no role in that practice now" in refused.content.decode()
    assert "Southgate" not in refused.content.decode()
    make_member(practice_b, alice, Role.CONSULTANT)
    page = browser.get("/").content.decode()
    assert "Southgate Systems" in page
    moved = browser.post("/settings/practice/", {"practice": str(practice_b.pk)}, follow=True)
    assert "You are now in Southgate Systems." in moved.content.decode()


def test_the_specimen_shows_every_part_to_owners(alice: User, signed_in: SignIn) -> None:
    page = signed_in(alice).get("/specimen/").content.decode()
    classes = set(" ".join(re.findall(r'class="([^"]+)"', page)).split())
    parts = "standfirst btn status avatar clock strip field has-error flash empty skeleton entry filters chip"
    parts += (
        " register menu figure chart tally progress facts tasks timeline diff horizon error-summary uploads"
    )
    assert set(parts.split()) <= classes


def test_the_specimen_is_not_for_others(bob: User, signed_in: SignIn, settings: object) -> None:
    settings.DEMONSTRATION = False  # type: ignore[attr-defined]
    assert signed_in(bob).get("/specimen/").status_code == 404


def test_no_page_of_the_frame_breaks_the_policy(alice: User, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    for address in ("/", "/search/?q=xero", "/settings/", "/specimen/"):
        page = browser.get(address).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page), address
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), address
        assert "data:" not in page, address
        assert not re.search(r'(src|href|action)="(https?:)?//', page), address
