"""The practice's clients: list, add, edit, end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.cache import cache

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.tenancy import actions
from portal.tenancy.forms import ClientForm, DayField
from portal.tenancy.models import Assignment, Client
from portal.tenancy.permissions import Role
from portal.tenancy.scope import Scope
from tests.conftest import make_assignment, make_client, sign_in

pytestmark = pytest.mark.django_db

CLIENTS = "/practice/clients/"
FACTS = {
    "name": "Dogwood Ltd",
    "slug": "",
    "handles_personal_data": "unknown",
    "time_zone": "Europe/London",
    "holiday_calendar": "GB-ENG",
}


@pytest.fixture(autouse=True)
def _quiet(settings: Any) -> None:
    cache.clear()
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


def verbs() -> list[str]:
    return [event.action for event in AuditEvent.objects.order_by("id") if event.action]


class TestList:
    def test_everybody_sees_the_clients_in_their_reach(
        self, alice: User, bob: User, client_a1: Client, client_a2: Client, client_b1: Client
    ) -> None:
        all_of_a = sign_in(alice).get(CLIENTS).content.decode()
        assert "Alder &amp; Sons" in all_of_a
        assert "Birch Clinic" in all_of_a
        assert "Cedar" not in all_of_a
        assert "Birch" not in sign_in(bob).get(CLIENTS).content.decode()

    def test_a_clients_person_finds_no_such_page(self, carol: User) -> None:
        assert sign_in(carol).get(CLIENTS).status_code == 404

    def test_leads_are_named(self, alice: User, bob: User, client_a2: Client, in_a: Scope) -> None:
        make_assignment(client_a2, bob, Role.LEAD)
        assert "Bob Baker" in sign_in(alice).get(CLIENTS).content.decode()


class TestAdd:
    def test_an_owner_adds_a_client(self, alice: User, in_a: Scope) -> None:
        browser = sign_in(alice)
        answer = browser.post(f"{CLIENTS}add/", {**FACTS, "since_on": "1 3 2024", "headcount": "40"})
        assert answer["Location"] == "/c/dogwood-ltd/people/"
        client = Client.objects.get(slug="dogwood-ltd")
        assert (client.since_on, client.headcount, client.status) == (date(2024, 3, 1), 40, "active")
        assert verbs()[-1] == "client.add"

    def test_a_consultant_does_not(self, bob: User) -> None:
        assert sign_in(bob).post(f"{CLIENTS}add/", FACTS).status_code == 403

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"name": ""}, "Enter the client’s name"),
            ({"slug": "alder"}, "Another client has the short name"),
            ({"slug": "no spaces"}, "The short name may hold"),
            ({"since_on": "31 2 2024"}, "must be a real date"),
        ],
    )
    def test_what_is_wrong_is_said(
        self, fields: dict[str, str], words: str, alice: User, client_a1: Client, in_a: Scope
    ) -> None:
        page = sign_in(alice).post(f"{CLIENTS}add/", {**FACTS, **fields}).content.decode()
        assert words in page
        assert Client.objects.count() == 1

    def test_another_practice_may_have_the_same_short_name(
        self, alice: User, client_b1: Client, practice_a: Any, in_a: Scope
    ) -> None:
        actions.add_client(by=alice, practice=practice_a, facts={"name": "Cedar Foods", "slug": "cedar"})
        assert Client.objects.get().name == "Cedar Foods"

    def test_a_short_name_taken_meanwhile_is_refused(
        self, alice: User, client_a1: Client, practice_a: Any, in_a: Scope
    ) -> None:
        with pytest.raises(Refused, match="Another client"):
            actions.add_client(by=alice, practice=practice_a, facts={"name": "Alder Two", "slug": "alder"})


class TestEdit:
    def test_facts_are_changed(self, alice: User, client_a1: Client, in_a: Scope) -> None:
        browser = sign_in(alice)
        assert 'value="Alder &amp; Sons"' in browser.get("/c/alder/edit/").content.decode()
        browser.post("/c/alder/edit/", {**FACTS, "name": "Alder & Daughters", "slug": "alder"})
        client_a1.refresh_from_db()
        assert client_a1.name == "Alder & Daughters"
        assert verbs()[-1] == "client.edit"

    def test_only_owners_do(self, bob: User, carol: User, dan: User, client_a1: Client) -> None:
        for person, status in ((bob, 403), (carol, 403), (dan, 404)):
            assert sign_in(person).post("/c/alder/edit/", FACTS).status_code == status


class TestEnd:
    def test_access_ends_and_records_stay(
        self, alice: User, bob: User, carol: User, client_a1: Client, in_a: Scope
    ) -> None:
        browser = sign_in(alice)
        assert (
            browser.post("/c/alder/end/", {"ended_on": "19 11 2025", "why": "Moved"})["Location"] == CLIENTS
        )
        client_a1.refresh_from_db()
        assert (client_a1.status, client_a1.ended_on) == ("ended", date(2025, 11, 19))
        assert not Assignment.objects.filter(client=client_a1).active(datetime.now(UTC)).exists()
        assert verbs()[-1] == "client.end"
        assert "Alder" in browser.get(CLIENTS).content.decode()
        assert "Alder" not in sign_in(bob).get(CLIENTS).content.decode()

    @pytest.mark.parametrize(
        ("typed", "words"),
        [("1 1 2090", "or earlier"), ("1 1 2019", "must be after"), ("", "Enter the last day")],
    )
    def test_the_day_must_fit(
        self, typed: str, words: str, alice: User, practice_a: Any, in_a: Scope
    ) -> None:
        make_client(practice_a, "Elm", "elm", since_on=date(2020, 1, 1))
        assert words in sign_in(alice).post("/c/elm/end/", {"ended_on": typed}).content.decode()

    def test_it_ends_once(self, alice: User, client_a1: Client, in_a: Scope) -> None:
        actions.end_client(by=alice, client=client_a1, ended_on=date(2025, 1, 1))
        with pytest.raises(Refused, match="has ended already"):
            actions.end_client(by=alice, client=client_a1, ended_on=date(2025, 1, 2))


class TestForm:
    @pytest.mark.parametrize("typed", ["17 2 2027", "17 February 2027", "17 feb 2027", "2027-02-17"])
    def test_a_day_is_read_as_people_type_it(self, typed: str) -> None:
        assert DayField().clean(typed) == date(2027, 2, 17)

    def test_a_day_is_shown_as_it_is_typed(self) -> None:
        assert DayField().prepare_value(date(2027, 2, 17)) == "17 2 2027"

    def test_the_public_holidays_of_a_part_of_a_country_can_be_chosen(self, alice: User, in_a: Scope) -> None:
        sign_in(alice).post(f"{CLIENTS}add/", {**FACTS, "holiday_calendar": "DE-BY"})
        assert Client.objects.get(slug="dogwood-ltd").holiday_calendar == "DE-BY"
        form = ClientForm({**FACTS, "holiday_calendar": "XX-YY"})
        assert "holiday_calendar" in form.errors

    def test_it_holds_every_fact_that_the_action_takes(self) -> None:
        assert set(ClientForm.Meta.fields) == actions.FACTS


def test_the_list_costs_the_same_for_one_and_for_three(
    alice: User, client_a1: Client, practice_a: Any, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    browser = sign_in(alice)
    browser.get(CLIENTS)
    costs = []
    for number in (1, 3):
        with django_assert_max_num_queries(200) as counted:
            browser.get(CLIENTS)
        costs.append(len(counted))
        for each in range(2):
            make_client(practice_a, f"More {number}{each}", f"more-{number}{each}")
    assert costs[0] == costs[1]
