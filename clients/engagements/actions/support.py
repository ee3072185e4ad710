"""Writing down what was agreed about support. What it was before stands in the trail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError
from django.utils import timezone

from clients.engagements.actions.checked import Changed, apply, check
from clients.engagements.models import SupportScope
from portal.audit.actions import action
from portal.lib.holiday_calendars import calendars
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

TERMS = frozenset(
    {
        "tier",
        "sev1_target",
        "sev2_target",
        "sev3_target",
        "sev4_target",
        "calendar",
        "holiday_calendar",
        "time_zone",
        "opens_at",
        "closes_at",
        "log_retention_days",
        "channel",
        "channel_name",
        "post_mortem_from",
        "post_mortem_for",
        "breach_notice_hours",
        "breach_notice_source",
        "agreed_on",
        "agreed_with",
        "starts_on",
        "ends_on",
        "warranty_terms",
    }
)


#: What else follows an agreement: called in the transaction of every change, with the client.
followers: list[Callable[[Client, User, datetime], None]] = []


def agree_support(
    client: Client,
    values: Mapping[str, Any],
    *,
    by: User,
    version: int | None = None,
    why: str = "",
    now: datetime | None = None,
) -> SupportScope:
    """Write the terms down, for the first time or anew; without a difference nothing is written.

    What runs by the agreement is brought to it at `now`.
    version: the version that the person saw, None for a first agreement. Raises Changed when another one holds now,
    Invalid for values that cannot be kept.
    """
    row = SupportScope.objects.for_client(client).first()
    verb = "support_scope.edit" if row else "support_scope.add"
    with action(verb, by=by, why=why, client=client):
        if row is None:
            added = _added(client, values)
            _follow(client, by, now)
            return added
        locked: SupportScope = SupportScope.objects.select_for_update().get(pk=row.pk)
        if version is not None and locked.version != version:
            raise Changed(locked)
        changed = apply(locked, values, TERMS)
        check(locked, _faults(locked))
        if changed:
            locked.version += 1
            locked.save(update_fields=[*changed, "version", "updated_at"])
            _follow(client, by, now)
    return locked


def _follow(client: Client, by: User, now: datetime | None) -> None:
    for follow in followers:
        follow(client, by, now or timezone.now())


def _added(client: Client, values: Mapping[str, Any]) -> SupportScope:
    row = SupportScope(practice_id=client.practice_id, client=client)
    apply(row, values, TERMS)
    check(row, _faults(row))
    try:
        row.save(force_insert=True)
    except IntegrityError as error:
        if "support_scope_once_a_client" not in str(error):
            raise
        raise Refused(
            "Somebody wrote the support scope down in the meantime. Open it and look again."
        ) from error
    return row


def _faults(row: SupportScope) -> dict[str, str]:
    """What the database would refuse without a sentence for the reader."""
    faults = {}
    if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
        faults["ends_on"] = "The last day must not lie before the first"
    if (row.opens_at is None) != (row.closes_at is None):
        faults["closes_at" if row.closes_at is None else "opens_at"] = (
            "Enter both hours, or leave both empty when support is open around the clock"
        )
    elif row.opens_at and row.closes_at and row.closes_at <= row.opens_at:
        faults["closes_at"] = "Support must close after it opens"
    if row.breach_notice_hours and not row.breach_notice_source.strip():
        faults["breach_notice_source"] = "Enter where the hours are agreed, such as DPA, clause 8.2"
    if row.breach_notice_source.strip() and not row.breach_notice_hours:
        faults["breach_notice_hours"] = "Enter the hours that are agreed there"
    if row.holiday_calendar and row.holiday_calendar not in dict(calendars()):
        faults["holiday_calendar"] = "Choose public holidays from the list"
    return faults
