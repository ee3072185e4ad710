"""Deadlines change hands, one or several, all or none: only to people who may own them at each client."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from portal.deadlines.actions import reassign_deadline
from portal.deadlines.models import Deadline
from portal.deadlines.roster import roster
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User


def owners_for(client: Client, now: datetime, *, internal: bool) -> list[User]:
    """List who may own a deadline of the client now, by name. Four queries."""
    people = roster([client.pk], now)
    may = [user for pk, user in people.people.items() if people.may_own(pk, client.pk, internal=internal)]
    return sorted(may, key=lambda user: user.name.casefold())


def hand_over(
    deadline: Deadline, *, by: User, owner: User, backup_owner: User | None, now: datetime, why: str
) -> Deadline:
    """Give one deadline to another owner. Raises Refused for people who may not own it, and as the action does."""
    people = roster([deadline.client_id], now)
    for heir in filter(None, (owner, backup_owner)):
        if not people.may_own(heir.pk, deadline.client_id, internal=deadline.internal):
            raise Refused(f"{heir} does not work for {deadline.client}. Choose somebody who does.")
    return reassign_deadline(deadline, by=by, owner=owner, backup_owner=backup_owner, now=now, why=why)


def hand_over_several(
    deadlines: Sequence[Deadline], *, by: User, owner: User, now: datetime, why: str
) -> int:
    """Give several deadlines, of whatever clients, to another owner; give how many. All or none.

    Their clients must be at hand. A backup owner who becomes the owner leaves the backup's place empty. Raises
    Refused and names the clients for which the new owner does not work, or the deadline that could not be given.
    """
    people = roster({deadline.client_id for deadline in deadlines}, now)
    strange = [
        each for each in deadlines if not people.may_own(owner.pk, each.client_id, internal=each.internal)
    ]
    if strange:
        clients = sorted({each.client.name for each in strange})
        theirs = "its deadline" if len(strange) == 1 else f"those {len(strange)} deadlines"
        raise Refused(
            f"{owner} does not work for {_listed(clients)}. Leave {theirs} out, or choose somebody else."
        )
    with transaction.atomic():
        for deadline in deadlines:
            if Deadline.objects.filter(pk=deadline.pk, owner=owner).exists():
                continue  # it went along with a record that was handed over for another one
            backup = deadline.backup_owner if deadline.backup_owner_id != owner.pk else None
            try:
                reassign_deadline(deadline, by=by, owner=owner, backup_owner=backup, now=now, why=why)
            except Refused as refused:
                raise Refused(f"Nothing was changed. “{deadline.title}”: {refused}") from refused
    return len(deadlines)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
