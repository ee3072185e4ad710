"""The kinds of deadlines of this room: where each leads, its button, and what opens the first access review."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse

from clients.engagements.obligations import (
    REVIEW,
    VERIFICATION,
    keep_review,
    owed_for_contacts,
    owed_for_review,
)
from portal.deadlines import kinds
from portal.deadlines.kinds import Kind, Step
from portal.outbox import kinds as messages
from portal.tenancy import followers
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.deadlines.models import Deadline


def register_all() -> None:
    """Add the kinds, their titles for messages, the sources of the nightly comparison, and what a new client opens."""
    for kind in (
        Kind(VERIFICATION, "Contact verification", "review", contacts_page, verifying),
        Kind(REVIEW, "Access review", "review", reviews_page, reviewing),
    ):
        kinds.register(kind)
        messages.register(kind.name, kind.title)
    kinds.register_source("engagements.contacts", [VERIFICATION], owed_for_contacts)
    kinds.register_source("engagements.access_reviews", [REVIEW], owed_for_review)
    followers.on_client_added(open_first_review)


def contacts_page(deadline: Deadline) -> str:
    """The client's contacts, at the one who is to be verified."""
    page = reverse("contact_list", kwargs={"client_slug": deadline.client.slug})
    return f"{page}#contact-{deadline.subject_id}"


def reviews_page(deadline: Deadline) -> str:
    """The client's access reviews."""
    return reverse("access_review_list", kwargs={"client_slug": deadline.client.slug})


def verifying(deadline: Deadline, access: Access) -> Step | None:
    """Record that the contact was reached; the practice's own contacts are its people's to verify."""
    theirs = not deadline.internal
    if not access.may(Permission.EDIT_CONTACTS, deadline.client) or not (theirs or access.is_of_practice):
        return None
    kwargs = {"client_slug": deadline.client.slug, "pk": int(deadline.subject_id)}
    return Step("Verify", reverse("contact_verify", kwargs=kwargs))


def reviewing(deadline: Deadline, access: Access) -> Step | None:
    """Begin the review, or go on with it."""
    if not access.may(Permission.EDIT_REGISTERS, deadline.client):
        return None
    return Step("Review access", reviews_page(deadline))


def open_first_review(client: Client, *, now: datetime, by: User | None, why: str = "") -> None:
    """Open the deadline of the first review of a client that was added."""
    keep_review(client, by=by, now=now)
