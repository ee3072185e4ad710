"""The writes of an import: keep the uploaded table for a moment, apply it whole or not at all, drop it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils import timezone

from clients.registers.actions import change, check_and_save, locked
from clients.registers.models import DraftImport
from clients.registers.obligations import Change, before, hold
from clients.registers.queries import Roster, choices_for, rows_for_table
from clients.registers.register import Register
from clients.registers.transfers.imports import CHANGED, NEW, Plan, RowPlan, plan_import
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

KEPT_FOR = dt.timedelta(hours=24)


class Stopped(Refused):
    """The table no longer fits what the register holds; `plan` is what it would do now."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            "The register has changed since the preview. Nothing has been saved. Look through it again."
        )
        self.plan = plan


def keep_draft(
    register: Register,
    client: Client,
    *,
    by: User,
    file_name: str,
    header: Sequence[str],
    lines: Sequence[tuple[int, Sequence[str]]],
) -> DraftImport:
    """Keep an uploaded table until it is applied; older ones of the same person, and any a day old, are dropped."""
    now = timezone.now()
    with action("register.upload", by=by):
        drafts = DraftImport.objects.for_client(client)
        drafts.filter(created_at__lt=now - KEPT_FOR).delete()
        drafts.filter(made_by=by, register=register.slug).delete()
        draft: DraftImport = DraftImport.objects.create(
            practice_id=client.practice_id,
            client=client,
            register=register.slug,
            made_by=by,
            internal=True,
            file_name=file_name[-200:],
            header=list(header),
            rows=[[line, list(cells)] for line, cells in lines],
        )
    return draft


def drop_draft(draft: DraftImport, *, by: User) -> None:
    """Throw an uploaded table away."""
    with action("register.drop_upload", by=by):
        draft.delete()


def drop_old_drafts(now: dt.datetime) -> int:
    """Throw away every uploaded table that is a day old, in the current scope. Gives how many there were."""
    _, by_model = DraftImport.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    return int(by_model.get(DraftImport._meta.label, 0))


def plan_of(draft: DraftImport, register: Register, client: Client) -> Plan:
    """Work out what the draft would change now."""
    choices = choices_for(register.slug, client, timezone.now())
    lines = [(line, cells) for line, cells in draft.rows]
    existing = rows_for_table(register.slug, client)
    return plan_import(register, client, draft.header, lines, existing=existing, choices=choices)


def import_rows(
    draft: DraftImport, register: Register, client: Client, *, by: User, seen: tuple[int, int]
) -> Plan:
    """Apply the draft: every line or none.

    seen: how many new and changed rows the person was shown. Raises Stopped when the plan now has errors or other
    figures, because the register changed meanwhile.
    """
    with action("register.import", by=by, why=f"Import of {draft.file_name}"):
        plan = plan_of(draft, register, client)
        if plan.errors or (plan.count(NEW), plan.count(CHANGED)) != seen:
            raise Stopped(plan)
        people = choices_for(register.slug, client, timezone.now()).people
        changes = []
        for row in plan.writes:
            if row.record is None:
                made = register.model(practice_id=client.practice_id, client=client, **row.values)
                check_and_save(made, people, taken=False)
                changes.append(Change(made))
            else:
                changes.append(_changed(row, people))
        hold(client, changes, by=by, now=timezone.now())
        draft.delete()
    return plan


def _changed(row: RowPlan, people: Roster) -> Change:
    assert row.record is not None
    record = locked(row.record)
    was = before(record)
    change(record, row.values, people, taken=False)
    return Change(record, was)
