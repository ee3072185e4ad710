"""The demonstration, built once for each of these modules and thrown away with its transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from clients.trust.demonstration.build import SCOPE, build
from clients.trust.demonstration.spec import PRACTICE_ID
from portal.tenancy.models import Client
from portal.tenancy.scope import enter


@pytest.fixture(scope="module", autouse=True)
def one_practice() -> Iterator[None]:
    """Listing practices needs a connection that sees what was committed; test_refusals.py has one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("clients.trust.demonstration.build.practice_ids", lambda: [PRACTICE_ID])
        yield


@contextmanager
def rolled_back() -> Iterator[None]:
    """Run the body in a transaction that leaves nothing behind."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any, one_practice: None) -> Iterator[list[str]]:
    """The demonstration as of now; gives the lines that were reported."""
    lines: list[str] = []
    with django_db_blocker.unblock(), rolled_back():
        assert build(timezone.now(), lines.append)
        yield lines


@pytest.fixture
def northgate(built: list[str], db: None) -> Iterator[None]:
    """A test inside the demonstration's practice, with everything in reach."""
    with enter(SCOPE, switch=True):
        yield


def client_of(slug: str) -> Client:
    found: Client = Client.objects.get(slug=slug)
    return found
