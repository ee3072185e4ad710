"""The cast and the house in which tests run: real PostgreSQL on the restricted role, a frozen clock.

Tables are made by the owner's role; every test runs as the role that serves, so the policies are on.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connections
from django.test import Client as Browser
from django.test import TransactionTestCase

from portal.accounts.models import User
from portal.embedded import services
from portal.environment import database
from portal.tenancy.access import access_of, scope_for
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter
from tests.browser.chromium import chromium

__all__ = ["chromium"]

#: Valkey has 16 databases; the first two are the broker's and the product's own cache.
FIRST_CACHE, CACHES_FOR_WORKERS = 2, 14
OWNER = {key: database(services.endpoints().owner_url)[key] for key in ("USER", "PASSWORD")}
APP = {key: database(services.endpoints().app_url)[key] for key in ("USER", "PASSWORD")}


def cache_of_this_worker() -> None:
    """Give each worker of a parallel run a cache of its own: a test that empties it must not empty another's."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        place = django_settings.CACHES["default"]
        address, _, _ = str(place["LOCATION"]).partition("?db=")
        place["LOCATION"] = (
            f"{address}?db={FIRST_CACHE + int(worker.removeprefix('gw')) % CACHES_FOR_WORKERS}"
        )


cache_of_this_worker()


def connect_as(role: dict[str, str]) -> None:
    """Let the default connection sign in as another role from its next statement on."""
    connections["default"].close()
    connections["default"].settings_dict.update(role)


@contextmanager
def as_owner() -> Iterator[None]:
    """Run the body as the role that owns the tables."""
    connect_as(OWNER)
    try:
        yield
    finally:
        connect_as(APP)


_flush = TransactionTestCase._fixture_teardown


def _flush_as_owner(self: Any) -> None:
    with as_owner():
        _flush(self)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Create and migrate as the owner; flushing tables needs the owner too."""
    TransactionTestCase._fixture_teardown = _flush_as_owner
    connect_as(OWNER)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """From here on the tests sign in as the role that serves."""
    with django_db_blocker.unblock():
        connect_as(APP)
    yield
    with django_db_blocker.unblock():
        connect_as(OWNER)


@pytest.fixture
def now() -> datetime:
    """A Thursday before noon; nothing in the tests reads another clock for its dates."""
    return datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


# The cast: two practices, three clients, four people. Everything else a test builds in sight of its reader. ----


def everything_of(practice: Practice | uuid.UUID) -> Scope:
    """The widest scope there is: one practice with all its clients and its internal rows."""
    return Scope(practice=getattr(practice, "pk", practice), clients=EVERY_CLIENT, internal=True)


def scope_of(user: User) -> Scope:
    """The scope in which this person's requests run."""
    return scope_for(access_of(user, datetime.now(UTC)))


def make_practice(name: str, slug: str) -> Practice:
    practice_id = uuid.uuid4()
    with enter(everything_of(practice_id), switch=True):
        return Practice.objects.create(pk=practice_id, name=name, slug=slug)


def make_client(practice: Practice, name: str, slug: str, **fields: Any) -> Client:
    with enter(everything_of(practice), switch=True):
        return Client.objects.create(practice=practice, name=name, slug=slug, **fields)


def make_member(practice: Practice, user: User, role: Role, until_at: datetime | None = None) -> Member:
    with enter(everything_of(practice), switch=True):
        since = datetime.now(UTC) - timedelta(days=365)
        return Member.objects.create(
            practice=practice, user=user, role=role.value, from_at=since, until_at=until_at
        )


def make_assignment(client: Client, user: User, role: Role, until_at: datetime | None = None) -> Assignment:
    with enter(everything_of(client.practice_id), switch=True):
        since = datetime.now(UTC) - timedelta(days=365)
        return Assignment.objects.create(
            practice_id=client.practice_id,
            client=client,
            user=user,
            role=role.value,
            from_at=since,
            until_at=until_at,
        )


def make_user(name: str, email: str) -> User:
    return User.objects.create_user(email, "a long enough pass phrase", name=name)


@pytest.fixture
def practice_a(db: None) -> Practice:
    return make_practice("Northlight Automation", "northlight")


@pytest.fixture
def practice_b(db: None) -> Practice:
    return make_practice("Southgate Systems", "southgate")


@pytest.fixture
def client_a1(practice_a: Practice) -> Client:
    return make_client(practice_a, "Alder & Sons", "alder")


@pytest.fixture
def client_a2(practice_a: Practice) -> Client:
    return make_client(practice_a, "Birch Clinic", "birch")


@pytest.fixture
def client_b1(practice_b: Practice) -> Client:
    return make_client(practice_b, "Cedar Shipping", "cedar")


@pytest.fixture
def alice(practice_a: Practice) -> User:
    """Owner of practice A."""
    user = make_user("Alice Archer", "alice@northlight.test")
    make_member(practice_a, user, Role.OWNER)
    return user


@pytest.fixture
def bob(practice_a: Practice, client_a1: Client) -> User:
    """Consultant of practice A, assigned to client A1 alone."""
    user = make_user("Bob Baker", "bob@northlight.test")
    make_member(practice_a, user, Role.CONSULTANT)
    make_assignment(client_a1, user, Role.CONSULTANT)
    return user


@pytest.fixture
def carol(client_a1: Client) -> User:
    """Approver at client A1."""
    user = make_user("Carol Clarke", "carol@alder.test")
    make_assignment(client_a1, user, Role.CLIENT_APPROVER)
    return user


@pytest.fixture
def dan(practice_b: Practice) -> User:
    """Owner of practice B."""
    user = make_user("Dan Dyer", "dan@southgate.test")
    make_member(practice_b, user, Role.OWNER)
    return user


@pytest.fixture
def in_a(practice_a: Practice) -> Iterator[Scope]:
    """The whole of practice A, for arranging and for looking at what a request has done."""
    with enter(everything_of(practice_a), switch=True) as scope:
        yield scope


@pytest.fixture
def signed_in() -> Callable[[User], Browser]:
    """Give a browser in which a person has signed in with a verified second factor just now."""
    return sign_in


def sign_in(user: User) -> Browser:
    from django_otp import DEVICE_ID_SESSION_KEY

    from portal.accounts.models import TotpDevice

    device, _ = TotpDevice.objects.get_or_create(user=user, confirmed=True, defaults={"name": "phone"})
    browser = Browser()
    browser.force_login(user)
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session["otp_at"] = time.time()
    session.save()
    return browser


@pytest.fixture(autouse=True)
def _quick_settings(settings: Any) -> None:
    """Pages are rendered without collecting static files first, and passwords are hashed quickly."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture(autouse=True)
def _machinery_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are looked at as if beat and a worker ran; tests/portal/health lets it stand still."""
    from portal.health import checks
    from portal.shell import notices

    runs = checks.Machinery((checks.Check("everything", "Everything", True, "It runs."),))
    monkeypatch.setattr(checks.machinery, "ask", lambda: runs)
    monkeypatch.setattr(checks.machinery, "seconds", 0.0)
    monkeypatch.setattr(notices, "_finders", [])
