"""What rooms above put on a client's front page."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clients.posture import front
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Role

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "_parts", {})


def access(user: User, client: Client) -> Access:
    return Access(user, client.practice, Role.OWNER, {client.pk: Role.OWNER})


def test_parts_stand_in_their_order_and_one_without_anything_to_show_is_left_out(
    alice: User, client_a1: Client
) -> None:
    front.register("second.html", lambda *_: {"n": 2}, order=20)
    front.register("first.html", lambda *_: {"n": 1}, order=10)
    front.register("never.html", lambda *_: None)
    found = front.parts(access(alice, client_a1), client_a1, NOW)
    assert [(part.template, part.values["n"]) for part in found] == [("first.html", 1), ("second.html", 2)]


def test_registering_twice_replaces(alice: User, client_a1: Client) -> None:
    for n in (1, 2):
        front.register("same.html", lambda *_, n=n: {"n": n})
    [part] = front.parts(access(alice, client_a1), client_a1, NOW)
    assert part.values["n"] == 2
