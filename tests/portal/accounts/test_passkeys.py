"""Passkeys as second factor: first enrolment, sign-in, step-up, and adding one to what is there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser
from django_otp_webauthn.models import WebAuthnCredential

from portal.accounts import factors
from portal.accounts.models import TotpDevice, User
from tests.portal.accounts.authenticator import Authenticator, send
from tests.portal.accounts.conftest import (
    CHALLENGE,
    ENROL,
    give_password,
    grow_stale,
    is_signed_in,
    sign_in_with_code,
)

pytestmark = pytest.mark.django_db

SIGN_IN, ENROLMENT = "/account/passkey/", "/account/passkey/enrol/"
STEP_UP, ADDING = "/account/passkey/step-up/", "/account/passkey/add/"


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


def enrol(browser: Browser, user: User, key: Authenticator) -> None:
    give_password(browser, user)
    challenge = send(browser, f"{ENROLMENT}begin/").json()
    answer = send(browser, f"{ENROLMENT}complete/", key.create(challenge))
    assert answer.json() == {"redirect_url": "/account/recovery-codes/"}


@pytest.fixture
def with_passkey(eve: User, key: Authenticator) -> User:
    enrol(Browser(), eve, key)
    return eve


class TestEnrolment:
    def test_a_passkey_can_be_the_first_second_factor(
        self, browser: Browser, eve: User, key: Authenticator
    ) -> None:
        enrol(browser, eve, key)
        assert is_signed_in(browser)
        assert browser.get("/account/recovery-codes/").status_code == 200

    def test_a_password_alone_can_not_add_a_passkey(self, browser: Browser, enrolled: User) -> None:
        give_password(browser, enrolled)
        assert send(browser, f"{ENROLMENT}begin/").status_code == 403
        assert not WebAuthnCredential.objects.exists()

    def test_a_challenge_from_before_enrolling_elsewhere_is_void(
        self, browser: Browser, eve: User, key: Authenticator
    ) -> None:
        give_password(browser, eve)
        challenge = send(browser, f"{ENROLMENT}begin/").json()
        TotpDevice.objects.create(user=eve, name="Phone", confirmed=True)
        assert send(browser, f"{ENROLMENT}complete/", key.create(challenge)).status_code == 403
        assert not WebAuthnCredential.objects.exists()

    def test_without_a_password_nothing_begins(self, browser: Browser, eve: User) -> None:
        for path in (
            f"{SIGN_IN}begin/",
            f"{SIGN_IN}complete/",
            f"{ENROLMENT}begin/",
            f"{ENROLMENT}complete/",
        ):
            assert send(browser, path).status_code in (401, 403)


class TestSignIn:
    def test_password_and_passkey_sign_in(
        self, browser: Browser, with_passkey: User, key: Authenticator
    ) -> None:
        assert give_password(browser, with_passkey)["Location"] == CHALLENGE
        challenge = send(browser, f"{SIGN_IN}begin/").json()
        answer = send(browser, f"{SIGN_IN}complete/", key.get(challenge))
        assert answer.json()["redirect_url"] == "/"
        assert is_signed_in(browser)

    def test_an_answer_made_for_another_site_is_refused(
        self, browser: Browser, with_passkey: User, key: Authenticator, trail: Callable[[], list[str]]
    ) -> None:
        give_password(browser, with_passkey)
        challenge = send(browser, f"{SIGN_IN}begin/").json()
        assert (
            send(browser, f"{SIGN_IN}complete/", key.get(challenge, "https://evil.test")).status_code == 422
        )
        assert not is_signed_in(browser)
        assert trail()[-1] == "second_factor.refused"

    def test_a_challenge_is_good_once(self, browser: Browser, with_passkey: User, key: Authenticator) -> None:
        give_password(browser, with_passkey)
        challenge = send(browser, f"{SIGN_IN}begin/").json()
        send(browser, f"{SIGN_IN}complete/", key.get(challenge, "https://evil.test"))
        assert send(browser, f"{SIGN_IN}complete/", key.get(challenge)).status_code == 400
        assert not is_signed_in(browser)

    def test_somebody_elses_passkey_is_refused(self, browser: Browser, eve: User, owner: User) -> None:
        theirs = Authenticator()
        enrol(Browser(), eve, theirs)
        give_password(browser, owner)
        challenge = send(browser, f"{SIGN_IN}begin/").json()
        assert send(browser, f"{SIGN_IN}complete/", theirs.get(challenge)).status_code >= 400
        assert not is_signed_in(browser)

    def test_the_challenge_page_offers_the_passkey_to_those_who_have_one(
        self, browser: Browser, with_passkey: User, owner: User
    ) -> None:
        give_password(browser, with_passkey)
        assert "js/passkey.js" in browser.get(CHALLENGE).content.decode()
        other = Browser()
        give_password(other, owner)
        assert "js/passkey.js" not in other.get(CHALLENGE).content.decode()


class TestLater:
    def test_a_passkey_is_added_to_an_app(
        self, browser: Browser, enrolled: User, key: Authenticator, trail: Callable[[], list[str]]
    ) -> None:
        sign_in_with_code(browser, enrolled)
        challenge = send(browser, f"{ADDING}begin/").json()
        assert send(browser, f"{ADDING}complete/", key.create(challenge)).json() == {
            "redirect_url": "/account/"
        }
        assert [kind for kind, _ in factors.confirmed(enrolled)] == ["app", "passkey"]
        assert is_signed_in(browser)
        assert trail()[-1] == "device.add"

    def test_adding_one_asks_for_a_second_factor_again_after_a_while(
        self, browser: Browser, enrolled: User
    ) -> None:
        sign_in_with_code(browser, enrolled)
        grow_stale(browser)
        answer = send(browser, f"{ADDING}begin/")
        assert answer.status_code == 403
        assert answer.json()["redirect_url"].startswith("/account/confirm-it-is-you/")

    def test_a_passkey_answers_the_step_up(
        self, browser: Browser, with_passkey: User, key: Authenticator
    ) -> None:
        give_password(browser, with_passkey)
        send(browser, f"{SIGN_IN}complete/", key.get(send(browser, f"{SIGN_IN}begin/").json()))
        grow_stale(browser)
        challenge = send(browser, f"{STEP_UP}begin/").json()
        answer = send(browser, f"{STEP_UP}complete/?next=/account/email/", key.get(challenge))
        assert answer.json()["redirect_url"] == "/account/email/"
        assert browser.get("/account/email/").status_code == 200

    def test_passkeys_are_offered_where_the_site_has_a_name(
        self, browser: Browser, eve: User, settings: object
    ) -> None:
        give_password(browser, eve)
        assert "passkey.js" not in browser.get(ENROL).content.decode(), "browsers make none for a bare number"
        settings.OTP_WEBAUTHN_RP_ID = "portal.example"  # type: ignore[attr-defined]
        assert "passkey.js" in browser.get(ENROL).content.decode()
