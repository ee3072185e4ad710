"""The pages of measures: add, change, done, drop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from incidents.response.models import Incident, Measure
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of
from tests.incidents.response.post_mortems.made import resolved

pytestmark = pytest.mark.django_db


@pytest.fixture
def inside(client_a1: Client) -> Callable[[], Any]:
    return lambda: enter(everything_of(client_a1.practice_id), switch=True)


@pytest.fixture
def incident(client_a1: Client, alice: User, inside: Any) -> Incident:
    with inside():
        return resolved(client_a1, alice)


def at(incident: Incident, rest: str) -> str:
    return f"/c/alder/incidents/{incident.number}/measures/{rest}"


def facts(owner: User, **more: str) -> dict[str, str]:
    day = {"due_on_day": "1", "due_on_month": "12", "due_on_year": "2026"}
    return {"text": "Alert on duplicates", "kind": "preventive", "owner": str(owner.pk), **day, **more}


def test_a_measure_goes_from_added_to_done(
    signed_in: Any, incident: Incident, alice: User, bob: User, inside: Any
) -> None:
    browser = signed_in(alice)
    assert browser.get(at(incident, "add/")).status_code == 200
    assert browser.post(at(incident, "add/"), facts(bob)).status_code == 302
    with inside():
        measure = Measure.objects.get()
        assert (measure.owner, str(measure.due_on)) == (bob, "2026-12-01")
        assert Deadline.objects.open().get(kind="incident.measure").owner == bob
    page = browser.get(at(incident, f"{measure.pk}/"))
    assert "Alert on duplicates" in page.content.decode()
    changed = facts(alice, version="1", text="Alert on repeats")
    assert browser.post(at(incident, f"{measure.pk}/"), changed).status_code == 302
    stale = browser.post(at(incident, f"{measure.pk}/"), changed).content.decode()
    assert "Somebody changed this measure" in stale
    assert browser.post(at(incident, f"{measure.pk}/done/"), {"outcome": "It is live."}).status_code == 302
    assert browser.get(at(incident, f"{measure.pk}/done/")).status_code == 404
    with inside():
        assert Measure.objects.get().outcome == "It is live."
        assert not Deadline.objects.open().filter(kind="incident.measure").exists()
    page = browser.get(f"/c/alder/incidents/{incident.number}/post-mortem/").content.decode()
    assert "Alert on repeats" in page
    assert "It is live." in page


def test_a_measure_is_dropped_with_a_reason(
    signed_in: Any, incident: Incident, alice: User, inside: Any
) -> None:
    browser = signed_in(alice)
    browser.post(at(incident, "add/"), facts(alice))
    with inside():
        pk = Measure.objects.get().pk
    assert browser.post(at(incident, f"{pk}/drop/"), {"why": ""}).status_code == 200
    assert browser.post(at(incident, f"{pk}/drop/"), {"why": "Switched off."}).status_code == 302
    with inside():
        assert Measure.objects.get().dropped_why == "Switched off."


def test_an_address_of_a_ticket_is_one_of_the_web(signed_in: Any, incident: Incident, alice: User) -> None:
    page = signed_in(alice).post(at(incident, "add/"), facts(alice, tracking_url="javascript:alert(1)"))
    assert "tracking_url" in page.context["form"].errors


def test_the_clients_people_do_not_change_measures(signed_in: Any, incident: Incident, carol: User) -> None:
    assert signed_in(carol).get(at(incident, "add/")).status_code == 403
