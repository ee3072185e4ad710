"""Rooms above are told who lost access and which client came or went, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.accounts.people_actions import change_role, end_access
from portal.tenancy import followers
from portal.tenancy.actions import add_client, end_client
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import Role
from portal.tenancy.scope import current, enter
from tests.conftest import make_assignment, make_member, make_user, scope_of

pytestmark = pytest.mark.usefixtures("in_a")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, ...]]]:
    """What followers were told."""
    calls: list[tuple[Any, ...]] = []
    for name in ("_access_ended", "_client_added", "_client_ended"):
        monkeypatch.setattr(followers, name, [])
    followers.on_access_ended(
        lambda user, clients, *, now, by: calls.append(("access", user, clients, by, current().internal))
    )
    followers.on_client_added(lambda client, *, now, by, why: calls.append(("added", client, by, why)))
    followers.on_client_ended(lambda client, *, now, by, why: calls.append(("ended", client, by, why)))
    yield calls


def test_the_end_of_an_assignment_is_told_with_its_client(
    told: list[Any], alice: User, bob: User, client_a1: Client
) -> None:
    end_access(by=alice, term=Assignment.objects.get(user=bob))
    assert told == [("access", bob, [client_a1], alice, True)]


def test_the_end_of_a_membership_is_told_for_every_client(told: list[Any], alice: User, bob: User) -> None:
    end_access(by=alice, term=Member.objects.get(user=bob))
    assert told == [("access", bob, None, alice, True)]


def test_an_end_to_come_is_not_told(told: list[Any], alice: User, bob: User) -> None:
    end_access(by=alice, term=Assignment.objects.get(user=bob), until_at=timezone.now() + timedelta(days=1))
    assert told == []


def test_a_lesser_role_is_told(told: list[Any], alice: User, practice_a: Any) -> None:
    other = make_user("Olga Owner", "olga@northlight.test")
    member = make_member(practice_a, other, Role.OWNER)
    change_role(by=alice, term=member, role=Role.CONSULTANT)
    assert told == [("access", other, None, alice, True)]


def test_internal_rows_follow_also_when_the_clients_admin_removes_somebody(
    told: list[Any], carol: User, client_a1: Client
) -> None:
    admin = make_user("Ada Admin", "ada@alder.test")
    make_assignment(client_a1, admin, Role.CLIENT_ADMIN)
    with enter(scope_of(admin), switch=True):
        end_access(by=admin, term=Assignment.objects.get(user=carol))
        assert not current().internal
    assert told == [("access", carol, [client_a1], admin, True)]


def test_clients_that_come_and_go_are_told(told: list[Any], alice: User, practice_a: Any) -> None:
    client = add_client(by=alice, practice=practice_a, facts={"name": "New", "slug": "new"}, why="Signed")
    end_client(by=alice, client=client, ended_on=timezone.localdate(), why="Done")
    assert told == [("added", client, alice, "Signed"), ("ended", client, alice, "Done")]


def test_when_a_follower_fails_nothing_happened(
    told: list[Any], alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(followers, "_access_ended", [fails])
    with pytest.raises(RuntimeError):
        end_access(by=alice, term=Assignment.objects.get(user=bob))
    assert Assignment.objects.get(user=bob).until_at is None
