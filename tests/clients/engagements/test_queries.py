"""Who may be a contact, who answers for the client, and reads that stay within one client."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.engagements.queries import access_to, answering_of, contacts_of, support_of, users_of_side
from portal.accounts.models import User
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from tests.clients.engagements.made import add, agree, now
from tests.conftest import make_assignment, make_member, make_user

pytestmark = pytest.mark.django_db


def test_an_admin_answers_for_the_client_before_an_approver_and_a_viewer_never(
    in_a: object, client_a1: Client, alice: User
) -> None:
    viewer, approver, admin = (
        make_user(f"{name} Ivy", f"{name.lower()}@alder.test") for name in ("Vic", "App", "Adm")
    )
    make_assignment(client_a1, viewer, Role.CLIENT_VIEWER)
    assert answering_of(client_a1, now()) is None
    make_assignment(client_a1, approver, Role.CLIENT_APPROVER)
    assert answering_of(client_a1, now()) == approver
    make_assignment(client_a1, admin, Role.CLIENT_ADMIN, until_at=now() + timedelta(days=1))
    assert answering_of(client_a1, now()) == admin
    assert answering_of(client_a1, now() + timedelta(days=2)) == approver


def test_contacts_are_chosen_among_who_works_on_that_side_now(
    in_a: object, practice_a: Practice, client_a1: Client, alice: User, bob: User, carol: User
) -> None:
    auditor = make_user("Oak Ott", "oak@audit.test")
    make_member(practice_a, auditor, Role.AUDITOR, until_at=now() + timedelta(days=5))
    assert users_of_side(client_a1, "practice", now()) == [alice, bob]
    assert users_of_side(client_a1, "client", now()) == [carol]


def test_another_clients_agreement_is_none_of_this_ones(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    agree(client_a2, alice)
    add(client_a2, alice)
    assert support_of(client_a1) is None
    assert contacts_of(client_a1) == []


def test_who_has_access_is_read_in_two_queries_however_many_they_are(
    in_a: object, client_a1: Client, alice: User
) -> None:
    costs = []
    for number in range(4):
        make_assignment(client_a1, make_user(f"P{number} Ash", f"p{number}@alder.test"), Role.CLIENT_VIEWER)
        with CaptureQueriesContext(connection) as seen:
            assert len(access_to(client_a1, now())) == number + 2
        costs.append(len(seen))
    assert costs == [2, 2, 2, 2]
