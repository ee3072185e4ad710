"""What the database lets through in which scope, whatever the application forgets."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from portal.accounts.models import User
from portal.tenancy.access import access_of, scope_for
from portal.tenancy.models import Assignment, Client, Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import EMPTY, EVERY_CLIENT, Scope, ScopeError, enter, narrowed
from tests.conftest import everything_of, make_assignment, make_member, make_user, scope_of

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    """Every client that the database lets through, past the manager's own filter."""
    return sorted(Client._base_manager.values_list("name", flat=True))


@pytest.fixture
def world(client_a1: Client, client_a2: Client, client_b1: Client) -> None:
    """Three clients in two practices."""


@pytest.mark.usefixtures("world")
class TestScopes:
    def test_without_a_scope_there_are_no_rows(self) -> None:
        assert names() == []
        assert Practice.objects.count() == 0
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tenancy_client")
            assert cursor.fetchone() == (0,)

    def test_a_practice_sees_its_own_clients_only(self, practice_a: Practice, practice_b: Practice) -> None:
        with enter(everything_of(practice_a)):
            assert names() == ["Alder & Sons", "Birch Clinic"]
        with enter(everything_of(practice_b)):
            assert names() == ["Cedar Shipping"]
        assert names() == []

    def test_the_clients_of_a_scope_bound_its_rows(self, practice_a: Practice, client_a2: Client) -> None:
        with enter(Scope(practice=practice_a.pk, clients=frozenset({client_a2.pk}))):
            assert names() == ["Birch Clinic"]
        with enter(Scope(practice=practice_a.pk)):
            assert names() == []

    def test_a_foreign_client_in_the_scope_opens_nothing(
        self, practice_a: Practice, client_b1: Client
    ) -> None:
        with enter(Scope(practice=practice_a.pk, clients=frozenset({client_b1.pk}))):
            assert names() == []

    def test_a_row_cannot_be_written_into_another_practice(
        self, practice_a: Practice, practice_b: Practice
    ) -> None:
        with enter(everything_of(practice_a)), pytest.raises(ProgrammingError), transaction.atomic():
            Client.objects.create(practice=practice_b, name="Smuggled", slug="smuggled")

    def test_a_row_cannot_be_moved_into_another_practice(
        self, practice_a: Practice, practice_b: Practice
    ) -> None:
        with enter(everything_of(practice_a)), pytest.raises(ProgrammingError), transaction.atomic():
            Client.objects.filter(slug="alder").update(practice=practice_b)

    def test_another_practices_rows_cannot_be_updated(self, practice_a: Practice, client_b1: Client) -> None:
        with enter(everything_of(practice_a)):
            assert Client._base_manager.filter(pk=client_b1.pk).update(name="Taken") == 0

    def test_a_key_cannot_point_into_another_practice(
        self, practice_a: Practice, client_b1: Client, alice: User
    ) -> None:
        with enter(everything_of(practice_a)), pytest.raises(IntegrityError), transaction.atomic():
            Assignment.objects.create(
                practice=practice_a,
                client_id=client_b1.pk,
                user=alice,
                role="lead",
                from_at=datetime.now(UTC),
            )
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS tenancy_assignment_client_id_same_owner IMMEDIATE")

    def test_the_serving_role_cannot_switch_the_policies_off(self) -> None:
        with pytest.raises(ProgrammingError), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL row_security = off")
            names()

    def test_a_nested_scope_may_only_narrow(self, practice_a: Practice, practice_b: Practice) -> None:
        one = Scope(practice=practice_a.pk, clients=frozenset({uuid.uuid4()}))
        with enter(one):
            for wider in (
                everything_of(practice_a),
                everything_of(practice_b),
                Scope(practice=practice_a.pk, clients=EVERY_CLIENT),
                Scope(practice=practice_a.pk, clients=one.clients, internal=True),
                EMPTY,
            ):
                with pytest.raises(ScopeError), enter(wider):
                    pass
            with narrowed(clients=frozenset()):
                assert names() == []

    def test_a_scope_ends_with_an_exception(self, practice_a: Practice) -> None:
        with suppress(KeyError), enter(everything_of(practice_a)):
            assert names()
            raise KeyError
        assert names() == []

    def test_a_rolled_back_savepoint_leaves_the_outer_scope(
        self, practice_a: Practice, practice_b: Practice
    ) -> None:
        with enter(everything_of(practice_a)):
            with suppress(KeyError), transaction.atomic(), enter(everything_of(practice_b), switch=True):
                assert names() == ["Cedar Shipping"]
                raise KeyError
            assert names() == ["Alder & Sons", "Birch Clinic"]

    def test_a_query_kept_for_later_runs_in_the_scope_of_its_running(self, practice_a: Practice) -> None:
        with enter(everything_of(practice_a)):
            late = Client.objects.order_by("name")
        assert list(late) == []


