"""One's own account: step-up, second factors, recovery codes, sessions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser

from portal.accounts import factors
from portal.accounts.models import RecoveryDevice, TotpDevice, User
from portal.accounts.sessions import device_words
from tests.portal.accounts.conftest import code_of, forgive, grow_stale, is_signed_in, sign_in_with_code

pytestmark = pytest.mark.django_db

STEP_UP = "/account/confirm-it-is-you/"
SENSITIVE = [
    "/account/email/",
    "/account/password/change/",
    "/account/password/set/",
    "/account/sso/",
    "/account/second-factors/add/",
    "/account/second-factors/app/1/rename/",
    "/account/second-factors/app/1/remove/",
    "/account/recovery-codes/renew/",
]


@pytest.fixture
def inside(browser: Browser, enrolled: User) -> Browser:
    """Eve's browser, signed in just now."""
    sign_in_with_code(browser, enrolled)
    return browser


class TestStepUp:
    @pytest.mark.parametrize("path", SENSITIVE)
    def test_sensitive_pages_ask_again_after_five_minutes(self, inside: Browser, path: str) -> None:
        assert STEP_UP not in inside.get(path).headers.get("Location", "")
        grow_stale(inside)
        for answer in (inside.get(path), inside.post(path)):
            assert answer["Location"].startswith(f"{STEP_UP}?next=")

    def test_a_code_leads_back_and_holds_for_five_minutes(self, inside: Browser, enrolled: User) -> None:
        grow_stale(inside)
        ask = inside.get("/account/email/")["Location"]
        assert inside.get(ask).status_code == 200
        assert inside.post(ask, {"code": code_of(enrolled)})["Location"] == "/account/email/"
        assert inside.get("/account/email/").status_code == 200

    def test_a_wrong_code_holds_nothing(
        self, inside: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        grow_stale(inside)
        assert "was not accepted" in inside.post(STEP_UP, {"code": "000000"}).content.decode()
        assert inside.get("/account/email/").status_code == 302
        assert trail()[-1] == "second_factor.refused"

    def test_tries_are_limited(self, inside: Browser, enrolled: User) -> None:
        for _ in range(10):
            inside.post(STEP_UP, {"code": "000000"})
        forgive(enrolled)
        assert inside.post(STEP_UP, {"code": code_of(enrolled)}).status_code == 429

    @pytest.mark.parametrize("wished", ["https://evil.test/", "//evil.test/", "javascript:alert(1)"])
    def test_it_leads_to_no_other_site(self, inside: Browser, enrolled: User, wished: str) -> None:
        answer = inside.post(f"{STEP_UP}?next={wished}", {"code": code_of(enrolled)})
        assert answer["Location"] == "/"

    def test_what_was_sent_is_not_done_and_the_person_is_told(self, inside: Browser, enrolled: User) -> None:
        grow_stale(inside)
        referer = {"Referer": "http://testserver/account/"}
        ask = inside.post("/account/recovery-codes/renew/", headers=referer)["Location"]
        assert ask == f"{STEP_UP}?next=%2Faccount%2F"
        assert not RecoveryDevice.objects.exists()
        assert "Nothing has been changed yet" in inside.get(ask).content.decode()

    def test_a_referer_of_another_site_is_no_way_back(self, inside: Browser) -> None:
        grow_stale(inside)
        ask = inside.post("/account/recovery-codes/renew/", headers={"Referer": "https://evil.test/x"})
        assert ask["Location"] == f"{STEP_UP}?next=%2F"

    def test_htmx_is_led_there_with_the_whole_page(self, inside: Browser) -> None:
        grow_stale(inside)
        answer = inside.get("/account/email/", headers={"HX-Request": "true"})
        assert answer["HX-Redirect"].startswith(STEP_UP)

    def test_allauths_own_question_leads_here(self, inside: Browser) -> None:
        assert (
            inside.get("/account/reauthenticate/?next=/account/")["Location"] == f"{STEP_UP}?next=/account/"
        )


class TestFactors:
    def test_a_further_app_is_added(
        self, inside: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        inside.get("/account/second-factors/add/")
        code = code_of(enrolled, confirmed=False)
        inside.post("/account/second-factors/add/", {"name": "Tablet", "code": code})
        assert [device.name for _, device in factors.confirmed(enrolled)] == ["Phone", "Tablet"]
        assert trail()[-1] == "device.add"
        page = inside.get("/account/").content.decode()
        assert "Tablet" in page
        assert "This session was opened with it" in page

    def test_one_is_renamed(self, inside: Browser, enrolled: User) -> None:
        device = TotpDevice.objects.get(user=enrolled)
        inside.post(f"/account/second-factors/app/{device.pk}/rename/", {"name": "Old phone"})
        device.refresh_from_db()
        assert device.name == "Old phone"

    def test_the_last_one_stays(self, inside: Browser, enrolled: User) -> None:
        device = TotpDevice.objects.get(user=enrolled)
        RecoveryDevice.objects.create(user=enrolled, name="Recovery codes").issue()
        answer = inside.post(f"/account/second-factors/app/{device.pk}/remove/", follow=True)
        assert "This is your only second factor" in answer.content.decode()
        assert TotpDevice.objects.filter(pk=device.pk).exists()

    def test_another_one_goes(self, inside: Browser, enrolled: User, trail: Callable[[], list[str]]) -> None:
        other = TotpDevice.objects.create(user=enrolled, name="Tablet", confirmed=True)
        inside.post(f"/account/second-factors/app/{other.pk}/remove/")
        assert not TotpDevice.objects.filter(pk=other.pk).exists()
        assert is_signed_in(inside)
        assert trail()[-1] == "device.remove"

    def test_somebody_elses_is_not_found(self, inside: Browser, owner: User) -> None:
        theirs = TotpDevice.objects.get(user=owner)
        for verb in ("rename", "remove"):
            path = f"/account/second-factors/app/{theirs.pk}/{verb}/"
            assert inside.post(path, {"name": "Mine"}).status_code == 404
        theirs.refresh_from_db()
        assert theirs.name == "Phone"

    def test_new_recovery_codes_replace_the_old(self, inside: Browser, enrolled: User) -> None:
        old = RecoveryDevice.objects.create(user=enrolled, name="Recovery codes").issue()
        assert inside.post("/account/recovery-codes/renew/")["Location"] == "/account/recovery-codes/"
        assert factors.codes_left(enrolled) == 10
        assert factors.verify(enrolled, old[0]) is None

    def test_the_name_is_changed(self, inside: Browser, enrolled: User) -> None:
        inside.post("/account/", {"name": "Eva Ellis"})
        enrolled.refresh_from_db()
        assert enrolled.name == "Eva Ellis"


class TestSessions:
    @pytest.fixture
    def elsewhere(self, inside: Browser, enrolled: User) -> Browser:
        other = Browser(headers={"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0"})
        sign_in_with_code(other, enrolled)
        return other

    def test_they_are_listed_with_device_and_place(self, inside: Browser, elsewhere: Browser) -> None:
        page = inside.get("/account/sessions/").content.decode()
        assert "Firefox on Windows" in page
        assert "127.0.0.1" in page
        assert page.count("This one") == 1

    def test_one_is_ended(self, inside: Browser, elsewhere: Browser, trail: Callable[[], list[str]]) -> None:
        from allauth.usersessions.models import UserSession

        pk = UserSession.objects.get(session_key=elsewhere.session.session_key).pk
        inside.post(f"/account/sessions/{pk}/end/")
        assert not is_signed_in(elsewhere)
        assert is_signed_in(inside)
        assert trail()[-1] == "session.end"

    def test_all_others_are_ended(self, inside: Browser, elsewhere: Browser) -> None:
        answer = inside.post("/account/sessions/end-others/", follow=True)
        assert "1 other device is signed out." in answer.content.decode()
        assert not is_signed_in(elsewhere)
        assert is_signed_in(inside)

    def test_somebody_elses_is_not_found(self, inside: Browser, owner: User) -> None:
        from allauth.usersessions.models import UserSession

        theirs = Browser()
        sign_in_with_code(theirs, owner)
        pk = UserSession.objects.get(user=owner).pk
        assert inside.post(f"/account/sessions/{pk}/end/").status_code == 404
        assert is_signed_in(theirs)

    @pytest.mark.parametrize(
        ("agent", "words"),
        [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36",
                "Chrome on Linux",
            ),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/17 Safari/605.1", "Safari on Mac"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Safari/604.1", "Safari on iPhone"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0 Safari/537.36 Edg/126.0", "Edge on Windows"),
            ("curl/8.5", "Unknown device"),
            ("", "Unknown device"),
        ],
    )
    def test_devices_are_named_in_words(self, agent: str, words: str) -> None:
        assert device_words(agent) == words


def test_every_page_of_the_account_shows_the_frame(inside: Browser) -> None:
    for path in ("/account/", *SENSITIVE[:5], "/account/sessions/", "/account/sign-out/", STEP_UP):
        answer: Any = inside.get(path, follow=True)
        assert answer.status_code == 200, path
        assert "skip" in answer.content.decode(), path
