"""Password, second factor, and the locks between them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.test import Client as Browser

from portal.accounts import actions
from portal.accounts.models import RecoveryDevice, TotpDevice, User
from portal.tenancy.models import Practice
from tests.portal.accounts.conftest import (
    CHALLENGE,
    ENROL,
    PASSWORD,
    SIGN_IN,
    code_of,
    forgive,
    give_password,
    is_signed_in,
    sign_in_with_code,
)

pytestmark = pytest.mark.django_db


class TestFirstSignIn:
    def test_a_password_alone_leads_to_enrolling_and_signs_nobody_in(
        self, browser: Browser, eve: User
    ) -> None:
        answer = give_password(browser, eve)
        assert answer["Location"] == ENROL
        assert not is_signed_in(browser)

    def test_the_first_code_of_a_new_app_signs_in_and_shows_recovery_codes(
        self, browser: Browser, eve: User
    ) -> None:
        give_password(browser, eve)
        page = browser.get(ENROL).content.decode()
        device = TotpDevice.objects.get(user=eve)
        assert device.groups in page
        assert not device.confirmed
        answer = browser.post(ENROL, {"code": code_of(eve, confirmed=False)})
        assert answer["Location"] == "/account/recovery-codes/"
        codes = re.findall(
            r"<li>([0-9a-z]{5}-[0-9a-z]{5})</li>", browser.get(answer["Location"]).content.decode()
        )
        assert len(set(codes)) == 10
        assert browser.post(answer["Location"])["Location"] == "/"
        assert browser.get(answer["Location"])["Location"] == "/account/", "they are shown once"
        assert is_signed_in(browser)

    def test_the_qr_code_needs_no_style(self, browser: Browser, eve: User) -> None:
        give_password(browser, eve)
        page = browser.get(ENROL).content.decode()
        assert "<svg" in page
        assert "style=" not in page
        assert "<style" not in page

    def test_a_wrong_first_code_enrols_nothing(self, browser: Browser, eve: User) -> None:
        give_password(browser, eve)
        browser.get(ENROL)
        assert "was not accepted" in browser.post(ENROL, {"code": "000000"}).content.decode()
        assert not TotpDevice.objects.filter(user=eve, confirmed=True).exists()

    def test_two_browsers_that_enrol_at_once_do_not_share_a_seed(self, eve: User) -> None:
        thief, owner = Browser(), Browser()
        for each in (thief, owner):
            give_password(each, eve)
            each.get(ENROL)
        shown = [each.get(ENROL).content.decode() for each in (thief, owner)]
        begun = TotpDevice.objects.filter(user=eve).order_by("pk")
        assert [[device.groups in page for device in begun] for page in shown] == [
            [True, False],
            [False, True],
        ]
        owner.post(ENROL, {"code": code_of(eve, confirmed=False)})
        assert is_signed_in(owner)
        assert TotpDevice.objects.filter(user=eve).count() == 1, "the one begun elsewhere is gone"
        assert thief.get(ENROL)["Location"] == CHALLENGE

    def test_the_page_asked_for_comes_after_signing_in(self, browser: Browser, enrolled: User) -> None:
        browser.post(SIGN_IN, {"login": enrolled.email, "password": PASSWORD, "next": "/account/sessions/"})
        assert browser.post(CHALLENGE, {"code": code_of(enrolled)})["Location"] == "/account/sessions/"

    def test_no_page_of_another_site_comes_after_signing_in(self, browser: Browser, enrolled: User) -> None:
        browser.post(SIGN_IN, {"login": enrolled.email, "password": PASSWORD, "next": "https://evil.test/"})
        assert browser.post(CHALLENGE, {"code": code_of(enrolled)})["Location"] == "/"


class TestSecondFactor:
    def test_password_and_code_sign_in_under_a_new_session_key(
        self, browser: Browser, enrolled: User
    ) -> None:
        assert give_password(browser, enrolled)["Location"] == CHALLENGE
        before = browser.session.session_key
        assert browser.post(CHALLENGE, {"code": code_of(enrolled)})["Location"] == "/"
        assert is_signed_in(browser)
        assert browser.session.session_key != before

    def test_a_password_alone_can_not_add_a_second_factor(self, browser: Browser, enrolled: User) -> None:
        give_password(browser, enrolled)
        assert browser.get(ENROL)["Location"] == CHALLENGE
        assert browser.post(ENROL, {"code": "123456"})["Location"] == CHALLENGE
        assert TotpDevice.objects.filter(user=enrolled).count() == 1

    def test_other_requests_in_between_do_not_break_the_stage(self, browser: Browser, enrolled: User) -> None:
        give_password(browser, enrolled)
        browser.get("/favicon.ico")
        browser.get("/account/")
        browser.post(CHALLENGE, {"code": code_of(enrolled)})
        assert is_signed_in(browser)

    def test_without_a_password_there_is_no_challenge(self, browser: Browser, enrolled: User) -> None:
        assert browser.get(CHALLENGE)["Location"] == SIGN_IN
        assert browser.get(ENROL)["Location"] == SIGN_IN

    def test_a_code_with_a_blank_in_the_middle_is_taken(self, browser: Browser, enrolled: User) -> None:
        give_password(browser, enrolled)
        code = code_of(enrolled)
        browser.post(CHALLENGE, {"code": f" {code[:3]} {code[3:]} "})
        assert is_signed_in(browser)

    def test_a_used_code_is_refused(self, browser: Browser, enrolled: User) -> None:
        give_password(browser, enrolled)
        code = code_of(enrolled)
        TotpDevice.objects.filter(user=enrolled).update(last_step=10**9)
        browser.post(CHALLENGE, {"code": code})
        assert not is_signed_in(browser)

    def test_the_right_code_right_after_a_wrong_one_has_to_wait(
        self, browser: Browser, enrolled: User
    ) -> None:
        give_password(browser, enrolled)
        browser.post(CHALLENGE, {"code": "000000"})
        browser.post(CHALLENGE, {"code": code_of(enrolled)})
        assert not is_signed_in(browser)
        forgive(enrolled)
        browser.post(CHALLENGE, {"code": code_of(enrolled)})
        assert is_signed_in(browser)

    def test_the_fifth_wrong_code_drops_the_stage(
        self, browser: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        give_password(browser, enrolled)
        for _ in range(4):
            assert browser.post(CHALLENGE, {"code": "000000"}).status_code == 200
        assert browser.post(CHALLENGE, {"code": "000000"})["Location"] == SIGN_IN
        assert browser.get(CHALLENGE)["Location"] == SIGN_IN
        assert trail().count("second_factor.refused") == 5
        assert trail()[-1] == "second_factor.lock"

    def test_starting_again_does_not_give_endless_tries(self, browser: Browser, enrolled: User) -> None:
        statuses = []
        for _ in range(3):
            give_password(browser, enrolled)
            statuses += [browser.post(CHALLENGE, {"code": "000000"}).status_code for _ in range(5)]
        assert statuses[10:] == [429] * 5

    def test_cancelling_leads_back_to_the_password(self, browser: Browser, enrolled: User) -> None:
        give_password(browser, enrolled)
        assert browser.post("/account/second-factor/cancel/")["Location"] == SIGN_IN
        assert browser.get(CHALLENGE)["Location"] == SIGN_IN

    def test_signing_in_and_out_is_noted(
        self, browser: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        sign_in_with_code(browser, enrolled)
        browser.post("/account/sign-out/")
        assert not is_signed_in(browser)
        assert trail()[-2:] == ["session.start", "session.end"]


class TestRecoveryCodes:
    @pytest.fixture
    def codes(self, enrolled: User) -> list[str]:
        return RecoveryDevice.objects.create(user=enrolled, name="Recovery codes").issue()

    def test_each_works_once(
        self, browser: Browser, enrolled: User, codes: list[str], trail: Callable[[], list[str]]
    ) -> None:
        give_password(browser, enrolled)
        browser.post(CHALLENGE, {"code": codes[0].upper()})
        assert is_signed_in(browser)
        assert "recovery_code.use" in trail()
        browser.post("/account/sign-out/")
        give_password(browser, enrolled)
        browser.post(CHALLENGE, {"code": codes[0]})
        assert not is_signed_in(browser)

    def test_guessing_one_does_not_make_the_app_wait(
        self, browser: Browser, enrolled: User, codes: list[str]
    ) -> None:
        give_password(browser, enrolled)
        browser.post(CHALLENGE, {"code": "aaaaa-bbbbb"})
        browser.post(CHALLENGE, {"code": code_of(enrolled)})
        assert is_signed_in(browser)

    def test_they_outlive_a_change_of_the_secret_key(
        self, browser: Browser, enrolled: User, codes: list[str], settings: Any
    ) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key of fifty characters or more, made up here"
        give_password(browser, enrolled)
        browser.post(CHALLENGE, {"code": codes[3]})
        assert is_signed_in(browser)


class TestAtRest:
    def test_seeds_are_sealed_and_codes_are_digests(self, enrolled: User) -> None:
        codes = RecoveryDevice.objects.create(user=enrolled, name="Recovery codes").issue()
        with connection.cursor() as cursor:
            cursor.execute("SELECT secret FROM accounts_totpdevice")
            seeds = [row[0] for row in cursor.fetchall()]
            cursor.execute("SELECT digest FROM accounts_recoverycode")
            digests = [row[0] for row in cursor.fetchall()]
        assert all(seed.startswith("e1:") for seed in seeds)
        assert len(digests) == 10
        assert not set(codes) & set(digests)
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in digests)

    def test_new_codes_wait_sealed_in_the_session(self, browser: Browser, enrolled: User) -> None:
        sign_in_with_code(browser, enrolled)
        browser.post("/account/recovery-codes/renew/")
        kept = browser.session[actions.NEW_CODES]
        assert kept.startswith("e1:")
        text = browser.get("/account/recovery-codes/text/")
        assert "attachment" in text["Content-Disposition"]
        assert all(code in text.content.decode() for code in actions.new_codes(browser.session))


class TestSecondLock:
    def test_a_session_without_second_factor_is_ended(self, browser: Browser, enrolled: User) -> None:
        browser.force_login(enrolled)
        assert not is_signed_in(browser)
        assert "_auth_user_id" not in browser.session

    def test_removing_the_device_ends_its_sessions(self, browser: Browser, enrolled: User) -> None:
        sign_in_with_code(browser, enrolled)
        TotpDevice.objects.filter(user=enrolled).delete()
        assert not is_signed_in(browser)

    def test_an_account_that_is_switched_off_gets_nowhere(self, browser: Browser, enrolled: User) -> None:
        User.objects.filter(pk=enrolled.pk).update(is_active=False)
        assert "second-factor" not in give_password(browser, enrolled).headers.get("Location", "")
        assert not is_signed_in(browser)


class TestPasswords:
    def test_wrong_ones_are_noted_counted_and_locked(
        self, browser: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        for _ in range(5):
            assert "wrong" in give_password(browser, enrolled, "not the password").content.decode()
        assert "Too many wrong passwords" in give_password(browser, enrolled).content.decode()
        give_password(browser, enrolled)
        assert trail().count("sign_in.refused") == 5
        assert trail().count("sign_in.lock") == 1

    def test_an_unknown_address_is_told_the_same_as_a_wrong_password(
        self, browser: Browser, enrolled: User
    ) -> None:
        known = browser.post(SIGN_IN, {"login": enrolled.email, "password": "not the password"})
        unknown = browser.post(SIGN_IN, {"login": "nobody@nowhere.test", "password": "not the password"})
        for answer in (known, unknown):
            assert "The email address or the password is wrong." in answer.content.decode()

    def test_a_new_one_by_mail_signs_nobody_in_and_keeps_the_second_factor(
        self, browser: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        browser.post("/account/password/forgotten/", {"email": enrolled.email})
        link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)[1]
        form = browser.get(link, follow=True).redirect_chain[-1][0]
        new = {"password1": "quite another phrase 9", "password2": "quite another phrase 9"}
        assert browser.post(form, new).status_code == 302
        assert not is_signed_in(browser)
        assert "password.change" in trail()
        assert give_password(browser, enrolled, "quite another phrase 9")["Location"] == CHALLENGE
        assert "is of no use" in Browser().get(link, follow=True).content.decode()

    def test_asking_for_a_new_one_does_not_tell_who_has_an_account(
        self, browser: Browser, enrolled: User
    ) -> None:
        known = browser.post("/account/password/forgotten/", {"email": enrolled.email})
        unknown = browser.post("/account/password/forgotten/", {"email": "nobody@nowhere.test"})
        assert known["Location"] == unknown["Location"]
        assert [message.to for message in mail.outbox] == [[enrolled.email]]

    def test_changing_it_signs_out_everywhere(self, browser: Browser, enrolled: User) -> None:
        elsewhere = Browser()
        sign_in_with_code(elsewhere, enrolled)
        sign_in_with_code(browser, enrolled)
        new = {
            "oldpassword": PASSWORD,
            "password1": "quite another phrase 9",
            "password2": "quite another phrase 9",
        }
        browser.post("/account/password/change/", new)
        assert not is_signed_in(browser)
        assert not is_signed_in(elsewhere)


class TestAddresses:
    def test_an_unconfirmed_address_is_confirmed_before_the_second_factor(
        self, browser: Browser, enrolled: User
    ) -> None:
        EmailAddress.objects.filter(user=enrolled).update(verified=False)
        assert give_password(browser, enrolled)["Location"] == "/account/confirm/"
        assert browser.get(CHALLENGE)["Location"] == SIGN_IN
        link = re.search(r"http://testserver(\S+)", mail.outbox[-1].body)[1]
        assert enrolled.email in browser.get(link).content.decode()
        assert browser.post(link)["Location"] == SIGN_IN, "opening the mail alone signs nobody in"
        assert give_password(browser, enrolled)["Location"] == CHALLENGE

    def test_a_new_address_counts_once_it_is_confirmed(
        self, browser: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        sign_in_with_code(browser, enrolled)
        browser.post("/account/email/", {"action_add": "", "email": "new@northlight.test"})
        enrolled.refresh_from_db()
        assert enrolled.email == "eve@northlight.test"
        sent = next(message for message in mail.outbox if message.to == ["new@northlight.test"])
        browser.post(re.search(r"http://testserver(\S+)", sent.body)[1])
        enrolled.refresh_from_db()
        assert enrolled.email == "new@northlight.test"
        assert "email.change" in trail()


class TestThirdLock:
    def test_a_password_without_second_factor_reads_no_row_of_the_practice(
        self, browser: Browser, enrolled: User, practice_a: Practice
    ) -> None:
        give_password(browser, enrolled)
        for path in ("/", "/practice/clients/", "/practice/people/"):
            answer = browser.get(path)
            assert answer.status_code == 302
            assert practice_a.name not in answer.content.decode()
