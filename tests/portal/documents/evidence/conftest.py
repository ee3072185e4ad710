"""A credential of client A1 to which files are attached, and a hidden one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from clients.registers.models import Credential
from portal.accounts.models import User
from portal.documents.evidence import actions
from portal.documents.models import EvidenceFile
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of, scope_of
from tests.portal.documents.evidence.made import PDF

CREDENTIAL = "registers.credential"


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def credential_of(client: Client, name: str = "HubSpot key", **values: Any) -> Credential:
    with enter(everything_of(client.practice_id), switch=True):
        return Credential.objects.create(
            practice_id=client.practice_id, client=client, name=name, platform="hubspot", **values
        )


@pytest.fixture
def credential(client_a1: Client) -> Credential:
    return credential_of(client_a1)


@pytest.fixture
def hidden(client_a1: Client) -> Credential:
    return credential_of(client_a1, "Hidden key", internal=True)


@pytest.fixture
def attached(bob: User, now: datetime) -> Callable[..., EvidenceFile]:
    """Attach a file to a record as Bob does."""

    def attach(record: Any, name: str = "signed.pdf", content: bytes = PDF, **more: Any) -> EvidenceFile:
        with enter(scope_of(bob), switch=True):
            values = {"by": bob, "at": now, **more}
            kind = record._meta.label_lower
            file = actions.attach(record.client, kind, str(record.pk), name, content, **values)
        file.client = record.client
        return file

    return attach
