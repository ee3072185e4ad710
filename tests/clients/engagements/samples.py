"""One row of each table of the room for a client, and its addresses with arguments that name them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from clients.engagements.models import AccessReview, AccessReviewItem, Contact, SupportScope
from clients.registers.models import Credential
from portal.accounts.models import User
from portal.tenancy.models import Client

NOW = datetime.now(UTC)


class EngagementRows:
    """The rows of one client; every text in them begins with zz- and the client's short name."""

    def __init__(self, client: Client, owner: User, guest: User, credential: Credential) -> None:
        own = {"practice_id": client.practice_id, "client": client}
        mark = f"zz-{client.slug}"
        self.scope = SupportScope.objects.create(
            **own, tier="growth", sev1_target="PT4H", calendar="clock", channel_name=f"#{mark}"
        )
        self.contacts = [
            Contact.objects.create(
                **own,
                side=side,
                position=1,
                name=f"{mark} {side}",
                role=f"{mark} manager",
                email=f"{mark}-{side}@people.test",
                details_on=NOW.date(),
            )
            for side in ("client", "practice")
        ]
        self.finished = AccessReview.objects.create(
            **own,
            started_at=NOW,
            started_by=owner,
            due_on=NOW.date(),
            finished_at=NOW,
            finished_by=owner,
            people=1,
            changed=1,
        )
        self.under_way = AccessReview.objects.create(
            **own, internal=True, started_at=NOW, started_by=owner, due_on=NOW.date() + timedelta(days=90)
        )
        note = f"zz-internal-{client.slug} note"
        item = {**own, "internal": True, "access": "Client viewer", "note": note}
        self.item = AccessReviewItem.objects.create(
            **item, review=self.finished, kind="person", user=guest, decision="change", decided_at=NOW
        )
        AccessReviewItem.objects.create(**item, review=self.under_way, kind="person", user=guest)
        AccessReviewItem.objects.create(
            **item, review=self.under_way, kind="credential", credential=credential
        )


def of_engagements(rows: EngagementRows) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every address of the room."""
    for name in (
        "support_show", "support_edit", "contact_list", "access_review_list", "access_review_start",
    ):  # fmt: skip
        yield name, {}
    for side in ("client", "practice"):
        yield "contact_add", {"side": side}
    for name in ("contact_edit", "contact_verify", "contact_retire"):
        yield name, {"pk": rows.contacts[0].pk}
    for review in (rows.finished, rows.under_way):
        yield "access_review_show", {"pk": review.pk}
    yield "access_review_finish", {"pk": rows.under_way.pk}
    yield "access_review_export", {"pk": rows.finished.pk}
    yield "access_review_carry_out", {"pk": rows.item.pk}
