"""What plans add to the rooms below: kinds, documents, the section under the agreement, words of the trail."""

from __future__ import annotations

import pytest

from clients.engagements.sections import sections
from incidents.response.plans.actions import OFFERED
from incidents.response.plans.obligations import EXERCISE, REVIEW
from portal.accounts.models import User
from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.documents import kinds as papers
from portal.outbox import kinds as messages
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Role


@pytest.mark.django_db
def test_the_buttons_are_for_those_who_may_change_the_plan(client_a1: Client, bob: User, carol: User) -> None:
    consultant = Access(bob, client_a1.practice, Role.CONSULTANT, {client_a1.pk: Role.CONSULTANT})
    theirs = Access(carol, client_a1.practice, None, {client_a1.pk: Role.CLIENT_APPROVER})
    for kind, url in ((REVIEW, "/c/alder/response-plan/"), (EXERCISE, "/c/alder/exercises/start/")):
        deadline = Deadline(client=client_a1, kind=kind)
        step = kind_of(kind).next_step(deadline, consultant)
        assert step is not None
        assert step.url == url
        assert kind_of(kind).next_step(deadline, theirs) is None
        assert kind_of(kind).policy == "review"


def test_the_registries_hold_what_plans_need() -> None:
    assert papers.kind_of("response_plan").title == "Response plan"
    assert ("Response plan", "response_plan") in sections()
    assert {OFFERED, REVIEW, EXERCISE} <= set(messages.all_kinds())
    assert OFFERED not in messages.optional_kinds(), "nobody does without what waits for their approval"
