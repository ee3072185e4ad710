"""The pages of exercises: for people of the practice alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client as Browser

from incidents.response.actions import open_incident
from incidents.response.models import Exercise, Incident
from incidents.response.plans.exercises import end_exercise, record_exercise, start_exercise
from incidents.response.plans.queries import plan_in_force
from portal.accounts.models import User
from portal.documents import tasks
from portal.tenancy.models import Client
from tests.incidents.response.plans.made import approved, ready

pytestmark = pytest.mark.django_db
LIST = "/c/alder/exercises/"
SAID = {"participants": "Alice, Bob", "learnt": "The backup was not reachable."}


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def now() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


def test_an_exercise_is_started_led_on_its_page_and_ended(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User, signed_in: Callable[[User], Browser]
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice, now())
    browser = signed_in(bob)
    assert "No exercise has been held yet" in browser.get(LIST).content.decode()
    assert "A key stands in a public repository" in browser.get(LIST + "start/").content.decode()
    wrong = browser.post(LIST + "start/", {"scenario": "own", "title": "", "severity": ""})
    assert "Choose how bad the situation is" in wrong.content.decode()
    started = browser.post(LIST + "start/", {"scenario": "duplicates"})
    drill = Incident.objects.get()
    assert (started.url, drill.drill, drill.title) == (
        drill.get_absolute_url(),
        True,
        "Invoices are sent twice",
    )
    page = browser.get(started.url).content.decode()
    assert "This is an exercise." in page
    end = f"{LIST}{drill.number}/end/"
    assert end in page
    assert "Being played" in browser.get(LIST).content.decode()
    assert browser.get(end).status_code == 200
    assert browser.post(end, SAID).url == LIST
    listed = browser.get(LIST).content.decode()
    for words in ("DRILL-0001", "The backup was not reachable.", "not played to the end", "Version 1"):
        assert words in listed
    assert browser.get(end).status_code == 404, "it has ended"
    assert "The backup was not reachable." in browser.get(started.url).content.decode()
    theirs = signed_in(carol)
    assert theirs.get(LIST).status_code == 403
    assert theirs.get(started.url).status_code == 404
    plan = theirs.get("/c/alder/response-plan/").content.decode()
    assert "Exercised on" in plan
    for words in ("DRILL", "not reachable", "Invoices are sent twice", "/exercises/"):
        assert words not in plan.replace("Invoices are sent twice; ", ""), words


def test_one_held_elsewhere_is_recorded_with_its_evidence(
    in_a: object, client_a1: Client, alice: User, bob: User, signed_in: Callable[[User], Browser]
) -> None:
    ready(client_a1, alice)
    plan = approved(client_a1, bob, alice, now() - timedelta(days=30))
    held_on = now().date() - timedelta(days=3)
    day = {f"held_on_{part}": str(getattr(held_on, part)) for part in ("day", "month", "year")}
    values = {**SAID, **day, "title": "At the table", "severity": "SEV1", "evidence": ""}
    browser = signed_in(bob)
    assert "Where that can be seen" in browser.post(LIST + "record/", values).content.decode()
    assert not Exercise.objects.exists()
    assert browser.post(LIST + "record/", {**values, "evidence": "Minutes of the board"}).url == LIST
    assert "Minutes of the board" in browser.get(LIST).content.decode()
    assert plan_in_force(client_a1).exercised_on == held_on
    assert Exercise.objects.get().plan == plan
    tomorrow = {**values, **day, "held_on_year": str(held_on.year + 1), "evidence": "Minutes"}
    assert "Enter a day that has passed" in browser.post(LIST + "record/", tomorrow).content.decode()


def test_only_a_drill_is_ended(
    in_a: object, client_a1: Client, bob: User, alice: User, signed_in: Callable[[User], Browser]
) -> None:
    real = open_incident([client_a1], title="Real", severity="SEV3", by=alice, now=now())[0]
    assert signed_in(bob).get(f"{LIST}{real.number}/end/").status_code == 404
    assert "This is an exercise" not in signed_in(bob).get(real.get_absolute_url()).content.decode()


def test_the_list_costs_the_same_for_one_and_for_many(
    in_a: object, client_a1: Client, alice: User, bob: User, signed_in: Callable[[User], Browser],
    django_assert_max_num_queries: Callable[..., object],
) -> None:  # fmt: skip
    ready(client_a1, alice)
    approved(client_a1, bob, alice, now() - timedelta(days=30))

    def one() -> None:
        drill = start_exercise(client_a1, scenario="near-miss", by=bob, now=now())
        end_exercise(drill, **SAID, by=bob, now=now())
        start_exercise(client_a1, scenario="near-miss", by=bob, now=now())
        facts = {**SAID, "title": "At the table", "evidence": "Minutes"}
        record_exercise(client_a1, held_on=now().date(), **facts, by=bob, now=now())

    one()
    browser = signed_in(bob)
    with django_assert_max_num_queries(200) as first:
        assert browser.get(LIST).status_code == 200
    one()
    one()
    with django_assert_max_num_queries(len(first)):
        assert browser.get(LIST).status_code == 200
