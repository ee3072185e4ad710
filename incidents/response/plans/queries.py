"""Reads of response plans: the one in force, the draft, the versions, when the plan was exercised."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Max, QuerySet

from incidents.response.models import Exercise, Incident, ResponsePlan
from incidents.response.notices.actions import approvers as leaders
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.people import client_people_of
from portal.tenancy.permissions import RIGHTS, Permission, Role

if TYPE_CHECKING:
    from datetime import datetime

PEOPLE = ("written_by", "offered_by", "approved_by", "document")


def plan_in_force(client: Client) -> ResponsePlan | None:
    """Give the approved version that no later one has superseded. One query."""
    return _first(ResponsePlan.objects.for_client(client).in_force())


def draft_of(client: Client) -> ResponsePlan | None:
    """Give the version that is being written or waits for approval; the client's people see an offered one."""
    return _first(ResponsePlan.objects.for_client(client).drafts())


def version_of(client: Client, version: int) -> ResponsePlan | None:
    """Give one version. One query."""
    return _first(ResponsePlan.objects.for_client(client).filter(version=version))


def versions_of(client: Client) -> list[ResponsePlan]:
    """List every version that was approved, the latest first. One query; what they said stays in the database."""
    rows = ResponsePlan.objects.for_client(client).approved().select_related("approved_by", "written_by")
    return list(rows.defer("snapshot", "text").order_by("-version"))


def last_exercised_on(client: Client) -> date | None:
    """Give the day on which any version of the plan was last exercised. One query."""
    found = ResponsePlan.objects.for_client(client).aggregate(last=Max("exercised_on"))
    last: date | None = found["last"]
    return last


def first_approved_at(client: Client) -> datetime | None:
    """Give since when the client has had a plan at all. One query."""
    rows = ResponsePlan.objects.for_client(client).approved().order_by("approved_at")
    at: datetime | None = rows.values_list("approved_at", flat=True).first()
    return at


def approvers(client: Client, now: datetime) -> QuerySet[User]:
    """List who may approve a plan: who leads the work, the practice's owners, the client's admins and approvers."""
    theirs = [
        each.user_id
        for each in client_people_of(client, now)
        if Permission.APPROVE in RIGHTS[Role(each.role)]
    ]
    return leaders(client, now) | User.objects.filter(is_active=True, pk__in=theirs)


def other_approvers(client: Client, author: User, now: datetime) -> QuerySet[User]:
    """List who may approve it beside its author."""
    return approvers(client, now).exclude(pk=author.pk)


def exercises_of(client: Client) -> list[Exercise]:
    """List the exercises that were held, the latest first, with their drills. One query."""
    rows = Exercise.objects.for_client(client).select_related("incident", "plan", "recorded_by")
    return list(rows.order_by("-held_on", "-id")[:200])


def running_drills(client: Client) -> list[Incident]:
    """List the drills that have not ended, the latest first. One query."""
    rows = Incident.objects.for_client(client).filter(drill=True, closed_at__isnull=True)
    return list(rows.select_related("client").order_by("-detected_at", "-id")[:50])


def exercise_of(incident: Incident) -> Exercise | None:
    """Give the record of a drill that has ended. One query."""
    found: Exercise | None = (
        Exercise.objects.filter(incident=incident).select_related("plan", "recorded_by").first()
    )
    return found


def _first(rows: QuerySet[ResponsePlan]) -> ResponsePlan | None:
    return rows.select_related("client", *PEOPLE).first()
