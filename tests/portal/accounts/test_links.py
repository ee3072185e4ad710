"""Links for somebody locked out, for the demonstration, and for the first set-up."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser

from portal.accounts import actions, setup
from portal.accounts.models import (
    DemonstrationDevice,
    RecoveryDevice,
    SetUpLink,
    SignInLink,
    TotpDevice,
    User,
)
from portal.lib.refused import Refused
from portal.tenancy.models import Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter
from tests.portal.accounts.conftest import (
    CHALLENGE,
    ENROL,
    PASSWORD,
    code_of,
    give_password,
    grow_stale,
    is_signed_in,
    sign_in_with_code,
)

pytestmark = pytest.mark.django_db


def path_of(text: str) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found
    return found[1]


def sign_in_link(user: User, why: str = "Lost the phone") -> str:
    out = StringIO()
    call_command("sign_in_link", user.email, why=why, stdout=out)
    return path_of(out.getvalue())


class TestSignInLink:
    def test_reading_it_burns_nothing(self, browser: Browser, enrolled: User) -> None:
        path = sign_in_link(enrolled)
        for _ in range(3):
            assert "Go on" in browser.get(path).content.decode()
        assert browser.post(path)["Location"] == ENROL

    def test_it_leads_to_a_new_second_factor_that_replaces_the_old(
        self, browser: Browser, enrolled: User, trail: Callable[[], list[str]]
    ) -> None:
        old = TotpDevice.objects.get(user=enrolled)
        RecoveryDevice.objects.create(user=enrolled, name="Recovery codes").issue()
        elsewhere = Browser()
        sign_in_with_code(elsewhere, enrolled)
        browser.post(sign_in_link(enrolled))
        assert not is_signed_in(browser)
        browser.get(ENROL)
        browser.post(ENROL, {"code": code_of(enrolled, confirmed=False)})
        assert is_signed_in(browser)
        assert not TotpDevice.objects.filter(pk=old.pk).exists()
        assert not is_signed_in(elsewhere), "what the lost factor had opened is closed"
        wanted = ["sign_in_link.issue", "sign_in_link.use", "device.add", "device.remove", "session.start"]
        assert [verb for verb in trail() if verb in wanted][1:] == wanted

    def test_breaking_off_leaves_the_old_second_factor_in_force(
        self, browser: Browser, enrolled: User
    ) -> None:
        browser.post(sign_in_link(enrolled))
        thief = Browser()
        assert give_password(thief, enrolled)["Location"] == CHALLENGE
        assert thief.get(ENROL)["Location"] == CHALLENGE

    def test_it_works_once(self, browser: Browser, enrolled: User) -> None:
        path = sign_in_link(enrolled)
        browser.post(path)
        assert Browser().get(path).status_code == 410
        assert Browser().post(path).status_code == 410

    def test_it_runs_out_after_ten_minutes(self, browser: Browser, enrolled: User) -> None:
        path = sign_in_link(enrolled)
        link = SignInLink.objects.get()
        assert link.expires_at - link.created_at == timedelta(minutes=10)
        SignInLink.objects.update(expires_at=datetime.now(UTC))
        assert browser.post(path).status_code == 410

    def test_a_new_one_voids_the_one_before(self, browser: Browser, enrolled: User) -> None:
        first = sign_in_link(enrolled)
        sign_in_link(enrolled)
        assert browser.get(first).status_code == 410

    def test_the_reason_stands_in_the_trail(
        self, enrolled: User, practice_a: Practice, trail: Callable[[], list[str]]
    ) -> None:
        from portal.audit.models import AuditEvent

        sign_in_link(enrolled, "Phone fell into the canal")
        with enter(Scope(practice=practice_a.pk, clients=EVERY_CLIENT, internal=True), switch=True):
            event = AuditEvent.objects.get(action="sign_in_link.issue")
        assert "Phone fell into the canal" in str(event.payload)

    def test_there_is_none_without_a_reason_or_an_account(self, enrolled: User) -> None:
        with pytest.raises(CommandError, match="Say why"):
            call_command("sign_in_link", enrolled.email, why=" ")
        with pytest.raises(CommandError, match="no account"):
            call_command("sign_in_link", "nobody@nowhere.test", why="Lost")
        User.objects.update(is_active=False)
        with pytest.raises(CommandError, match="switched off"):
            call_command("sign_in_link", enrolled.email, why="Lost")

    def test_only_a_digest_is_kept(self, enrolled: User) -> None:
        token = sign_in_link(enrolled).rstrip("/").split("/")[-1]
        assert token not in str(list(SignInLink.objects.values()))


class TestEntryLink:
    @pytest.fixture
    def link(self, enrolled: User, settings: Any) -> str:
        settings.DEMONSTRATION = True
        return path_of(actions.make_entry_link(enrolled))

    def test_it_enters_directly_again_and_again(self, link: str) -> None:
        for _ in range(2):
            browser = Browser()
            assert browser.get(link)["Location"] == "/"
            assert is_signed_in(browser)

    def test_it_is_not_made_outside_a_demonstration(self, enrolled: User, settings: Any) -> None:
        settings.DEMONSTRATION = False
        with pytest.raises(Refused, match="demonstration only"):
            actions.make_entry_link(enrolled)

    def test_links_and_sessions_end_with_the_demonstration(
        self, browser: Browser, link: str, settings: Any
    ) -> None:
        browser.get(link)
        settings.DEMONSTRATION = False
        assert not is_signed_in(browser)
        assert Browser().get(link).status_code == 410
        assert Browser().post(link).status_code == 410

    def test_step_up_needs_one_click_there(self, browser: Browser, link: str) -> None:
        browser.get(link)
        grow_stale(browser)
        ask = browser.get("/account/email/")["Location"]
        assert browser.get("/account/email/").status_code == 302
        assert browser.post(ask)["Location"] == "/account/email/"

    def test_it_is_no_second_factor_for_a_sign_in_with_password(
        self, browser: Browser, eve: User, settings: Any
    ) -> None:
        settings.DEMONSTRATION = True
        Browser().get(path_of(actions.make_entry_link(eve)))
        assert DemonstrationDevice.objects.filter(user=eve).exists()
        assert give_password(browser, eve)["Location"] == ENROL
        assert not DemonstrationDevice.objects.get(user=eve).verify_token("000000")


FIELDS = {
    "practice_name": "Northgate Automation",
    "slug": "",
    "time_zone": "Europe/London",
    "name": "Nora North",
    "email": "nora@northgate.test",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


class TestSetUp:
    @pytest.fixture(autouse=True)
    def practices(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """What the system's own connection would see: it sees nothing that a test has not committed."""
        seen: list[str] = []
        monkeypatch.setattr(setup, "practice_ids", lambda: seen)
        return seen

    def test_the_link_leads_to_a_practice_and_its_owner_who_enrols(self, browser: Browser) -> None:
        path = path_of(str(setup.pending_link()))
        assert "Set up your practice" in browser.get(path).content.decode()
        assert browser.post(path, FIELDS)["Location"] == ENROL
        nora = User.objects.get()
        browser.get(ENROL)
        browser.post(ENROL, {"code": code_of(nora, confirmed=False)})
        browser.post("/account/recovery-codes/")
        page = browser.get("/practice/people/")
        assert "Nora North" in page.content.decode()
        with enter(Scope(person=nora.pk), switch=True):
            member = Member.objects.get()
        assert member.role == Role.OWNER

    def test_it_works_once(self, browser: Browser) -> None:
        path = path_of(str(setup.pending_link()))
        browser.post(path, FIELDS)
        assert Browser().get(path).status_code == 410
        assert Browser().post(path, {**FIELDS, "email": "second@northgate.test"}).status_code == 410
        assert User.objects.count() == 1

    def test_it_is_void_once_there_is_a_practice(self, browser: Browser, practices: list[str]) -> None:
        path = path_of(str(setup.pending_link()))
        practices.append("one")
        assert browser.get(path).status_code == 410
        assert browser.post(path, FIELDS).status_code == 410
        assert not User.objects.exists()
        assert setup.pending_link() is None
        with pytest.raises(CommandError, match="a practice already"):
            call_command("set_up_link")

    def test_it_runs_out_after_a_day_and_a_new_one_replaces_it(self, browser: Browser) -> None:
        first = path_of(str(setup.pending_link()))
        link = SetUpLink.objects.get()
        assert link.expires_at - link.created_at == timedelta(hours=24)
        out = StringIO()
        call_command("set_up_link", stdout=out)
        assert browser.get(first).status_code == 410
        assert browser.get(path_of(out.getvalue())).status_code == 200
        SetUpLink.objects.update(expires_at=datetime.now(UTC))
        assert browser.get(path_of(out.getvalue())).status_code == 410

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"password1": "short", "password2": "short"}, "too short"),
            ({"password2": "another phrase altogether"}, "The two passwords differ"),
            ({"practice_name": ""}, "Enter the name of the practice"),
            ({"email": "nora"}, "valid email address"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_made(
        self, browser: Browser, change: dict[str, str], words: str
    ) -> None:
        path = path_of(str(setup.pending_link()))
        page = browser.post(path, {**FIELDS, **change}).content.decode()
        assert words in page
        assert PASSWORD not in page
        assert not User.objects.exists()
        assert browser.get(path).status_code == 200, "the link is not burnt"
