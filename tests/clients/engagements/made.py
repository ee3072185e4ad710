"""Contacts, support scopes and reviews for these tests, made by the room's own actions."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from clients.engagements.actions.access_reviews import decide, finish_review, start_review
from clients.engagements.actions.contacts import add_contact
from clients.engagements.actions.support import agree_support
from clients.engagements.models import AccessReview, Contact, SupportScope
from clients.engagements.support_tiers import tiers
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Client


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    return now().date()


def day(number: int) -> date:
    return today() + timedelta(days=number)


def add(client: Client, by: User, name: str = "Ann Ash", side: str = "client", **more: Any) -> Contact:
    details = {"name": name, "role": "Manager", "email": f"{name.split(maxsplit=1)[0].lower()}@people.test"}
    extra = {key: more.pop(key) for key in ("position", "verified_on", "details_on") if key in more}
    return add_contact(client, side, {**details, **more}, by=by, now=now(), **extra)


def agree(client: Client, by: User, tier: str = "growth", **values: Any) -> SupportScope:
    return agree_support(client, {**tiers()[tier].proposes, **values}, by=by)


def review(
    client: Client, by: User, *, at: datetime | None = None, **decisions: tuple[str, str]
) -> AccessReview:
    """Start and finish a review: everything is kept but for people named by the first word of their name."""
    at = at or now()
    found = start_review(client, by=by, now=at)
    decide(
        found,
        {
            item.pk: decisions.get(str(item).split()[0].lower(), ("keep", ""))
            for item in found.items.select_related("user", "credential")
        },
        by=by,
        now=at,
    )
    return finish_review(found, by=by, now=at)


def open_deadlines(client: Client, kind: str) -> list[Deadline]:
    return list(Deadline.objects.for_client(client).open().filter(kind=kind).order_by("pk"))


def ended_deadlines(client: Client, kind: str) -> list[Deadline]:
    return list(Deadline.objects.for_client(client).ended().filter(kind=kind).order_by("pk"))
