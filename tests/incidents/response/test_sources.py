"""The pages of alert sources: for those who lead the work, the secret once, the former one for a day."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.response.intake import sources
from incidents.response.models import AlertSource
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.tenancy.permissions import Role
from tests.conftest import make_assignment, make_user

pytestmark = pytest.mark.django_db


def url(name: str, *more: object) -> str:
    return reverse(name, args=["alder", *more])


def secret_on(page: str) -> str:
    return re.search(r'id="secret"[^>]*value="([^"]+)"', page)[1]


@pytest.fixture
def source(client_a1, alice, in_a) -> AlertSource:
    values = {"name": "n8n", "allowed_addresses": []}
    return sources.add_source(client_a1, values, by=alice, now=datetime.now(UTC))[0]


def test_a_new_source_shows_its_secret_once_with_an_example(signed_in, alice, client_a1, in_a) -> None:
    browser = signed_in(alice)
    page = browser.post(
        url("source_add"), {"name": "n8n", "allowed_addresses": "203.0.113.7"}
    ).content.decode()
    row = AlertSource.objects.get()
    assert secret_on(page) == row.secret
    assert f"/ingest/alerts/{row.practice_id}/{row.public_id}/" in page
    assert "openssl dgst -sha256 -hmac" in page
    assert (row.allowed_addresses, row.internal, row.added_by) == (["203.0.113.7/32"], True, alice)
    assert row.secret not in browser.get(url("source_list")).content.decode()
    assert row.secret not in browser.get(url("source_edit", row.pk)).content.decode()


def test_no_event_and_no_column_holds_the_secret(source, in_a) -> None:
    events = list(AuditEvent.objects.in_scope().filter(object="response_alertsource"))
    assert events
    assert all(source.secret not in str(event.payload) for event in events)


def test_a_new_secret_leaves_the_former_one_a_day(source, signed_in, alice, in_a) -> None:
    former = source.secret
    page = signed_in(alice).post(url("source_rotate", source.pk)).content.decode()
    row = AlertSource.objects.get()
    assert secret_on(page) == row.secret != former == row.previous_secret
    assert row.previous_until - row.rotated_at == timedelta(hours=24)
    assert "The former one works until" in signed_in(alice).get(url("source_list")).content.decode()


def test_a_source_is_turned_off_and_on(source, signed_in, alice, in_a) -> None:
    browser = signed_in(alice)
    browser.post(url("source_turn", source.pk, "off"))
    assert not AlertSource.objects.get().enabled
    browser.post(url("source_turn", source.pk, "on"))
    assert AlertSource.objects.get().enabled
    assert browser.post(url("source_turn", source.pk, "over")).status_code == 404
    assert browser.get(url("source_turn", source.pk, "off")).status_code == 405


def test_it_is_changed_and_a_wrong_network_is_said(source, signed_in, alice, in_a) -> None:
    browser = signed_in(alice)
    page = browser.post(url("source_edit", source.pk), {"name": "n8n", "allowed_addresses": "shop.example"})
    assert "“shop.example” is not an address or a network" in page.content.decode()
    browser.post(url("source_edit", source.pk), {"name": "Make", "allowed_addresses": ""})
    assert AlertSource.objects.get().name == "Make"


def test_a_name_is_used_once_a_client(source, signed_in, alice, in_a) -> None:
    page = signed_in(alice).post(url("source_add"), {"name": "n8n", "allowed_addresses": ""})
    assert "There is a source “n8n” already." in page.content.decode()
    assert AlertSource.objects.count() == 1


def test_only_those_who_lead_the_work_come_in(source, signed_in, bob, carol, dan, client_a1) -> None:
    admin = make_user("Ann", "ann@alder.test")
    make_assignment(client_a1, admin, Role.CLIENT_ADMIN)
    found = {name: signed_in(person).get(url("source_list")).status_code
             for name, person in {"bob": bob, "carol": carol, "dan": dan, "ann": admin}.items()}  # fmt: skip
    assert found == {"bob": 403, "carol": 403, "dan": 404, "ann": 403}


def test_the_list_asks_as_often_for_one_as_for_many(source, signed_in, alice, client_a1, in_a) -> None:
    browser = signed_in(alice)
    browser.get(url("source_list"))
    with CaptureQueriesContext(connection) as one:
        browser.get(url("source_list"))
    for name in ("a", "b"):
        sources.add_source(client_a1, {"name": name}, by=alice, now=datetime.now(UTC))
    with CaptureQueriesContext(connection) as three:
        browser.get(url("source_list"))
    assert len(one) == len(three)


def test_a_client_has_a_bounded_number_of_sources(source, client_a1, alice, in_a, monkeypatch) -> None:
    monkeypatch.setattr(sources, "MOST_SOURCES", 1)
    with pytest.raises(Refused, match="1 sources at most"):
        sources.add_source(client_a1, {"name": "Make"}, by=alice, now=datetime.now(UTC))
