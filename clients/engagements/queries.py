"""Reads of what was agreed: the support scope, the escalation path, access reviews and who has access now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user_model
from django.db.models import Exists, OuterRef, Q, QuerySet

from clients.engagements.models import AccessReview, AccessReviewItem, Contact, SupportScope
from clients.engagements.rules import escalation, reviewing
from clients.registers.models import Credential
from clients.registers.platforms import platform_name
from portal.lib.dates import format_table
from portal.tenancy.models import Assignment, Client, Member, YesNoUnknown
from portal.tenancy.permissions import CLIENT_ROLES, Role

if TYPE_CHECKING:
    from portal.accounts.models import User

MOST_REVIEWS = 100


def today_of(client: Client, now: datetime) -> date:
    """Give the calendar day at `now` where the client is."""
    return now.astimezone(ZoneInfo(client.time_zone)).date()


# Support -------------------------------------------------------------------------------------------------------------


def support_of(client: Client) -> SupportScope | None:
    """Give what was agreed about support, None where nothing was recorded. One query."""
    found: SupportScope | None = SupportScope.objects.for_client(client).first()
    if found is not None:
        found.client = client
    return found


# Contacts ------------------------------------------------------------------------------------------------------------


def contacts_of(client: Client) -> list[Contact]:
    """List the contacts on both sides as they are asked. One query."""
    rows = Contact.objects.for_client(client).live().in_order()
    return list(rows.select_related("user", "verified_by"))


def path_of(contacts: Sequence[Contact], side: str) -> list[Contact]:
    """Keep the contacts of one side, in their order."""
    return [contact for contact in contacts if contact.side == side]


def gaps_of(client: Client, contacts: Sequence[Contact], practice_name: str) -> list[str]:
    """Say who is missing on the escalation path."""
    people = [escalation.Person(each.side, each.position, each.verified_on) for each in contacts]
    return escalation.gaps(people, {escalation.CLIENT: client.name, escalation.PRACTICE: practice_name})


# Access reviews ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Access:
    """What one person may see of a client now. member: their role in the practice where it reaches every client."""

    user: User
    assignment: Assignment | None
    member: Member | None

    @property
    def words(self) -> str:
        """Say it: "Owner of the practice, sees every client. Lead of the work until 3 Mar 2027"."""
        parts = []
        if self.member is not None:
            parts.append(f"{Role(self.member.role).label} of the practice, sees every client")
        if self.assignment is not None:
            role = Role(self.assignment.role)
            side = "" if role in CLIENT_ROLES else " of the work"
            parts.append(f"{role.label}{side}{_until(self.assignment)}")
        elif self.member is not None:
            parts[0] += _until(self.member)
        return ". ".join(parts)


def _until(term: Assignment | Member) -> str:
    return f" until {format_table(term.until_at.date())}" if term.until_at else ""


def access_to(client: Client, now: datetime) -> list[Access]:
    """List everybody who can open the client at `now`, as signing in would let them, by name. Two queries.

    A consultant's assignment counts while they are of the practice; a client's person's while they are not.
    """
    members = {row.user_id: row for row in Member.objects.active(now).select_related("user")}
    assigned = Assignment.objects.filter(client=client).active(now).select_related("user")
    works = {
        row.user_id: row for row in assigned if (row.role in CLIENT_ROLES) == (row.user_id not in members)
    }
    everywhere = {pk: row for pk, row in members.items() if row.role in (Role.OWNER, Role.AUDITOR)}
    users = {row.user_id: row.user for row in [*works.values(), *everywhere.values()]}
    found = [Access(user, works.get(pk), everywhere.get(pk)) for pk, user in users.items() if user.is_active]
    return sorted(found, key=lambda each: (str(each.user).casefold(), str(each.user.pk)))


def personal_credentials(client: Client) -> list[Credential]:
    """List the credentials in use that belong to a person or are shared by several, by name. One query."""
    yes = YesNoUnknown.YES.value
    held = Q(personal=yes) | Q(shared=yes) | Q(kind=Credential.Kind.PERSONAL_TOKEN)
    return list(Credential.objects.for_client(client).live().filter(held).order_by("name", "id"))


def credential_words(credential: Credential) -> str:
    """Say what a credential opens and whose it is."""
    yes = YesNoUnknown.YES.value
    parts = [f"{platform_name(credential.platform)}, {credential.get_kind_display()}"]
    if credential.personal == yes or credential.kind == Credential.Kind.PERSONAL_TOKEN:
        parts.append("belongs to a person")
    if credential.shared == yes:
        parts.append("used by several people")
    return ", ".join(parts)


def open_review(client: Client) -> AccessReview | None:
    """Give the review that is being worked through, if any. One query."""
    found: AccessReview | None = (
        AccessReview.objects.for_client(client).open().select_related("started_by").first()
    )
    return found


def finished_reviews(client: Client) -> QuerySet[Any]:
    """List the finished reviews, latest first, with who finished them."""
    rows: QuerySet[Any] = AccessReview.objects.for_client(client).finished().select_related("finished_by")
    return rows.order_by("-finished_at", "-id")


def last_finished_on(client: Client) -> date | None:
    """Give the client's day on which access was last reviewed. One query."""
    at = (
        AccessReview.objects.for_client(client)
        .finished()
        .order_by("-finished_at")
        .values_list("finished_at", flat=True)
        .first()
    )
    return today_of(client, at) if at else None


def review_due_on(client: Client) -> date:
    """Give the day by which access is reviewed next. One query."""
    added_on = today_of(client, client.created_at)
    return reviewing.next_due_on(last_finished_on(client), added_on, client.since_on)


def items_of(review: AccessReview) -> list[AccessReviewItem]:
    """List the entries of a review: people by name, then credentials. One query."""
    rows = review.items.select_related("user", "credential", "decided_by", "carried_out_by")
    return sorted(rows, key=lambda item: (not item.is_person, str(item).casefold(), item.pk))


def has_access(user: User, client: Client, now: datetime) -> bool:
    """Tell whether somebody can open the client now. Two queries."""
    return any(each.user.pk == user.pk for each in access_to(client, now))


# What the deadlines of contacts hang on ------------------------------------------------------------------------------


def answering_of(client: Client, now: datetime) -> User | None:
    """Give who answers at the client: the admin longest in charge, else the approver. One query."""
    roles = (Role.CLIENT_ADMIN.value, Role.CLIENT_APPROVER.value)
    ours = Member.objects.active(now).filter(user_id=OuterRef("user_id"))
    rows = Assignment.objects.filter(client=client, role__in=roles).active(now).filter(~Exists(ours))
    found = sorted(
        rows.select_related("user").order_by("from_at", "id"), key=lambda row: roles.index(row.role)
    )
    active = [row.user for row in found if row.user.is_active]
    return active[0] if active else None


def users_of_side(client: Client, side: str, now: datetime) -> list[User]:
    """List the people of the portal who may be contacts on a side: the client's own, or who works for it here."""
    theirs = side == escalation.CLIENT
    ids = [
        each.user.pk
        for each in access_to(client, now)
        if theirs == bool(each.assignment and each.assignment.role in CLIENT_ROLES)
        and not (each.member and each.member.role == Role.AUDITOR)
    ]
    users = get_user_model()._default_manager.filter(pk__in=ids)
    return list(users.order_by("name", "email"))
