"""Writes about how a practice, or one client of it, wants to be reminded: in place of the shipped policy or no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import DateTimeField, Value
from django.db.models.functions import Least

from portal.audit.actions import action
from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline, Policy
from portal.deadlines.policies import entry_of
from portal.deadlines.rules.policies import read
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.tenancy.models import Client


def keep_policy(
    *,
    by: User,
    practice_id: UUID,
    kind: str,
    rules: Mapping[str, Any],
    now: datetime,
    client: Client | None = None,
    why: str = "",
) -> Policy:
    """Remind of a kind by these rules: for one client, or for all of the practice that have none of their own.

    rules: those parts of an entry of data/policies.yaml that differ. Open deadlines look at their steps again at
    once; steps that were taken stay taken. Raises Refused, in words, for rules that cannot be read.
    """
    try:
        read(entry_of(kind_of(kind).policy, rules))
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    with action("reminder_policy.change", by=by, why=why, client=client):
        kept: Policy
        kept, _ = Policy.objects.update_or_create(
            practice_id=practice_id,
            client=client,
            kind=kind,
            defaults={"rules": dict(rules), "changed_by": by},
        )
        _look_again(kind, client, now)
    return kept


def drop_policy(
    *,
    by: User,
    practice_id: UUID,
    kind: str,
    now: datetime,
    client: Client | None = None,
    why: str = "",
) -> None:
    """Go back to the practice's policy of a kind for a client, or to the shipped one for the practice.

    Raises Refused where there is none of their own.
    """
    with action("reminder_policy.drop", by=by, why=why, client=client):
        gone, _ = Policy.objects.filter(practice_id=practice_id, client=client, kind=kind).delete()
        if not gone:
            raise Refused(f"{kind_of(kind).title} is reminded of in the usual way already.")
        _look_again(kind, client, now)


def _look_again(kind: str, client: Client | None, now: datetime) -> None:
    """Let the scan work out the next step of every open deadline of the kind. One statement, and no event.

    Those that it has not seen yet keep the instant from which their steps are owed.
    """
    rows = Deadline.objects.open().filter(kind=kind)
    if client is not None:
        rows = rows.for_client(client)
    rows.update(next_step_at=Least("next_step_at", Value(now, DateTimeField())))
