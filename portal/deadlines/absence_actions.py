"""Writes about days on which somebody is away. Who gets their reminders meanwhile is worked out at each step."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from portal.audit.actions import action
from portal.deadlines.models import Absence
from portal.lib.dates import format_table
from portal.lib.refused import Refused
from portal.tenancy.models import Member

if TYPE_CHECKING:
    from portal.accounts.models import User


def add_absence(
    *,
    by: User,
    practice_id: UUID,
    user: User,
    from_on: date,
    until_on: date,
    now: datetime,
    stand_in: User | None = None,
    note: str = "",
) -> Absence:
    """Note that one of the practice's people is away from the first day to the last, both included.

    Raises Refused for days in the wrong order or all past, for days on which they are away already, for a stand-in
    who is the same person or not one of the practice's people.
    """
    if until_on < from_on:
        raise Refused("The last day away lies before the first. Swap the two.")
    if until_on < now.date() - timedelta(days=1):
        raise Refused("These days have passed already. Choose a last day that is to come.")
    if stand_in is not None and stand_in.pk == user.pk:
        raise Refused("Nobody can stand in for themselves. Choose somebody else, or leave it empty.")
    _refuse_strangers(user, stand_in, now)
    with action("absence.add", by=by):
        known = Absence.objects.filter(user=user, from_on__lte=until_on, until_on__gte=from_on)
        if other := known.order_by("from_on").first():
            raise Refused(
                f"{user} is noted as away from {format_table(other.from_on)} to {format_table(other.until_on)}"
                " already. End that absence first, or choose other days."
            )
        made: Absence = Absence.objects.create(
            practice_id=practice_id,
            user=user,
            from_on=from_on,
            until_on=until_on,
            stand_in=stand_in,
            note=note,
        )
    return made


def end_absence(absence: Absence, *, by: User, back_on: date) -> None:
    """End an absence: they are back from `back_on` on. One that had not begun by then is taken out.

    Raises Refused for an absence that has ended.
    """
    with action("absence.end", by=by):
        row: Absence | None = Absence.objects.select_for_update().filter(pk=absence.pk).first()
        if row is None or row.until_on < back_on:
            raise Refused("This absence has ended already.")
        if back_on <= row.from_on:
            row.delete()
            return
        row.until_on = back_on - timedelta(days=1)
        row.save(update_fields=["until_on"])


def _refuse_strangers(user: User, stand_in: User | None, now: datetime) -> None:
    people = set(Member.objects.active(now).values_list("user_id", flat=True))
    for person in (user, stand_in):
        if person is not None and person.pk not in people:
            raise Refused(f"{person} is not one of the practice's people. Choose somebody who is.")
