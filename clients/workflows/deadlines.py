"""That a workflow's definition is exported anew: what is owed once an export has come in, as a kind of deadline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from clients.registers import deadline_kinds, obligations
from clients.registers.models import Record, Workflow
from clients.registers.obligations import Change, Crew, subject_of
from clients.workflows.models import FRESH_DAYS
from clients.workflows.queries import newest_by_workflow
from portal.deadlines import kinds
from portal.deadlines.kinds import Kind, Step
from portal.deadlines.obligations import Due, Obligation
from portal.lib.dates import format_table
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.deadlines.models import Deadline

EXPORT = "workflow.export"
DONE = {EXPORT: "an export was read in"}


def register_all() -> None:
    """Add the kind, its source, and what an export adds to a workflow's own obligations."""
    deadline_kinds.add(Kind(EXPORT, "Workflow export", "review", deadline_kinds.address, read_in,
                            hand_over=deadline_kinds.hand_over))  # fmt: skip
    obligations.contribute(EXPORT, Workflow, owed)
    kinds.register_source("workflows", [EXPORT], owed_by)


def owed(client: Client, workflows: Sequence[Record], crew: Crew) -> Iterable[Obligation]:
    """A workflow whose export was read once is exported again within 90 days; without any, nothing is owed."""
    newest = newest_by_workflow(client, [each.pk for each in workflows] if len(workflows) == 1 else None)
    zone = ZoneInfo(client.time_zone)
    for workflow in workflows:
        export = newest.get(workflow.pk)
        if export is None:
            continue
        read_on = export.confirmed_at.astimezone(zone).date()
        owner, backup, internal = crew.holders(workflow)
        yield Obligation(
            kind=EXPORT,
            subject=subject_of(workflow),
            title=f"Export {workflow.name} again",
            due=Due(on=read_on + timedelta(days=FRESH_DAYS), duration=f"P{FRESH_DAYS}D"),
            started_at=export.confirmed_at,
            owner=owner,
            backup_owner=backup,
            note=f"version {export.version}, read on {format_table(read_on)}",
            source=f"A definition is exported anew every {FRESH_DAYS} days",
            internal=internal,
        )


def owed_by(client: Client) -> list[Obligation]:
    """List the exports that a client's workflows owe now, for the nightly comparison."""
    rows = list(Workflow.objects.for_client(client).live().select_related("owner").order_by("pk"))
    if client.status == Client.Status.ENDED or not rows:
        return []
    return list(owed(client, rows, obligations.crew_of(client, rows, timezone.now())))


def hold(
    client: Client, workflows: Collection[int | None], *, read_in: bool, by: User | None, now: datetime
) -> None:
    """Hold the deadlines of workflows whose exports changed. read_in: a newer export of each was read just now."""
    ids = [pk for pk in workflows if pk is not None]
    if not ids:
        return
    rows = Workflow.objects.for_client(client).filter(pk__in=ids).select_related("client", "owner")
    done = DONE if read_in else None
    obligations.hold(client, [Change(row, done=done) for row in rows.order_by("pk")], by=by, now=now)


def read_in(deadline: Deadline, access: Access) -> Step | None:
    """Drop the new export on the client's page of exports."""
    if not access.may(Permission.IMPORT, deadline.client):
        return None
    return Step("Read it in", reverse("export_list", kwargs={"client_slug": deadline.client.slug}))
