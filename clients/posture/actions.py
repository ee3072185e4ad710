"""What is written here: the day's snapshot, and waivers with who approved them and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from clients.posture.catalogue import controls
from clients.posture.models import Snapshot, Waiver
from clients.posture.queries import posture_of, results_of
from clients.posture.rules.registry import VERSION
from portal.audit.actions import action
from portal.lib.dates import format_table
from portal.lib.refused import Refused
from portal.tenancy.models import Assignment, Client, Member
from portal.tenancy.permissions import Role

if TYPE_CHECKING:
    from portal.accounts.models import User

COUNTS = ("passes", "warns", "waived", "fails", "unknown", "not_applicable")
APPROVERS = (Role.LEAD, Role.CLIENT_ADMIN, Role.CLIENT_APPROVER)


def take_snapshot(client: Client, now: datetime) -> Snapshot:
    """Keep the results of the client's day. Doing it again on the same day replaces what was kept.

    Not in the audit trail: it is worked out from records that are.
    """
    found = posture_of(client, now)
    values = {name: getattr(found.tally, name) for name in COUNTS}
    values |= {
        "total": len(found.standings),
        "areas": {area.key: [area.tally.passes, area.tally.provable] for area in found.areas},
        "results": results_of(found),
        "rules_version": VERSION,
    }
    with transaction.atomic():
        snapshot: Snapshot
        snapshot, _ = Snapshot.objects.update_or_create(
            practice_id=client.practice_id, client=client, taken_on=found.today, defaults=values
        )
    return snapshot


def approvers_of(client: Client, now: datetime) -> list[User]:
    """List who may approve a waiver: the practice's owners, the client's leads, admins and approvers. Two queries."""
    roles = [role.value for role in APPROVERS]
    assigned = Assignment.objects.filter(client=client, role__in=roles).active(now).select_related("user")
    owners = Member.objects.filter(role=Role.OWNER.value).active(now).select_related("user")
    people = {each.user for each in [*assigned, *owners]}
    return sorted(people, key=lambda user: str(user).casefold())


def add_waiver(
    client: Client,
    control_id: str,
    *,
    reason: str,
    approved_by: User,
    approved_on: date,
    until_on: date,
    by: User,
    today: date,
) -> Waiver:
    """Write an approved exception to a control down. Refuses what was not approved by then or lasts over a year."""
    if control_id not in controls():
        raise Refused("There is no such control in the catalogue.")
    if approved_by not in approvers_of(client, timezone.now()):
        raise Refused(
            "Choose somebody who may approve: an owner, the lead, or an admin or approver of the client."
        )
    if approved_on > today:
        raise Refused(f"The day of approval cannot be after today, {format_table(today)}.")
    if until_on < today:
        raise Refused(f"The last day cannot be before today, {format_table(today)}.")
    if until_on > approved_on + timedelta(days=Waiver.LONGEST_DAYS):
        raise Refused("A waiver lasts a year at most after its approval. Choose an earlier last day.")
    waiver = Waiver(
        practice_id=client.practice_id,
        client=client,
        control_id=control_id,
        reason=reason,
        approved_by=approved_by,
        approved_on=approved_on,
        until_on=until_on,
        added_by=by,
    )
    with action("waiver.add", by=by, why=f"Exception to {control_id}"):
        waiver.save(force_insert=True)
    return waiver


def end_waiver(waiver: Waiver, *, by: User, why: str) -> None:
    """End a waiver before its last day; the control counts again as its records show."""
    if waiver.ended_at:
        raise Refused("This waiver has ended already.")
    if not why.strip():
        raise Refused("Say why the waiver ends.")
    with action("waiver.end", by=by, why=why):
        waiver.ended_at, waiver.ended_by = timezone.now(), by
        waiver.save(update_fields=["ended_at", "ended_by"])
