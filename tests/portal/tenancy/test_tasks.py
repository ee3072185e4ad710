"""The scope travels with a task's message, whatever way the task is started."""

from __future__ import annotations

from typing import Any

import pytest
from celery import chain, group, shared_task

from portal.celery import app
from portal.tenancy.celery import dumped, loaded
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import EMPTY, Scope, current, enter
from tests.conftest import everything_of

pytestmark = pytest.mark.django_db

SEEN: list[Any] = []


@shared_task(name="tests.look")
def look(_: object = None) -> list[str]:
    names = sorted(Client._base_manager.values_list("name", flat=True))
    SEEN.append(names)
    return names


@pytest.fixture(autouse=True)
def _eager() -> Any:
    SEEN.clear()
    app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    app.conf.update(task_always_eager=False)


def test_a_task_sees_what_its_caller_saw(practice_a: Practice, client_a1: Client, client_b1: Client) -> None:
    with enter(everything_of(practice_a)):
        look.delay()
    assert SEEN == [["Alder & Sons"]]


def test_a_task_without_a_scope_sees_no_rows(client_a1: Client) -> None:
    look.delay()
    assert SEEN == [[]]


def test_every_step_of_a_chain_and_a_group_keeps_the_scope(practice_a: Practice, client_a1: Client) -> None:
    with enter(everything_of(practice_a)):
        chain(look.s(), look.s(), look.s())()
        group(look.s(), look.s())()
    assert SEEN == [["Alder & Sons"]] * 5


def test_a_task_sent_from_a_narrow_scope_cannot_widen_it(
    practice_a: Practice, client_a1: Client, client_a2: Client
) -> None:
    with enter(Scope(practice=practice_a.pk, clients=frozenset({client_a2.pk}))):
        look.delay()
    assert SEEN == [["Birch Clinic"]]


def test_a_plain_call_keeps_the_callers_scope(practice_a: Practice, client_a1: Client) -> None:
    with enter(everything_of(practice_a)):
        assert look() == ["Alder & Sons"]
        assert current() == everything_of(practice_a)


@pytest.mark.parametrize("internal", [True, False])
def test_a_scope_survives_the_message(practice_a: Practice, client_a1: Client, internal: bool) -> None:
    scope = Scope(
        practice=practice_a.pk,
        person=practice_a.pk,
        clients=frozenset({client_a1.pk}),
        internal=internal,
        action="pack.make",
        reason="asked for by procurement",
        request="abc",
    )
    assert loaded(dumped(scope)) == scope
    assert loaded(dumped(everything_of(practice_a))) == everything_of(practice_a)
    assert loaded(dumped(EMPTY)) == EMPTY
    assert loaded(None) == EMPTY
