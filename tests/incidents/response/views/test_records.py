"""Records on the page of an incident, incidents on the page of a record; a link is taken back with a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client as Browser

from clients.registers.models import Credential
from incidents.response.models import Incident, IncidentLink, TimelineEntry
from incidents.response.queries import exposed_open, phases_of
from incidents.response.timeline_actions import link_record
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.clients.engagements.made import add
from tests.conftest import everything_of
from tests.incidents.response.made import NOW, opened

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Browser]
PAGE = "/c/alder/incidents/1/"


@pytest.fixture
def key(practice_a: object, client_a1: Client) -> Credential:
    with enter(everything_of(practice_a), switch=True):
        return Credential.objects.create(
            practice_id=client_a1.practice_id, client=client_a1, name="xero-sync", platform="xero"
        )


@pytest.fixture
def incident(practice_a: object, client_a1: Client, alice: User, carol: User, key: Credential) -> Incident:
    with enter(everything_of(practice_a), switch=True):
        found = opened(client_a1, alice)
        link_record(found, key, "exposed", by=alice, now=NOW)
        drill = opened(client_a1, alice, title="Fire drill", drill=True)
        link_record(drill, key, "exposed", by=alice, now=NOW)
    return found


def body(browser: Browser, address: str = PAGE) -> str:
    response = browser.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_incident_leads_to_its_records_and_the_record_to_its_incidents(
    signed_in: SignedIn, incident: Incident, key: Credential, alice: User
) -> None:
    browser = signed_in(alice)
    shown = body(browser)
    assert f'<a href="{key.get_absolute_url()}">xero-sync</a>' in shown
    assert f'<a href="{key.get_absolute_url()}">The record</a>' in shown
    record = body(browser, key.get_absolute_url())
    assert "INC-0001 Duplicate invoices were sent" in record
    assert "DRILL-0002" in record


def test_the_clients_people_see_no_drill_on_a_record_and_take_nothing_back(
    signed_in: SignedIn, incident: Incident, key: Credential, carol: User
) -> None:
    browser = signed_in(carol)
    record = body(browser, key.get_absolute_url())
    assert "INC-0001" in record
    assert "Fire drill" not in record
    assert "Take back" not in body(browser)


def test_a_link_is_taken_back_by_page_with_a_reason(
    signed_in: SignedIn, incident: Incident, practice_a: object, key: Credential, alice: User
) -> None:
    with enter(everything_of(practice_a), switch=True):
        link = IncidentLink.objects.get(incident=incident)
    browser, address = signed_in(alice), f"{PAGE}records/{link.pk}/unlink/"
    assert "Take back: exposed, xero-sync" in body(browser, address)
    assert "Enter" in browser.post(address, {"why": " "}).content.decode()
    shown = browser.post(address, {"why": "Another key was used"}, follow=True).content.decode()
    assert "Not touched after all: credential xero-sync. Another key was used" in shown
    with enter(everything_of(practice_a), switch=True):
        assert not IncidentLink.objects.filter(incident=incident).exists()
        entries = TimelineEntry.objects.filter(incident=incident, subject_type="registers.credential")
        assert [entry.subject_id for entry in entries] == [str(key.pk)] * 2
    assert browser.get(address).status_code == 404


def test_a_link_of_another_incident_is_not_found(
    signed_in: SignedIn, incident: Incident, practice_a: object, alice: User
) -> None:
    with enter(everything_of(practice_a), switch=True):
        other = IncidentLink.objects.exclude(incident=incident).get()
    assert signed_in(alice).get(f"{PAGE}records/{other.pk}/unlink/").status_code == 404


def test_an_exposed_credential_is_dealt_with_once_the_register_says_so(
    in_a: object, incident: Incident, key: Credential
) -> None:
    assert exposed_open(incident) == 1
    assert "Revoke or rotate 1 exposed credential." in phases_of(incident)[1].missing
    Credential.objects.filter(pk=key.pk).update(rotated_on=NOW.date() - timedelta(days=1))
    assert exposed_open(incident) == 1
    Credential.objects.filter(pk=key.pk).update(rotated_on=NOW.date())
    assert exposed_open(incident) == 0


def test_whom_to_call_stands_on_the_page_and_who_of_them_the_portal_cannot_tell(
    signed_in: SignedIn, incident: Incident, practice_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    with enter(everything_of(practice_a), switch=True):
        add(client_a1, alice, "Alice Archer", side="practice", user=alice)
        add(client_a1, alice, "Nell Night", side="practice", phone="+44 20 7946 0018")
        add(client_a1, alice, "Margaret Hale", phone="+44 20 7946 0019")
    shown = body(signed_in(alice))
    assert shown.index("Alice Archer, Manager") < shown.index("Nell Night, Manager")
    assert shown.count("the portal tells them nothing, call them") == 2
    assert "+44 20 7946 0018" in shown
    theirs = body(signed_in(carol))
    assert "+44 20 7946 0018" in theirs
    assert "Margaret Hale" not in theirs
    assert "the portal tells them nothing" not in theirs
