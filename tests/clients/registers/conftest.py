"""Rows of the registers, made by the actions themselves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clients.registers import actions
from clients.registers.models import Record
from portal.tenancy.scope import enter
from tests.conftest import everything_of

BASICS: dict[str, dict[str, Any]] = {
    "workflows": {"platform": "n8n"},
    "integrations": {"platform": "xero"},
    "credentials": {"platform": "xero"},
    "sub-processors": {"purpose": "Sends e-mail"},
}


@pytest.fixture
def make(alice) -> Callable[..., Record]:
    """Make a row: make("credentials", client, name, **values)."""

    def made(register, client, name="invoice-sync", by=None, **values):
        with enter(everything_of(client.practice_id), switch=True):
            return actions.add_record(
                register, client, {**BASICS[register], "name": name, **values}, by=by or alice
            )

    return made


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Pages in tests name static files as they are: nobody has collected them."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
