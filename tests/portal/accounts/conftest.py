"""What the tests of signing in share: an empty cache, plain static files, people who can sign in, their codes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django_otp.oath import totp

from portal.accounts.actions import add_person
from portal.accounts.models import RecoveryDevice, TotpDevice, User
from portal.audit.models import AuditEvent
from portal.tenancy.models import Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter
from tests.conftest import make_member

PASSWORD = "three unrelated words and a number 7"
SIGN_IN, CHALLENGE, ENROL = "/account/sign-in/", "/account/second-factor/", "/account/second-factor/enrol/"


@pytest.fixture(autouse=True)
def _quiet(settings: Any) -> None:
    """Limits start from nothing, and pages need no collected static files."""
    cache.clear()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def browser() -> Browser:
    """Somebody's browser, not signed in."""
    return Browser()


@pytest.fixture
def eve(practice_a: Practice) -> User:
    """A consultant of practice A who has an account with a password and no second factor yet."""
    user = add_person(email="eve@northlight.test", name="Eve Ellis", password=PASSWORD)
    make_member(practice_a, user, Role.CONSULTANT)
    return user


@pytest.fixture
def enrolled(eve: User) -> User:
    """Eve with an authenticator app."""
    TotpDevice.objects.create(user=eve, name="Phone", confirmed=True)
    return eve


@pytest.fixture
def owner(practice_a: Practice) -> User:
    """An owner of practice A with password and authenticator app."""
    user = add_person(email="olga@northlight.test", name="Olga Owen", password=PASSWORD)
    make_member(practice_a, user, Role.OWNER)
    TotpDevice.objects.create(user=user, name="Phone", confirmed=True)
    return user


@pytest.fixture
def trail(practice_a: Practice) -> Callable[[], list[str]]:
    """Give the verbs in practice A's trail, oldest first."""

    def verbs() -> list[str]:
        with enter(Scope(practice=practice_a.pk, clients=EVERY_CLIENT, internal=True), switch=True):
            return [event.action for event in AuditEvent.objects.order_by("id") if event.action]

    return verbs


def code_of(user: User, *, confirmed: bool = True) -> str:
    """The code that the person's authenticator app shows, as if it had not been used yet."""
    device = TotpDevice.objects.filter(user=user, confirmed=confirmed).latest("pk")
    TotpDevice.objects.filter(pk=device.pk).update(last_step=-1)
    return f"{totp(bytes.fromhex(device.secret)):06d}"


def forgive(user: User) -> None:
    """Let the waiting time after wrong codes pass."""
    for model in (TotpDevice, RecoveryDevice):
        model.objects.filter(user=user).update(throttling_failure_count=0, throttling_failure_timestamp=None)


def give_password(browser: Browser, user: User, password: str = PASSWORD) -> Any:
    """Enter address and password."""
    return browser.post(SIGN_IN, {"login": user.email, "password": password})


def sign_in_with_code(browser: Browser, user: User) -> Any:
    """Sign in with password and code."""
    give_password(browser, user)
    return browser.post(CHALLENGE, {"code": code_of(user)})


def is_signed_in(browser: Browser) -> bool:
    """Tell whether the browser reaches its own account."""
    return browser.get("/account/").status_code == 200


def grow_stale(browser: Browser) -> None:
    """Let more than five minutes pass since the second factor."""
    session = browser.session
    session["otp_at"] = time.time() - 301
    session.save()
