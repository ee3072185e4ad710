"""Rows of the registers, made by the actions themselves, and pages without collected static files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clients.registers import actions
from clients.registers.models import Record
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of

BASICS: dict[str, dict[str, Any]] = {
    "workflows": {"platform": "n8n"},
    "integrations": {"platform": "xero"},
    "credentials": {"platform": "xero"},
    "sub-processors": {"purpose": "Sends e-mail"},
}
SLUGS = list(BASICS)


@pytest.fixture
def make(alice) -> Callable[..., Record]:
    """Make a row: make("credentials", client, name, **values)."""

    def made(
        register: str, client: Client, name: str = "invoice-sync", by: Any = None, **values: Any
    ) -> Record:
        with enter(everything_of(client.practice_id), switch=True):
            return actions.add_record(
                register, client, {**BASICS[register], "name": name, **values}, by=by or alice
            )

    return made


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
