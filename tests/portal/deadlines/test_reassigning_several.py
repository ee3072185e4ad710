"""Several deadlines change hands at once: only what one may hand over, only to who works there, all or none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.deadlines import kinds
from portal.deadlines.models import Deadline
from portal.lib.refused import Refused
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_assignment, make_member, make_user
from tests.portal.deadlines.making import KIND, make_deadline

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]
PAGE = "/deadlines/reassign/"


@pytest.fixture
def eve(practice_a: Practice, client_a1: Client, client_a2: Client) -> User:
    """Consultant of practice A, assigned to both clients."""
    user = make_user("Eve Eaton", "eve@northlight.test")
    make_member(practice_a, user, Role.CONSULTANT)
    for client in (client_a1, client_a2):
        make_assignment(client, user, Role.CONSULTANT)
    return user


def owners(practice: Practice) -> dict[str, str]:
    with enter(everything_of(practice), switch=True):
        rows = Deadline.objects.select_related("owner")
        return {row.title.removeprefix("Renew "): row.owner.get_short_name() for row in rows}


def test_whose_is_asked_first(alice: User, eve: User, signed_in: SignIn) -> None:
    browser = signed_in(alice)
    assert "Eve Eaton" in browser.get(PAGE).content.decode()
    assert "Choose whose deadlines to reassign" in browser.get(f"{PAGE}?from=").content.decode()


def test_all_chosen_ones_change_hands_over_the_clients(
    alice: User, eve: User, practice_a: Practice, client_a1: Client, client_a2: Client, signed_in: SignIn
) -> None:
    rows = [
        make_deadline(client, name, 3, owner=eve) for client, name in ((client_a1, "a"), (client_a2, "b"))
    ]
    make_deadline(client_a1, "kept", 4, owner=eve)
    browser = signed_in(alice)
    page = browser.get(f"{PAGE}?from={eve.pk}").content.decode()
    assert "Alder &amp; Sons: Renew a" in page
    sent = {"deadlines": [row.pk for row in rows], "owner": str(alice.pk), "why": "Eve is on leave"}
    answer = browser.post(f"{PAGE}?from={eve.pk}", sent, follow=True)
    assert "2 deadlines belong to Alice Archer now." in answer.content.decode()
    assert owners(practice_a) == {"a": "Alice", "b": "Alice", "kept": "Eve"}


def test_who_does_not_work_for_a_client_gets_nothing_of_it_and_nothing_else_changes(
    alice: User,
    bob: User,
    eve: User,
    practice_a: Practice,
    client_a1: Client,
    client_a2: Client,
    signed_in: SignIn,
) -> None:
    rows = [
        make_deadline(client, name, 3, owner=eve) for client, name in ((client_a1, "a"), (client_a2, "b"))
    ]
    sent = {"deadlines": [row.pk for row in rows], "owner": str(bob.pk), "why": "Eve has left"}
    page = signed_in(alice).post(f"{PAGE}?from={eve.pk}", sent).content.decode()
    assert "Bob Baker does not work for Birch Clinic. Leave its deadline out" in page
    assert owners(practice_a) == {"a": "Eve", "b": "Eve"}


def test_when_one_is_refused_none_changes_hands(
    alice: User,
    eve: User,
    practice_a: Practice,
    client_a1: Client,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hand_over(row: Deadline, **_: Any) -> None:
        if row.title == "Renew b":
            raise Refused("It has been retired.")
        Deadline.objects.filter(pk=row.pk).update(owner=alice)

    plain = kinds.kind_of(KIND)
    kind = kinds.Kind(KIND, "Test", "renewal", plain.address, plain.next_step, hand_over=hand_over)
    monkeypatch.setitem(kinds._kinds, KIND, kind)
    rows = [make_deadline(client_a1, name, 3, owner=eve) for name in ("a", "b")]
    sent = {"deadlines": [row.pk for row in rows], "owner": str(alice.pk), "why": "Eve has left"}
    page = signed_in(alice).post(f"{PAGE}?from={eve.pk}", sent).content.decode()
    assert "Nothing was changed. “Renew b”: It has been retired." in page
    assert owners(practice_a) == {"a": "Eve", "b": "Eve"}


def test_two_deadlines_of_one_record_go_to_the_new_owner_with_it(
    alice: User,
    eve: User,
    practice_a: Practice,
    client_a1: Client,
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def hand_over(row: Deadline, **_: Any) -> None:
        moved = Deadline.objects.filter(subject_id=row.subject_id).exclude(owner=alice).update(owner=alice)
        if not moved:
            raise Refused("It is theirs already.")

    plain = kinds.kind_of(KIND)
    for name in (KIND, "test.review"):
        kind = kinds.Kind(name, "Test", "renewal", plain.address, plain.next_step, hand_over=hand_over)
        monkeypatch.setitem(kinds._kinds, name, kind)
    rows = [
        make_deadline(client_a1, name, 3, owner=eve, subject_id="one", kind=kind)
        for name, kind in (("a", KIND), ("b", "test.review"))
    ]
    sent = {"deadlines": [row.pk for row in rows], "owner": str(alice.pk), "why": "Eve has left"}
    answer = signed_in(alice).post(f"{PAGE}?from={eve.pk}", sent, follow=True)
    assert "2 deadlines belong to Alice Archer now." in answer.content.decode()
    assert owners(practice_a) == {"a": "Alice", "b": "Alice"}


def test_only_what_one_may_hand_over_is_offered(
    bob: User, eve: User, client_a1: Client, client_a2: Client, signed_in: SignIn
) -> None:
    make_deadline(client_a1, "ours", 3, owner=eve)
    theirs = make_deadline(client_a2, "theirs", 3, owner=eve)
    browser = signed_in(bob)
    page = browser.get(f"{PAGE}?from={eve.pk}").content.decode()
    assert "Renew ours" in page
    assert "Renew theirs" not in page
    sent = {"deadlines": [theirs.pk], "owner": str(bob.pk), "why": "mine"}
    assert "has ended or changed hands" in browser.post(f"{PAGE}?from={eve.pk}", sent).content.decode()


def test_somebody_of_another_practice_is_not_found(
    alice: User, dan: User, carol: User, signed_in: SignIn
) -> None:
    browser = signed_in(alice)
    for wished in (str(dan.pk), str(carol.pk), "nonsense"):
        assert browser.get(f"{PAGE}?from={wished}").status_code == 404
    assert signed_in(carol).get(PAGE).status_code == 404


def test_the_number_of_queries_does_not_grow(
    alice: User, eve: User, client_a1: Client, client_a2: Client, signed_in: SignIn
) -> None:
    browser = signed_in(alice)
    make_deadline(client_a1, "one", 3, owner=eve)
    browser.get(f"{PAGE}?from={eve.pk}")
    with CaptureQueriesContext(connection) as first:
        browser.get(f"{PAGE}?from={eve.pk}")
    for n in range(3):
        make_deadline((client_a1, client_a2)[n % 2], f"n{n}", n, owner=eve)
    with CaptureQueriesContext(connection) as then:
        browser.get(f"{PAGE}?from={eve.pk}")
    assert len(then) == len(first)
