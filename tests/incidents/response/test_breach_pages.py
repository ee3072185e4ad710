"""The page of the clocks: what is proposed, started and decided in the browser; what the client's people see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from incidents.response.breach_actions import decide_not_to_notify, start_clocks
from incidents.response.models import BreachClock, Incident
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.incidents.response.made import agree, fresh, opened

pytestmark = pytest.mark.django_db
ICO, TELL = "uk-gdpr-ico", "uk-gdpr-processor"


@pytest.fixture(autouse=True)
def plain_static(settings: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture
def incident(in_a: object, client_a1: Client, alice: User) -> Incident:
    """Found an hour ago; personal data of Britons."""
    now = timezone.now() - timedelta(hours=1)
    facts = {"personal_data": "yes", "jurisdictions": ["GB"]}
    found = opened(client_a1, alice, now=now, facts=facts)
    Incident.objects.filter(pk=found.pk).update(aware_at=now)
    return fresh(found)


def url(name: str, incident: Incident, **more: Any) -> str:
    return reverse(name, kwargs={"client_slug": incident.client.slug, "number": incident.number, **more})


def enter(at: Any) -> dict[str, str]:
    return {
        "day_day": f"{at.day}",
        "day_month": f"{at.month}",
        "day_year": f"{at.year}",
        "clock": f"{at:%H:%M}",
    }


def test_clocks_are_proposed_started_and_ended(incident: Incident, bob: User, signed_in: Any) -> None:
    browser = signed_in(bob)
    page = browser.get(url("incident_clocks", incident)).content.decode()
    assert 'value="uk-gdpr-ico"' in page
    assert "Information Commissioner" in page
    assert page.index('value="uk-gdpr-processor"') < page.index('value="uk-gdpr-ico"')
    assert browser.post(url("clock_start", incident), {"clock": [ICO, TELL]}).status_code == 302
    clock = BreachClock.objects.get(clock=ICO)
    answer = browser.post(
        url("clock_notified", incident, pk=clock.pk), {**enter(timezone.now()), "reference": "IC-7"}
    )
    assert answer.status_code == 302
    page = browser.get(url("incident_clocks", incident)).content.decode()
    assert "IC-7" in page
    own = BreachClock.objects.get(clock=TELL)
    assert browser.post(url("clock_not_notified", incident, pk=own.pk), {"why": ""}).status_code == 200
    assert browser.post(url("clock_not_notified", incident, pk=own.pk), {"why": "No risk"}).status_code == 302
    assert BreachClock.objects.get(clock=TELL).outcome == "not_notified"


def test_our_duty_to_tell_the_client_stands_first_whatever_is_due_before(
    incident: Incident, alice: User, bob: User, signed_in: Any
) -> None:
    agree(incident.client, alice, "growth", breach_notice_hours=96, breach_notice_source="DPA, clause 8.2")
    start_clocks(incident, [ICO, TELL], by=alice, now=timezone.now())
    own, other = (BreachClock.objects.get(clock=each) for each in (TELL, ICO))
    assert other.due_at < own.due_at
    browser = signed_in(bob)
    for name in ("incident_show", "incident_clocks"):
        page = browser.get(url(name, incident)).content.decode()
        assert page.index("tell the controller") < page.index("tell the regulator")
        assert "96 hours by contract: DPA, clause 8.2" in page


def test_what_was_chosen_stays_chosen_when_a_clock_has_started(
    incident: Incident, bob: User, signed_in: Any
) -> None:
    answer = signed_in(bob).post(f"{url('clock_start', incident)}?sector=health", {"clock": [ICO]})
    assert answer["Location"].endswith("clocks/?sector=health")


def test_what_the_clocks_depend_on_is_changed_there(incident: Incident, bob: User, signed_in: Any) -> None:
    browser = signed_in(bob)
    values = {
        "version": incident.version, "jurisdictions": ["US"], "our_role": "controller", "personal_data": "yes",
        "high_risk": "unknown", "people_affected": "900", "sectors": ["public_company"],
        "event": "materiality_determined", "event_day_day": "3", "event_day_month": "6",
        "event_day_year": "2024", "event_clock": "10:00",
    }  # fmt: skip
    answer = browser.post(url("clock_facts", incident), values)
    assert answer.status_code == 302
    changed = fresh(incident)
    assert (changed.jurisdictions, changed.our_role, changed.people_affected) == (["US"], "controller", 900)
    page = browser.get(answer["Location"]).content.decode()
    assert 'value="us-sec-8k" id="start-us-sec-8k">' in page
    stale = browser.post(url("clock_facts", incident), values)
    assert "Somebody changed this incident" in stale.content.decode()


def test_refusals_are_said_and_nothing_starts(incident: Incident, bob: User, signed_in: Any) -> None:
    browser = signed_in(bob)
    answer = browser.post(url("clock_start", incident), {}, follow=True)
    assert "Choose at least one clock" in answer.content.decode()
    assert not BreachClock.objects.exists()
    assert browser.post(url("clock_none", incident), {"why": "Test data"}).status_code == 302
    assert browser.get(url("clock_notified", incident, pk=987654)).status_code == 404


def test_the_instant_of_a_clock_is_corrected_with_a_reason(
    incident: Incident, alice: User, bob: User, signed_in: Any
) -> None:
    clock = start_clocks(incident, [ICO], by=alice, now=timezone.now())[0]
    browser = signed_in(bob)
    assert browser.get(url("clock_correct", incident, pk=clock.pk)).status_code == 200
    at = timezone.now().replace(second=0, microsecond=0) - timedelta(minutes=10)
    answer = browser.post(url("clock_correct", incident, pk=clock.pk), {**enter(at), "why": "Read in a mail"})
    assert answer.status_code == 302
    clock.refresh_from_db()
    assert clock.due_at == at + timedelta(hours=72)


def test_the_clients_people_read_its_clocks_and_why_nobody_was_notified_but_no_proposals(
    incident: Incident, alice: User, carol: User, signed_in: Any
) -> None:
    clocks = start_clocks(incident, [ICO, TELL], by=alice, now=timezone.now())
    decide_not_to_notify(clocks[0], by=alice, now=timezone.now(), why="We think that it is harmless")
    browser = signed_in(carol)
    page = browser.get(url("incident_clocks", incident)).content.decode()
    assert clocks[0].title in page and clocks[1].title in page
    assert "We think that it is harmless" in page
    assert "May apply" not in page
    for name in ("clock_facts", "clock_start", "clock_none"):
        assert browser.post(url(name, incident), {"clock": [ICO], "why": "No"}).status_code == 403


def test_nobody_of_another_practice_or_client_reaches_them(
    incident: Incident, alice: User, client_a2: Client, bob: User, dan: User, signed_in: Any
) -> None:
    assert signed_in(dan).get(url("incident_clocks", incident)).status_code == 404
    other = opened(client_a2, alice)
    assert signed_in(bob).get(url("incident_clocks", other)).status_code == 404
