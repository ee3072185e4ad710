"""The operator's doors: finding a client across practices and entering one practice."""

from __future__ import annotations

import pytest

from portal.lib.refused import Refused
from portal.tenancy.models import Client, Practice
from portal.tenancy.system import as_operator, find_client, practice_ids
from tests.conftest import make_client

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


def test_the_clock_lists_every_practice(practice_a: Practice, practice_b: Practice) -> None:
    assert practice_ids() == [practice_a.pk, practice_b.pk]


def test_a_client_is_found_by_its_short_name(client_a1: Client) -> None:
    assert find_client("alder") == (client_a1.practice_id, client_a1.pk)


def test_an_unknown_short_name_is_refused_with_what_to_give(client_a1: Client) -> None:
    with pytest.raises(Refused, match="no client with the short name “elm”"):
        find_client("elm")


def test_a_short_name_of_two_practices_needs_the_practice(client_a1: Client, practice_b: Practice) -> None:
    other = make_client(practice_b, "Alder Hotel", "alder")
    with pytest.raises(Refused, match="northlight, southgate. Say which with --practice"):
        find_client("alder")
    assert find_client("alder", "southgate") == (practice_b.pk, other.pk)


def test_the_operator_sees_one_practice_or_one_client_of_it(
    client_a1: Client, client_a2: Client, client_b1: Client
) -> None:
    with as_operator(client_a1.practice_id, "look"):
        assert set(Client._base_manager.all()) == {client_a1, client_a2}
    with as_operator(client_a1.practice_id, "look", client_id=client_a1.pk):
        assert set(Client._base_manager.all()) == {client_a1}
