"""The cast and the house in which tests run: real PostgreSQL on the restricted role, a frozen clock.

Tables are made by the owner's role; every test runs as the role that serves, so the policies are on.
"""

from __future__ import annotations

import os

os.environ.setdefault("SITE_URL", "http://127.0.0.1:8000")
os.environ.setdefault("EMAIL_URL", "memorymail://")
os.environ.setdefault("DATABASE_POOL", "0")

from portal.embedded import throwaway

throwaway.start()

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.test import Client as Browser
from django.test import TransactionTestCase

from portal.embedded import services
from portal.environment import database

OWNER = {key: database(services.endpoints().owner_url)[key] for key in ("USER", "PASSWORD")}
APP = {key: database(services.endpoints().app_url)[key] for key in ("USER", "PASSWORD")}


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
