"""Writing down what was agreed about support. What it was before stands in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError

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
        "agreed_on",
        "agreed_with",
        "starts_on",
        "ends_on",
        "warranty_terms",
    }
)


def agree_support(
    client: Client, values: Mapping[str, Any], *, by: User, version: int | None = None, why: str = ""
) -> SupportScope:
    """Write the terms down, for the first time or anew; without a difference nothing is written.

    version: the version that the person saw, None for a first agreement. Raises Changed when another one holds now,
    Invalid for values that cannot be kept.
    """
    row = SupportScope.objects.for_client(client).first()
    verb = "support_scope.edit" if row else "support_scope.add"
    with action(verb, by=by, why=why, client=client):
        if row is None:
            return _added(client, values)
        locked: SupportScope = SupportScope.objects.select_for_update().get(pk=row.pk)
        if version is not None and locked.version != version:
            raise Changed(locked)
        changed = apply(locked, values, TERMS)
        check(locked, _faults(locked))
        if changed:
            locked.version += 1
            locked.save(update_fields=[*changed, "version", "updated_at"])
    return locked


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
    if row.holiday_calendar and row.holiday_calendar not in dict(calendars()):
        faults["holiday_calendar"] = "Choose public holidays from the list"
    return faults
