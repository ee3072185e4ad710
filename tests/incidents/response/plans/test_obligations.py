"""The two deadlines of a plan: reviewed and exercised within twelve months, owed only while support is."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from clients.engagements.actions.support import agree_support
from incidents.response.plans.exercises import record_exercise
from incidents.response.plans.obligations import EXERCISE, REVIEW, owed_now
from portal.accounts.models import User
from portal.deadlines.comparison import compare_client
from portal.deadlines.kinds import kind_of, sources
from portal.deadlines.models import Deadline
from portal.documents import tasks
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW
from tests.incidents.response.plans.made import approved, owed, ready

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def due(client: Client, kind: str) -> date | None:
    found = owed(client, kind)
    return found.due_on if found else None


def test_an_approval_opens_both_and_the_next_meets_the_review(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    assert due(client_a1, REVIEW) is None
    approved(client_a1, bob, alice)
    assert (due(client_a1, REVIEW), due(client_a1, EXERCISE)) == (date(2027, 11, 19), date(2027, 11, 19))
    deadline = owed(client_a1, REVIEW)
    assert (deadline.internal, deadline.policy, deadline.title) == (
        True,
        "review",
        "Review the response plan",
    )
    later = NOW + timedelta(days=100)
    approved(client_a1, bob, alice, later)
    deadline.refresh_from_db()
    assert (deadline.outcome, deadline.ended_why) == ("met", "Version 2 was approved")
    assert due(client_a1, REVIEW) == date(2028, 2, 27)
    assert due(client_a1, EXERCISE) == date(2027, 11, 19), "a new version puts no exercise off"


def test_an_exercise_meets_its_deadline_and_opens_the_next(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    first = owed(client_a1, EXERCISE)
    facts = {"title": "At the table", "participants": "All", "learnt": "Much.", "evidence": "Minutes"}
    at = NOW + timedelta(days=60)
    record_exercise(client_a1, held_on=at.date(), **facts, by=bob, now=at)
    first.refresh_from_db()
    assert (first.outcome, first.ended_why) == ("met", "Exercised on 18 Jan 2027")
    assert due(client_a1, EXERCISE) == date(2028, 1, 18)
    record_exercise(client_a1, held_on=NOW.date(), **facts, by=bob, now=at)
    assert due(client_a1, EXERCISE) == date(2028, 1, 18), "an older one moves nothing"
    assert Deadline.objects.filter(kind=EXERCISE).count() == 2


def test_without_support_nothing_of_a_plan_is_owed(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    agree_support(client_a1, {"tier": "none"}, by=alice, now=NOW)
    assert (due(client_a1, REVIEW), due(client_a1, EXERCISE)) == (None, None)
    assert Deadline.objects.filter(kind=REVIEW).get().ended_why == "no support is agreed"
    agree_support(client_a1, {"tier": "growth"}, by=alice, now=NOW)
    assert due(client_a1, REVIEW) == date(2027, 11, 19)
    client_a1.status = Client.Status.ENDED
    assert owed_now(client_a1) == []


def test_the_nightly_comparison_mends_both(in_a: object, client_a1: Client, alice: User, bob: User) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    assert sources()["response.plans"][0] == (REVIEW, EXERCISE)
    Deadline.objects.filter(kind=REVIEW).update(
        outcome="cancelled", ended_at=NOW, ended_why="by mistake", next_step_at=None
    )
    compared = compare_client(client_a1, datetime.now(NOW.tzinfo))
    assert compared.opened >= 1
    assert due(client_a1, REVIEW) == date(2027, 11, 19)
    assert compare_client(client_a1, datetime.now(NOW.tzinfo)).opened == 0


def test_deadlines_lead_to_the_pages(in_a: object, client_a1: Client, alice: User, bob: User) -> None:
    ready(client_a1, alice)
    approved(client_a1, bob, alice)
    for kind, page in ((REVIEW, "/c/alder/response-plan/"), (EXERCISE, "/c/alder/exercises/")):
        assert kind_of(kind).address(owed(client_a1, kind)) == page