def test_a_rolled_back_transaction_is_not_mistaken_for_its_scope(
    transactional_db: None, practice_a: Practice, practice_b: Practice, client_a1: Client, client_b1: Client
) -> None:
    with enter(everything_of(practice_a)):
        with suppress(KeyError), transaction.atomic(), enter(everything_of(practice_b), switch=True):
            assert names() == ["Cedar Shipping"]
            raise KeyError
        assert names() == ["Alder & Sons"]
        connection.close()
        assert names() == ["Alder & Sons"]
    assert names() == []


class TestAccess:
    def test_an_owner_reaches_every_client(self, alice: User, client_a1: Client, client_a2: Client) -> None:
        assert scope_of(alice).clients is EVERY_CLIENT
        assert scope_of(alice).internal

    def test_a_consultant_reaches_assigned_clients(
        self, bob: User, client_a1: Client, client_a2: Client
    ) -> None:
        assert scope_of(bob).clients == frozenset({client_a1.pk})

    def test_a_clients_person_sees_nothing_internal(self, carol: User, client_a1: Client) -> None:
        assert scope_of(carol).clients == frozenset({client_a1.pk})
        assert not scope_of(carol).internal

    def test_a_stranger_has_no_practice(self) -> None:
        stranger = make_user("Sam Stone", "sam@nowhere.test")
        assert scope_of(stranger) == Scope(person=stranger.pk)

    def test_a_forged_wish_for_another_practice_is_ignored(self, alice: User, practice_b: Practice) -> None:
        access = access_of(alice, datetime.now(UTC), wished=practice_b.pk)
        assert access.practice is not None
        assert access.practice.slug == "northlight"

    def test_access_ends_at_its_instant(self, practice_a: Practice, client_a1: Client) -> None:
        user = make_user("Eve Early", "eve@northlight.test")
        end = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
        make_member(practice_a, user, Role.CONSULTANT)
        make_assignment(client_a1, user, Role.CONSULTANT, until_at=end)
        before = access_of(user, end - timedelta(microseconds=1))
        assert before.client_ids == frozenset({client_a1.pk})
        assert access_of(user, end).client_ids == frozenset()
        assert scope_for(access_of(user, end)).clients == frozenset()

    def test_a_consultant_who_left_keeps_no_client(self, practice_a: Practice, client_a1: Client) -> None:
        user = make_user("Lea Left", "lea@northlight.test")
        make_member(practice_a, user, Role.CONSULTANT, until_at=datetime.now(UTC))
        make_assignment(client_a1, user, Role.LEAD)
        assert access_of(user, datetime.now(UTC) + timedelta(seconds=1)).roles == {}

    def test_an_auditor_needs_an_end(self, practice_a: Practice) -> None:
        user = make_user("Ada Audit", "ada@auditors.test")
        with pytest.raises(IntegrityError), transaction.atomic():
            make_member(practice_a, user, Role.AUDITOR)

    def test_people_read_their_own_memberships_before_any_practice(self, alice: User, dan: User) -> None:
        with enter(Scope(person=alice.pk)):
            assert [row.user_id for row in Member._base_manager.all()] == [alice.pk]
