"""A client's front page shows its open incidents with the clock that is due first, and nothing of drills."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone

from incidents.response import actions
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope
from tests.incidents.response.made import agree, opened

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
SignIn = Callable[[User], Browser]


@pytest.fixture
def plain_static(settings: object) -> None:
    """Pages name static files by their plain names here."""
    backend = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}  # type: ignore[attr-defined]


def front_page(signed_in: SignIn, user: User) -> str:
    return " ".join(signed_in(user).get("/c/alder/").content.decode().split())


def test_an_open_incident_stands_there_with_the_clock_that_is_due_first(
    in_a: Scope, alice: User, carol: User, client_a1: Client, signed_in: SignIn
) -> None:
    agree(client_a1, alice, "growth")
    now = timezone.now()
    incident = opened(client_a1, alice, "SEV1", now=now - timedelta(minutes=5))
    for user, left in ((alice, "left until the next word"), (carol, "left to take it up")):
        page = front_page(signed_in, user)
        assert f"{incident.reference} {incident.title}" in page
        assert left in page, "when we have to write is ours to know; when we have to answer was promised"
    actions.acknowledge(incident, by=alice, now=now)
    actions.record_instant(incident, "contained_at", now, by=alice, now=now)
    actions.record_instant(incident, "resolved_at", now, by=alice, now=now)
    assert "left to share" in front_page(signed_in, carol)


def test_no_drill_no_closed_one_and_nothing_of_another_client_stands_there(
    in_a: Scope, alice: User, client_a1: Client, client_a2: Client, signed_in: SignIn
) -> None:
    opened(client_a1, alice, drill=True, title="Only an exercise")
    opened(client_a2, alice, title="At somebody else")
    page = front_page(signed_in, alice)
    assert "Open incidents" not in page
    assert "Only an exercise" not in page and "At somebody else" not in page


def test_five_are_named_and_the_rest_is_one_link(
    in_a: Scope, alice: User, client_a1: Client, signed_in: SignIn
) -> None:
    for number in range(7):
        opened(client_a1, alice, title=f"The fault {number}")
    page = front_page(signed_in, alice)
    assert page.count("The fault") == 5
    assert 'Open incidents</h2><span class="count">7</span><a class="more"' in page
