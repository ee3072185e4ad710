"""Single sign-on: for the invited, confirmed address alone, followed by the second factor, taking over nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.contrib.auth.models import AnonymousUser
from django.test import Client as Browser

from portal.accounts.models import User
from portal.tenancy.models import Assignment, Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import Scope
from tests.portal.accounts.conftest import (
    CHALLENGE,
    ENROL,
    code_of,
    grow_stale,
    is_signed_in,
    sign_in_with_code,
)
from tests.portal.accounts.identity_provider import AUDIENCE, IdentityProvider, by_single_sign_on
from tests.portal.accounts.inviting import open_invitation

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Iterator[IdentityProvider]:
    running = IdentityProvider()
    app = {"provider_id": "sso", "name": "Alder", "client_id": AUDIENCE, "secret": "s"}
    app["settings"] = {"server_url": running.address}  # type: ignore[assignment]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_nobody_gets_in_without_an_invitation(browser: Browser, provider: IdentityProvider) -> None:
    assert "by invitation" in by_single_sign_on(browser).content.decode()
    assert not User.objects.exists()


def test_an_invited_person_enrols_and_is_challenged_the_next_time(
    browser: Browser, provider: IdentityProvider, alice: User, client_a1: Client, in_a: Scope
) -> None:
    open_invitation(browser, alice, client_a1, "fay@alder.test")
    assert by_single_sign_on(browser)["Location"] == ENROL
    fay = User.objects.get(email="fay@alder.test")
    assert fay.name == "Fay Fisher"
    assert Assignment.objects.get(user=fay).role == Role.CLIENT_VIEWER
    assert not is_signed_in(browser)
    browser.get(ENROL)
    browser.post(ENROL, {"code": code_of(fay, confirmed=False)})
    assert is_signed_in(browser)
    browser.post("/account/sign-out/")
    assert by_single_sign_on(browser)["Location"] == CHALLENGE


@pytest.mark.parametrize(
    ("what", "value"), [("verified", False), ("audience", "another"), ("email", "other@alder.test")]
)
def test_the_provider_must_vouch_for_the_invited_address_to_us(
    what: str,
    value: object,
    browser: Browser,
    provider: IdentityProvider,
    alice: User,
    client_a1: Client,
    in_a: Scope,
) -> None:
    open_invitation(browser, alice, client_a1, "fay@alder.test")
    setattr(provider, what, value)
    by_single_sign_on(browser)
    assert set(User.objects.all()) == {alice}
    assert not is_signed_in(browser)


def test_an_account_with_a_password_is_not_taken_over(
    browser: Browser, provider: IdentityProvider, enrolled: User
) -> None:
    provider.email = enrolled.email
    by_single_sign_on(browser)
    assert not is_signed_in(browser)
    assert browser.get(CHALLENGE)["Location"] == "/account/sign-in/"
    assert enrolled.socialaccount_set.count() == 0


def test_our_step_up_stands_before_the_gate_that_allauth_leaves_open(
    browser: Browser, enrolled: User, rf: Any
) -> None:
    sign_in_with_code(browser, enrolled)
    enrolled.set_unusable_password()
    request = rf.get("/")
    request.user, request.session = enrolled, {}
    assert did_recently_reauthenticate(request) is True, "without a password allauth asks for nothing"
    request.user = AnonymousUser()
    assert did_recently_reauthenticate(request) is False


def test_connecting_it_to_an_account_asks_for_the_second_factor_again(
    browser: Browser, provider: IdentityProvider, enrolled: User, trail: Callable[[], list[str]]
) -> None:
    provider.email = enrolled.email
    sign_in_with_code(browser, enrolled)
    grow_stale(browser)
    ask = browser.post("/account/sso/sso/?process=connect")["Location"]
    assert ask.startswith("/account/confirm-it-is-you/")
    browser.post(ask, {"code": code_of(enrolled)})
    by_single_sign_on(browser, "?process=connect")
    assert enrolled.socialaccount_set.count() == 1
    assert trail()[-1] == "single_sign_on.connect"
    browser.post("/account/sign-out/")
    assert by_single_sign_on(browser)["Location"] == CHALLENGE
