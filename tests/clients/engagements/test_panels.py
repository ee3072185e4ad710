"""The room on pages of other rooms: one tab for three sections, search for the practice, words of the trail."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from clients.engagements.panels import find_contacts
from portal.accounts.models import User
from portal.audit.presenters import lines_of
from portal.audit.queries import history, names_for
from portal.documents.evidence.actions import attach
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.clients.engagements.made import add, agree, now, review
from tests.conftest import scope_of
from tests.portal.documents.evidence.made import PDF

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]


def found(user: User, text: str) -> list[str]:
    with enter(scope_of(user), switch=True):
        return [hit.title for hit in find_contacts(access_of(user, now()), text)]


def test_people_of_the_practice_find_contacts_of_their_clients(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User, carol: User, dan: User
) -> None:
    add(client_a1, alice, "Ann Ash")
    add(client_a2, alice, "Ann Birch")
    assert found(alice, "ann") == ["Ann Ash", "Ann Birch"]
    assert found(bob, "ann") == ["Ann Ash"]
    assert found(carol, "ann") == []
    assert found(dan, "ann") == []
    with enter(scope_of(alice), switch=True):
        [hit] = find_contacts(access_of(alice, now()), "ann ash")
    assert hit.url.startswith("/c/alder/contacts/#contact-")
    assert hit.meta == "Alder & Sons · Manager, primary"


@pytest.mark.parametrize("address", ["support", "contacts", "access-reviews"])
def test_one_tab_is_current_on_all_three_sections(
    signed_in: SignedIn, client_a1: Client, alice: User, address: str
) -> None:
    body = signed_in(alice).get(f"/c/alder/{address}/").content.decode()
    assert 'href="/c/alder/support/" aria-current="page">Agreement' in body
    assert body.count('aria-current="page">Overview') == 0


def test_the_trail_says_what_happened_in_words(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    scope = agree(client_a1, alice, "growth")
    agree(client_a1, alice, "scale")
    done = review(client_a1, alice, bob=("change", "Less"))

    def told(row: object) -> str:
        events = history(client_a1, row._meta.db_table, row.pk)  # type: ignore[attr-defined]
        zone = scope.zone
        return " | ".join(line.text for line in lines_of(events, names_for(events), zone, linked=False))

    assert "first response to SEV1 4 hours → 1 hour" in told(scope)
    assert "Alice Archer added support scope" in told(scope)
    assert "Alice Archer finished access review" in told(done)
    item = done.items.get(user=bob)
    assert "Alice Archer decided on entry of the access review" in told(item)


def test_a_finished_review_carries_the_files_that_show_it(
    in_a: object, signed_in: SignedIn, client_a1: Client, alice: User, carol: User
) -> None:
    done = review(client_a1, alice)
    with enter(scope_of(alice), switch=True):
        attach(
            client_a1,
            "engagements.accessreview",
            str(done.pk),
            "list.pdf",
            PDF,
            by=alice,
            at=now(),
            shows="The list",
        )
    page = signed_in(carol).get(f"/c/alder/access-reviews/{done.pk}/").content.decode()
    assert "list.pdf" in page
    assert "Attach files" not in page
