"""Invitations from the side of whoever holds one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from portal.accounts.models import Invitation, User
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import Scope
from tests.conftest import make_assignment, sign_in
from tests.portal.accounts.conftest import ENROL, PASSWORD, code_of, is_signed_in, sign_in_with_code
from tests.portal.accounts.inviting import invite, open_invitation

pytestmark = pytest.mark.django_db

SIGN_UP = "/account/sign-up/"


def sign_up(browser: Browser, email: str, name: str = "Gus Gray") -> Any:
    fields = {"name": name, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return browser.post(SIGN_UP, fields)


class TestSignUp:
    def test_it_is_closed(self, browser: Browser) -> None:
        assert "by invitation" in browser.get(SIGN_UP).content.decode()
        sign_up(browser, "gus@northlight.test")
        assert not User.objects.exists()

    def test_an_invited_person_makes_an_account_with_the_role(
        self, browser: Browser, alice: User, practice_a: Practice, in_a: Scope, trail: Callable[[], list[str]]
    ) -> None:
        open_invitation(browser, alice, practice_a, "gus@northlight.test")
        assert sign_up(browser, "gus@northlight.test")["Location"] == ENROL
        gus = User.objects.get(email="gus@northlight.test")
        assert gus.name == "Gus Gray"
        assert Member.objects.get(user=gus).role == Role.CONSULTANT
        assert not is_signed_in(browser)
        browser.get(ENROL)
        browser.post(ENROL, {"code": code_of(gus, confirmed=False)})
        assert is_signed_in(browser)
        assert next(verb for verb in trail() if verb.startswith("invitation")) == "invitation.send"
        assert "invitation.accept" in trail()

    def test_another_address_than_the_invited_one_is_refused(
        self, browser: Browser, alice: User, practice_a: Practice
    ) -> None:
        open_invitation(browser, alice, practice_a, "gus@northlight.test")
        answer = sign_up(browser, "mallory@evil.test")
        assert "not the address that was invited" in answer.content.decode()
        assert set(User.objects.all()) == {alice}

    def test_the_link_works_once(self, browser: Browser, alice: User, practice_a: Practice) -> None:
        path = open_invitation(browser, alice, practice_a, "gus@northlight.test")
        sign_up(browser, "gus@northlight.test")
        stranger = Browser()
        assert stranger.get(path).status_code == 410
        assert "by invitation" in stranger.get(SIGN_UP).content.decode()

    @pytest.mark.parametrize("change", [{"revoked_at": datetime.now(UTC)}, {"expires_at": datetime.now(UTC)}])
    def test_revoked_and_expired_ones_open_nothing_and_are_noted(
        self,
        browser: Browser,
        alice: User,
        practice_a: Practice,
        in_a: Scope,
        trail: Callable[[], list[str]],
        change: dict[str, datetime],
    ) -> None:
        path = open_invitation(browser, alice, practice_a, "gus@northlight.test")
        Invitation.objects.update(**change)
        assert browser.get(path).status_code == 410
        assert "by invitation" in sign_up(browser, "gus@northlight.test").content.decode()
        assert trail()[-1] == "invitation.refused"

    def test_a_token_of_one_practice_opens_nothing_of_another(
        self, browser: Browser, alice: User, practice_a: Practice, practice_b: Practice
    ) -> None:
        path = invite(alice, practice_a, "gus@northlight.test")
        assert browser.get(path.replace(str(practice_a.pk), str(practice_b.pk))).status_code == 410

    def test_only_a_digest_is_kept(self, alice: User, practice_a: Practice, in_a: Scope) -> None:
        token = invite(alice, practice_a, "gus@northlight.test").rstrip("/").split("/")[-1]
        assert token not in str(list(Invitation.objects.values()))


class TestExistingAccount:
    def test_they_sign_in_and_accept(
        self, browser: Browser, alice: User, enrolled: User, dan: User, practice_b: Practice
    ) -> None:
        path = open_invitation(browser, dan, practice_b, enrolled.email)
        assert "Sign in to accept" in browser.get(path).content.decode()
        sign_in_with_code(browser, enrolled)
        assert "Accept invitation" in browser.get(path).content.decode()
        assert browser.post(path)["Location"] == "/"
        assert browser.get(path).status_code == 410

    def test_somebody_else_cannot_accept(
        self, browser: Browser, alice: User, enrolled: User, practice_a: Practice, in_a: Scope
    ) -> None:
        path = invite(alice, practice_a, "gus@northlight.test", Role.OWNER)
        sign_in_with_code(browser, enrolled)
        assert "Sign out, then open this link again" in browser.post(path).content.decode()
        assert Member.objects.get(user=enrolled).role == Role.CONSULTANT

    def test_a_person_who_came_to_a_client_meanwhile_cannot_join_the_practice(
        self, browser: Browser, alice: User, carol: User, client_a1: Client, practice_a: Practice, in_a: Scope
    ) -> None:
        user = User.objects.create_user("hal@northlight.test", PASSWORD, name="Hal")
        path = invite(alice, practice_a, user.email)
        make_assignment(client_a1, user, Role.CLIENT_VIEWER)
        answer = sign_in(user).post(path)
        assert "cannot work for the practice as well" in answer.content.decode()
        assert not Member.objects.filter(user=user).exists()

    def test_a_client_person_gets_the_role_at_that_client_alone(
        self, browser: Browser, alice: User, client_a1: Client, client_a2: Client, in_a: Scope
    ) -> None:
        open_invitation(browser, alice, client_a1, "ivy@alder.test")
        sign_up(browser, "ivy@alder.test", "Ivy Irwin")
        given = Assignment.objects.get(user__email="ivy@alder.test")
        assert (given.client, given.role) == (client_a1, Role.CLIENT_VIEWER)

    def test_an_expired_one_in_the_session_closes_the_sign_up_again(
        self, browser: Browser, alice: User, practice_a: Practice, in_a: Scope
    ) -> None:
        open_invitation(browser, alice, practice_a, "gus@northlight.test")
        Invitation.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
        assert "by invitation" in browser.get(SIGN_UP).content.decode()
