"""What plans and exercises add to the registries of the rooms below: deadlines, documents, menus, the trail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.urls import reverse

from clients.engagements import sections
from clients.engagements.actions import support
from incidents.response.models import Exercise, ResponsePlan
from incidents.response.plans import documents
from incidents.response.plans.actions import APPROVED, DOCUMENT, OFFERED
from incidents.response.plans.obligations import EXERCISE, KINDS, REVIEW, follow_support, owed_now
from portal.audit import presenters
from portal.deadlines import kinds
from portal.deadlines.kinds import Kind, Step
from portal.documents import kinds as papers
from portal.outbox import kinds as messages
from portal.tenancy.permissions import Access, Permission

if TYPE_CHECKING:
    from portal.deadlines.models import Deadline

PHRASES = {
    "plan.write": "wrote",
    "plan.offer": "offered for approval",
    "plan.take_back": "took back",
    "plan.approve": "approved",
    "plan.print": "printed",
    "exercise.end": "ended",
    "exercise.record": "recorded",
}
SAYS_NOTHING = (
    "id",
    "practice_id",
    "client_id",
    "internal",
    "created_at",
    "revision",
    "snapshot",
    "clocks",
    "document_id",
)


def register_all() -> None:
    """Add everything. Called once, when the apps are ready."""
    for kind in (
        Kind(
            REVIEW,
            "Response plan review",
            "review",
            _page("response_plan"),
            _step("Review the plan", "response_plan"),
        ),
        Kind(
            EXERCISE,
            "Response plan exercise",
            "review",
            _page("exercise_list"),
            _step("Start an exercise", "exercise_start"),
        ),
    ):
        kinds.register(kind)
        messages.register(kind.name, kind.title)
    kinds.register_source("response.plans", KINDS, owed_now)
    support.followers.append(follow_support)
    messages.register(OFFERED, "Response plans to approve", may_opt_out=False)
    messages.register(APPROVED, "Response plans that were approved")
    papers.register(DOCUMENT, title="Response plan", file_name="response-plan", build=documents.build)
    sections.register("Response plan", "response_plan", within=("exercise_list",))
    _name_in_the_trail()


def _page(name: str) -> Callable[[Deadline], str]:
    def address(deadline: Deadline) -> str:
        return reverse(name, kwargs={"client_slug": deadline.client.slug})

    return address


def _step(label: str, name: str) -> Callable[[Deadline, Access], Step | None]:
    """Make the button of a kind, for those who may change the plan."""

    def step(deadline: Deadline, access: Access) -> Step | None:
        if not access.may(Permission.EDIT_REGISTERS, deadline.client):
            return None
        return Step(label, _page(name)(deadline))

    return step


def _name_in_the_trail() -> None:
    for model, noun in ((ResponsePlan, "response plan"), (Exercise, "exercise")):
        labels: dict[str, Any] = {
            str(field.column): str(field.verbose_name) for field in model._meta.concrete_fields
        }
        labels |= dict.fromkeys(SAYS_NOTHING)
        presenters.register(table=model._meta.db_table, noun=noun, columns=labels)
    for verb, words in PHRASES.items():
        presenters.register_action(verb, words)
