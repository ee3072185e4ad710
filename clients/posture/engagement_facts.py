"""What was agreed with a client, as the rules take it. Three queries; names of contacts stay where they are."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from clients.engagements.models import AccessReview, Contact, SupportScope
from clients.engagements.models.support_scope import Severity
from clients.engagements.rules.targets import BY_AGREEMENT, MONTHLY_BACKLOG
from clients.posture.rules import facts as f
from portal.tenancy.models import Client

SIDES = {Contact.Side.CLIENT.value: "of the client", Contact.Side.PRACTICE.value: "of the practice"}

#: Targets that name no time.
UNTIMED = (MONTHLY_BACKLOG, BY_AGREEMENT)


def contacts_of(client: Client) -> tuple[f.Contact, ...]:
    """Read the escalation path of both sides. One query."""
    rows = Contact.objects.for_client(client).filter(internal=False).live().in_order()
    return tuple(
        f.Contact(
            row.pk,
            f"{row.position_words} contact {SIDES[row.side]}",
            row.verified_on or row.details_on,
            side=row.side,
            position=row.position,
            verified_on=row.verified_on,
        )
        for row in rows
    )


def access_review_of(client: Client, zone: ZoneInfo) -> f.AccessReview | None:
    """Read the latest finished review. One query."""
    rows = AccessReview.objects.for_client(client).filter(internal=False).finished()
    row = rows.order_by("-finished_at", "-id").first()
    if row is None:
        return None
    finished_on: date = row.finished_at.astimezone(zone).date()
    return f.AccessReview(row.pk, "Access review", finished_on, finished_on=finished_on, owed=row.owed)


def support_of(client: Client, zone: ZoneInfo) -> f.Support | None:
    """Read what was agreed about support. One query."""
    row = SupportScope.objects.for_client(client).filter(internal=False).first()
    if row is None:
        return None
    return f.Support(
        row.pk,
        "Support scope",
        row.updated_at.astimezone(zone).date(),
        tier=row.tier,
        without_target=tuple(each.name for each in Severity if not row.target(each.value)),
        untimed=tuple(each.name for each in Severity if row.target(each.value) in UNTIMED),
        log_retention_days=row.log_retention_days,
        warranty=bool(row.warranty_terms),
        ends_on=row.ends_on,
    )
