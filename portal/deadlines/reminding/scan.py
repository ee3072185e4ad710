"""The scan of one practice: take every step that is due, in batches that any number of workers share.

A batch is one transaction: the reminders, their messages and the next step stand together or not at all. Rows that
another worker holds are passed over, and nobody waits.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from portal.deadlines.models import Deadline
from portal.deadlines.reminding.letters import letter_of
from portal.deadlines.reminding.overrides import Overrides, overrides
from portal.deadlines.reminding.owed import Owed, facts_of, open_channels, owed_by, write
from portal.deadlines.roster import Roster, roster
from portal.deadlines.rules.steps import plan
from portal.deadlines.succession import succeed_one
from portal.outbox.actions import post
from portal.outbox.models import Channel
from portal.tenancy.models import Client

logger = logging.getLogger(__name__)
BATCH = 500
#: When a deadline that could not be worked out, or whose client has ended, is looked at again.
AGAIN_AFTER = timedelta(hours=1)

UPDATE = """
UPDATE deadlines_deadline AS deadline
   SET next_step_at = looked.next_step_at, stepped_at = looked.stepped_at
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS looked (id, next_step_at, stepped_at)
 WHERE deadline.practice_id = %s AND deadline.id = looked.id
"""


@dataclass
class Scanned:
    """What a scan has done: deadlines looked at, reminders written, messages posted, deadlines passed on."""

    deadlines: int = 0
    reminders: int = 0
    messages: int = 0
    passed_on: int = 0


@dataclass
class _Batch:
    """Rows under lock, with everything that planning them needs."""

    now: datetime
    clients: dict[UUID, Client]
    people: Roster
    policies: Overrides
    channels: dict[UUID | None, list[Channel]]
    owed: list[Owed] = field(default_factory=list)
    looked: list[tuple[int, datetime | None, datetime | None]] = field(default_factory=list)
    gone: set[tuple[UUID, UUID]] = field(default_factory=set)


def scan(now: datetime, *, size: int = BATCH, told: Callable[[Owed], object] = lambda owed: None) -> Scanned:
    """Take every step that is due at `now` in the practice of the scope.

    told: is given each new reminder. Deadlines of somebody who has left pass on first. Each query count is the same
    for one deadline and for `size` of them.
    """
    done = Scanned()
    tried: set[tuple[UUID, UUID]] = set()
    while True:
        with transaction.atomic():
            found, gone = _take(now, size, tried, done, told)
        for person, client_id in sorted(gone - tried):
            done.passed_on += succeed_one(person, client_id, now)
        tried |= gone
        if not found:
            return done


def _take(
    now: datetime, size: int, tried: set[tuple[UUID, UUID]], done: Scanned, told: Callable[[Owed], object]
) -> tuple[int, set[tuple[UUID, UUID]]]:
    """Take the steps of one batch; give how many rows there were, and whose deadlines must pass on first."""
    due = Deadline.objects.steps_due(now).order_by("next_step_at", "id")
    rows = list(due.select_for_update(skip_locked=True)[:size])
    if not rows:
        return 0, set()
    batch = _read(rows, now)
    for row in rows:
        if leaving := _leaving(row, batch) - tried:
            batch.gone |= leaving
        else:
            _look_at(row, batch)
    practice_id = rows[0].practice_id
    new = write(batch.owed, practice_id, now)
    letters = [
        letter_of(
            pk,
            owed,
            batch.clients[owed.deadline.client_id],
            batch.policies.policy(owed.deadline),
            batch.people,
        )
        for pk, owed in new
    ]
    done.messages += post(letters, now=now, practice_id=practice_id)
    _move_on(batch.looked, practice_id)
    done.deadlines += len(batch.looked)
    done.reminders += len(new)
    for _, owed in new:
        told(owed)
    return len(rows), batch.gone


def _read(rows: Sequence[Deadline], now: datetime) -> _Batch:
    """Read who and what goes with the rows: seven queries, whatever their number."""
    ids = {row.client_id for row in rows}
    also = [person for row in rows for person in (row.owner_id, row.backup_owner_id)]
    return _Batch(
        now=now,
        clients=Client.objects.in_bulk(ids),
        people=roster(ids, now, also=also),
        policies=overrides(ids, {row.kind for row in rows}),
        channels=open_channels(ids),
    )


def _leaving(row: Deadline, batch: _Batch) -> set[tuple[UUID, UUID]]:
    """Say who of its owners has gone; of a client whose work has ended everybody has, and nothing passes on."""
    if batch.clients[row.client_id].status != Client.Status.ACTIVE:
        return set()
    return {
        (person, row.client_id)
        for person in (row.owner_id, row.backup_owner_id)
        if person is not None and not batch.people.works_for(person, row.client_id)
    }


def _look_at(row: Deadline, batch: _Batch) -> None:
    """Work out the step of one row. What cannot be worked out is logged and never keeps the others waiting."""
    client = batch.clients[row.client_id]
    if client.status != Client.Status.ACTIVE:
        batch.looked.append((row.pk, batch.now + AGAIN_AFTER, _since(row, batch.now)))
        return
    try:
        owed, next_at, stepped_at = _planned(row, client, batch)
    except Exception:
        logger.exception("the steps of deadline %s cannot be worked out", row.pk)
        owed, next_at, stepped_at = [], batch.now + AGAIN_AFTER, _since(row, batch.now)
    batch.owed += owed
    batch.looked.append((row.pk, next_at, stepped_at))


def _since(row: Deadline, now: datetime) -> datetime | None:
    """Remember, for one that is put back, from when on its steps are owed: since it was opened or moved.

    What is late by now is owed one step whatever its age, as long as none was considered.
    """
    if row.stepped_at is not None or row.next_step_at is None or row.due_at < now:
        return row.stepped_at
    return row.next_step_at - timedelta.resolution


def _planned(
    row: Deadline, client: Client, batch: _Batch
) -> tuple[list[Owed], datetime | None, datetime | None]:
    policy, now = batch.policies.policy(row), batch.now
    found = plan(policy, facts_of(row, client), row.stepped_at, now)
    if found.step is None:
        # Steps that fall into a snooze are not lost: the last of them is taken when it ends.
        asleep = row.snoozed_until is not None and row.snoozed_until > now
        return [], found.next_at, row.stepped_at if asleep else now
    channels = [*batch.channels.get(None, ()), *batch.channels.get(row.client_id, ())]
    owed = owed_by(row, found.step, policy, batch.people, channels, ZoneInfo(client.time_zone))
    if not owed:
        raise LookupError("the practice has nobody who could be reminded")
    return owed, found.next_at, now


def _move_on(looked: Iterable[tuple[int, datetime | None, datetime | None]], practice_id: UUID) -> None:
    """Keep the scan's place in one statement that sets nothing else, so that it is no event of the trail."""
    columns = [list(column) for column in zip(*looked, strict=True)]
    if columns:
        with connection.cursor() as cursor:
            cursor.execute(UPDATE, [*columns, practice_id])
