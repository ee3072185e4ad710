"""A server for the browser: the product in a thread, on a database that lives as long as the module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

from portal.celery import app
from tests.browser.visitor import Visitor
from tests.conftest import as_owner


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "/tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.django_db(transaction=True))  # so that the tables are made


@pytest.fixture
def _django_db_helper() -> None:
    """In place of pytest-django's: here the rows live as long as the module, and `site` takes them away."""


@pytest.fixture(scope="module")
def site(chromium: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """The address of the running product. Packs are made at once; at the end the tables are empty again."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    quick = {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "STORAGES": {**settings.STORAGES, "staticfiles": plain},
    }
    eager, app.conf.task_always_eager = app.conf.task_always_eager, True
    cache.clear()
    with django_db_blocker.unblock(), override_settings(**quick):
        server = LiveServer("localhost")
        try:
            yield server.url
        finally:
            server.stop()
            app.conf.task_always_eager = eager
            cache.clear()
            with as_owner():
                call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def visitor(chromium: Any, site: str) -> Iterator[Callable[..., Visitor]]:
    """Make visitors. The test fails when the browser of one of them had something to complain of."""
    made: list[Visitor] = []

    def make(**options: Any) -> Visitor:
        made.append(Visitor(chromium, site, **options))
        return made[-1]

    yield make
    for each in made:
        each.context.close()
    assert [complaint for each in made for complaint in each.unexpected()] == []
