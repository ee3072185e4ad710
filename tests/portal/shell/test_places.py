from django.utils import timezone

from portal.accounts.models import User
from portal.shell import places
from portal.tenancy.access import access_of, scope_for
from portal.tenancy.models import Client
from portal.tenancy.scope import enter


def seen_by(user: User) -> tuple[str, list[str]]:
    access = access_of(user, timezone.now())
    with enter(scope_for(access), switch=True):
        return str(places.count_clients(access)), [hit.title for hit in places.find_clients(access, "i")]


def test_clients_are_counted_and_found_in_reach_alone(
    alice: User, bob: User, client_a1: Client, client_a2: Client, client_b1: Client
) -> None:
    assert seen_by(alice) == ("2", ["Birch Clinic"])
    assert seen_by(bob) == ("1", [])


def test_a_client_is_found_by_its_name_whatever_its_case(alice: User, client_a1: Client) -> None:
    access = access_of(alice, timezone.now())
    with enter(scope_for(access), switch=True):
        [hit] = places.find_clients(access, "ALDER")
    assert (hit.title, hit.url) == ("Alder & Sons", f"/c/{client_a1.slug}/")
