"""Deadlines of somebody who has left, or works for the client no more, pass on: backup owner, lead, practice owner."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q
from django.urls import reverse

from portal.audit.actions import action
from portal.deadlines.models import Deadline
from portal.deadlines.roster import Roster, roster
from portal.lib.dates import format_table
from portal.outbox.actions import Letter, post
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

logger = logging.getLogger(__name__)
#: The kind of message by which the new owner hears of it.
PASSED_ON = "deadline.passed_on"
WHY = "its owner works for this client no more"
MOST_NAMED = 10


def succeed(user: User, clients: Collection[Client] | None, *, now: datetime, by: User | None) -> int:
    """Pass on the open deadlines of somebody who may no longer own them at `now`; give how many changed hands.

    clients: those whose assignment ended; None: every client. Deadlines that the person may still own stay theirs,
    so calling it once too often changes nothing. As backup owner they are only crossed out. Each new owner hears of
    it in one message a client. Runs in the scope of the practice and in the caller's transaction, if there is one.
    """
    rows = Deadline.objects.open().filter(Q(owner=user) | Q(backup_owner=user))
    if clients is not None:
        rows = rows.filter(client__in=[client.pk for client in clients])
    ids = set(rows.values_list("client_id", flat=True).distinct())
    if not ids:
        return 0
    people = roster(ids, now, also=[user.pk])
    found = Client.objects.filter(pk__in=ids, status=Client.Status.ACTIVE).order_by("pk")
    return sum(_pass_on(client, user.pk, people, by) for client in found)


def succeed_everyone(now: datetime) -> int:
    """Pass on whatever belongs to people who have gone, whose term ran out without a word. For the nightly check."""
    named = Deadline.objects.open().filter(Q(owner__isnull=False) | Q(backup_owner__isnull=False))
    rows = set(named.order_by().values_list("client_id", "owner_id", "backup_owner_id").distinct())
    people = roster({client for client, *_ in rows}, now)
    gone = {
        (person, client)
        for client, *both in rows
        for person in both
        if person is not None and not people.works_for(person, client)
    }
    return sum(succeed_one(person, client, now) or 0 for person, client in sorted(gone))


def succeed_one(person: UUID, client_id: UUID, now: datetime) -> int:
    """Pass on what one person had of one client; what goes wrong is logged and does not keep the others."""
    try:
        client = Client.objects.get(pk=client_id)
        if client.status != Client.Status.ACTIVE:
            return 0
        return _pass_on(client, person, roster([client_id], now, also=[person]), None)
    except Exception:
        logger.exception("deadlines of a person who left cannot be passed on, client %s", client_id)
        return 0


def _pass_on(client: Client, person: UUID, people: Roster, by: User | None) -> int:
    if people.works_for(person, client.pk):
        return 0
    with action("deadline.succeed", by=by, why=WHY, client=client):
        theirs = Deadline.objects.for_client(client).open().filter(Q(owner=person) | Q(backup_owner=person))
        rows = list(theirs.order_by("pk").select_for_update())
        taken = []
        for row in rows:
            if row.owner_id == person:
                row.owner_id = people.successor(row)
                taken.append(row)
            if row.backup_owner_id in {person, row.owner_id}:
                row.backup_owner_id = None
        if rows:
            Deadline.objects.bulk_update(rows, ["owner", "backup_owner"], batch_size=500)
            post(_letters(client, person, taken, people), now=people.now, practice_id=client.practice_id)
    return len(taken)


def _letters(client: Client, person: UUID, taken: Iterable[Deadline], people: Roster) -> list[Letter]:
    """One to each new owner, with what is due first on top."""
    with_owner = [row for row in taken if row.owner_id in people.people]
    with_owner.sort(key=lambda row: (str(row.owner_id), row.due_at, row.pk))
    return [
        _letter(client, person, list(rows), people)
        for _, rows in groupby(with_owner, key=lambda row: row.owner_id)
    ]


def _letter(client: Client, person: UUID, rows: Sequence[Deadline], people: Roster) -> Letter:
    count = len(rows)
    owner = rows[0].owner_id
    assert owner is not None
    lines = [f"{row.title}: due {format_table(row.due_on or row.due_at)}" for row in rows[:MOST_NAMED]]
    if count > MOST_NAMED:
        lines.append(f"And {count - MOST_NAMED} more.")
    number = "A deadline" if count == 1 else f"{count} deadlines"
    verb = "is" if count == 1 else "are"
    return Letter(
        key=f"passed-on:{rows[0].pk}:{person}:{people.now.isoformat()}",
        kind=PASSED_ON,
        subject=f"{number} of {client} {verb} yours now",
        lines=(
            "Whoever had this before works for the client no more. You are next in line.",
            *lines,
        ),
        url=reverse("today"),
        client=client,
        person=people.people[owner],
        due_at=rows[0].due_at,
        due_on=rows[0].due_on,
        late=rows[0].due_at < people.now,
        action_label="See them on Today",
        internal=any(row.internal for row in rows),
        may_opt_out=False,
    )
