"""Controls are found by their words, by people for whom there is one client to lead to."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clients.posture.search import find_controls
from portal.accounts.models import User
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of

pytestmark = pytest.mark.django_db


def find(user: User, text: str) -> list[str]:
    with enter(scope_of(user), switch=True):
        return [hit.url for hit in find_controls(access_of(user, datetime.now(UTC)), text)]


def test_a_control_is_found_by_id_and_by_words(client_a1: Client, client_a2: Client, carol: User) -> None:
    assert find(carol, "sec-03") == ["/c/alder/posture/SEC-03/"]
    assert "/c/alder/posture/SEC-03/" in find(carol, "rotation")
    assert find(carol, "no such words") == []


def test_with_several_clients_there_is_no_one_page_to_lead_to(
    client_a1: Client, client_a2: Client, alice: User
) -> None:
    assert find(alice, "rotation") == []
