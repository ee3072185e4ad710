"""The page of a post-mortem: the promise in words, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.post_mortems import panels
from incidents.response.post_mortems.actions import ask_review
from incidents.response.post_mortems.reading import post_mortem_of
from incidents.response.post_mortems.sharing import share
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.incidents.response.made import opened
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, reviewed, write_all

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("hours", "state", "words"), [(40, "ok", "In time"), (50, "late", "2 hours late")])
def test_the_promise_says_how_it_was_kept(
    in_a: object, client_a1: Client, alice: User, bob: User, hours: int, state: str, words: str
) -> None:
    assert panels.promise_of(opened(client_a1, alice), RESOLVED) is None
    incident = write_all(resolved(client_a1, alice), alice)
    assert panels.promise_of(incident, RESOLVED).state == "soon"
    ask_review(incident, by=alice, now=RESOLVED)
    reviewed(incident, bob)
    share(incident, by=alice, now=RESOLVED + timedelta(hours=hours))
    promise = panels.promise_of(incident, RESOLVED + timedelta(days=9))
    assert (promise.state, promise.words) == (state, words)


def test_the_client_gets_nothing_before_it_is_shared(in_a: object, client_a1: Client, alice: User) -> None:
    incident = write_all(resolved(client_a1, alice), alice)
    page = panels.page(incident, post_mortem_of(incident), RESOLVED, inside=False)
    assert page["parts"] == []
    assert "entries" not in page


def test_whoever_hears_of_it_is_named(in_a: object, client_a1: Client, alice: User, carol: User) -> None:
    found = panels.audience(resolved(client_a1, alice), RESOLVED)
    assert found == {"people": [carol], "channels": []}
