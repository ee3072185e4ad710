"""What a plan obliges to: it is looked at again, and exercised, within twelve months. The deadlines kept at that."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.utils import timezone

from clients.engagements.obligations import answering
from clients.engagements.queries import support_of, today_of
from incidents.response.models import ResponsePlan
from incidents.response.plans.queries import first_approved_at, last_exercised_on, plan_in_force
from portal.deadlines.actions import Kept, keep
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.lib.dates import add_months, format_table
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

REVIEW, EXERCISE = "plan.review", "plan.exercise"
KINDS = (REVIEW, EXERCISE)
MONTHS = 12


def subject_of(client: Client) -> Subject:
    """Versions and exercises follow one another: they are about the client."""
    return Subject(Client._meta.label_lower, str(client.pk), client.name)


def review_due_on(plan: ResponsePlan, client: Client) -> date:
    """Give the day by which the next version is approved."""
    assert plan.approved_at is not None
    return add_months(today_of(client, plan.approved_at), MONTHS)


def exercise_due_on(client: Client) -> date | None:
    """Give the day by which the plan is exercised; None where there is no plan. Two queries at most."""
    last = last_exercised_on(client)
    if last is None:
        first = first_approved_at(client)
        last = today_of(client, first) if first else None
    return add_months(last, MONTHS) if last else None


def owed(client: Client, now: datetime) -> list[Obligation]:
    """List what the plan obliges to now; nothing without support, and nothing without a plan in force."""
    if client.status == Client.Status.ENDED:
        return []
    scope = support_of(client)
    if scope is None or not scope.has_support or not scope.is_current(today_of(client, now)):
        return []
    plan, exercise_on = plan_in_force(client), exercise_due_on(client)
    if plan is None or exercise_on is None:
        return []
    lead = answering(client, now).lead
    return [
        _obligation(client, REVIEW, "Review the response plan", review_due_on(plan, client), lead),
        _obligation(client, EXERCISE, "Exercise the response plan", exercise_on, lead),
    ]


def owed_now(client: Client) -> list[Obligation]:
    """List what the plan obliges to, for the nightly comparison."""
    return owed(client, timezone.now())


def keep_plan(
    client: Client,
    *,
    by: User | None,
    now: datetime,
    met: Mapping[str, str] | None = None,
    why: str = "no support is agreed",
) -> Kept:
    """Bring both deadlines to what plan, exercises and support say. Call it in the transaction of the change."""
    subjects = [subject_of(client)]
    return keep(client, owed(client, now), subjects=subjects, kinds=KINDS, by=by, now=now, met=met, why=why)


def follow_support(client: Client, by: User | None, now: datetime) -> None:
    """Follow a change of what was agreed about support: without it nothing of the plan is owed."""
    keep_plan(client, by=by, now=now)


def _obligation(client: Client, kind: str, title: str, due_on: date, lead: User | None) -> Obligation:
    start = datetime.combine(add_months(due_on, -MONTHS), time(), ZoneInfo(client.time_zone))
    return Obligation(
        kind=kind,
        subject=subject_of(client),
        title=title,
        due=Due(on=due_on, calendar="months", duration=f"P{MONTHS}M"),
        started_at=start,
        owner=lead,
        source=f"Response plan, by {format_table(due_on)}",
    )
