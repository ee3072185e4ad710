"""Which plan is in force, and who may approve one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.response.models import ResponsePlan
from incidents.response.plans import queries
from incidents.response.plans.exercises import start_exercise
from portal.accounts.models import User
from portal.documents import tasks
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW
from tests.incidents.response.plans.made import approved, ready, written

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "send", lambda pk: None)


def test_plans_are_found_by_their_state(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, bob: User
) -> None:
    ready(client_a1, alice)
    first = approved(client_a1, bob, alice)
    second = approved(client_a1, bob, alice, NOW + timedelta(days=9))
    draft = written(client_a1, bob)
    assert queries.plan_in_force(client_a1) == second
    assert queries.draft_of(client_a1) == draft
    assert queries.version_of(client_a1, 1) == first
    assert queries.first_approved_at(client_a1) == NOW
    assert queries.plan_in_force(client_a2) is None
    assert queries.last_exercised_on(client_a1) is None
    ResponsePlan.objects.filter(pk=first.pk).update(exercised_on=date(2026, 11, 20))
    assert queries.last_exercised_on(client_a1) == date(2026, 11, 20), "over all versions"


def test_approvers_are_owners_leads_and_whom_the_client_named(
    in_a: object, client_a1: Client, alice: User, bob: User, carol: User, dan: User
) -> None:
    assert set(queries.approvers(client_a1, NOW)) == {alice, carol}
    assert set(queries.other_approvers(client_a1, alice, NOW)) == {carol}


def test_running_drills_are_those_that_have_not_ended(in_a: object, client_a1: Client, bob: User) -> None:
    drill = start_exercise(client_a1, scenario="near-miss", by=bob, now=NOW)
    assert queries.running_drills(client_a1) == [drill]
    assert queries.exercise_of(drill) is None
    assert queries.exercises_of(client_a1) == []
