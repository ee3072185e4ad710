"""Which reminders a step owes to whom, and writing those that do not exist yet: one statement, however many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Q

from portal.deadlines.models import Deadline
from portal.deadlines.roster import Roster
from portal.deadlines.rules.policies import Policy
from portal.deadlines.rules.recipients import Recipient, resolve
from portal.deadlines.rules.steps import Facts, Step
from portal.outbox.models import Channel
from portal.tenancy.models import Client

CHANNEL = "channel"
PERSONS_OWN = "email"
NO_OWNER, OF_THE_CLIENT = "there is no owner", "its owner is one of the client's people"

INSERT = """
INSERT INTO deadlines_reminder
       (practice_id, client_id, internal, created_at, deadline_id, due_at, step, step_at,
        recipient, person_id, part, why)
SELECT %s, client_id, internal, %s, deadline_id, due_at, step, step_at, recipient, person_id, part, why
  FROM unnest(%s::uuid[], %s::boolean[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[],
              %s::text[], %s::uuid[], %s::text[], %s::text[])
       AS owed (client_id, internal, deadline_id, due_at, step, step_at, recipient, person_id, part, why)
    ON CONFLICT (deadline_id, due_at, step, recipient) DO NOTHING
RETURNING deadline_id, recipient, id
"""


@dataclass(frozen=True)
class Owed:
    """One reminder of one step to one person, or to one channel (then `person` is None)."""

    deadline: Deadline
    step: Step
    part: str
    why: str = ""
    person: UUID | None = None
    channel: Channel | None = None

    @property
    def recipient(self) -> str:
        """Who gets it, as the unique constraint knows them."""
        return (
            f"person:{self.person}" if self.person else f"{CHANNEL}:{self.channel.pk if self.channel else ''}"
        )


def facts_of(deadline: Deadline, client: Client) -> Facts:
    """Give the rules what they need to know of a deadline.

    Whoever opened or moved it asked for the scan's attention at that instant, so that is since when it stands so.
    """
    return Facts(
        due_at=deadline.due_at,
        due_on=deadline.due_on,
        started_at=deadline.started_at,
        zone=ZoneInfo(client.time_zone),
        snoozed_until=deadline.snoozed_until,
        promise=deadline.promise,
        opened_at=deadline.next_step_at,
    )


def recipients_of(deadline: Deadline, step: Step, people: Roster, zone: ZoneInfo) -> list[Recipient]:
    """Find who hears of a step now. What is internal passes by the client's people, also where they own it."""
    around = people.around(deadline, people.now.astimezone(zone).date())
    passed_by = (
        deadline.internal
        and around.owner is not None
        and people.works_for(around.owner, deadline.client_id)
        and not people.may_own(around.owner, deadline.client_id, internal=True)
    )
    if not passed_by:
        return resolve(step.to, around, people.now.astimezone(zone).date())
    found = resolve(step.to, around, people.now.astimezone(zone).date())
    gone = "the owner no longer works for the client"
    return [
        Recipient(each.person_id, each.part, OF_THE_CLIENT if each.why == gone else each.why)
        for each in found
    ]


def owed_by(
    deadline: Deadline,
    step: Step,
    policy: Policy,
    people: Roster,
    channels: Iterable[Channel],
    zone: ZoneInfo,
) -> list[Owed]:
    """List the reminders of one step: to its people, and to the channels of the client and the practice.

    Where a policy leaves people's own mail out but no channel stands open, people hear of it all the same.
    """
    to_channels = [
        Owed(deadline, step, CHANNEL, channel=channel)
        for channel in channels
        if channel.kind in policy.channels and _fits(channel, deadline, policy)
    ]
    if PERSONS_OWN not in policy.channels and to_channels:
        return to_channels
    found = recipients_of(deadline, step, people, zone)
    return [*(Owed(deadline, step, each.part, each.why, each.person_id) for each in found), *to_channels]


def open_channels(client_ids: Collection[UUID]) -> dict[UUID | None, list[Channel]]:
    """Give the channels in use of these clients, and of the practice under None. One query."""
    rows = Channel.objects.in_use().filter(person__isnull=True)
    rows = rows.filter(Q(client__isnull=True) | Q(client__in=client_ids))
    found: dict[UUID | None, list[Channel]] = {}
    for channel in rows.defer("address").order_by("pk"):
        found.setdefault(channel.client_id, []).append(channel)
    return found


def _fits(channel: Channel, deadline: Deadline, policy: Policy) -> bool:
    """Tell whether the channel is meant for this; the outbox would refuse and write it down, at every step."""
    if channel.urgent_only and not is_urgent(deadline, policy):
        return False
    return channel.client_id is None or channel.internal or not deadline.internal


def is_urgent(deadline: Deadline, policy: Policy) -> bool:
    """Whether it goes out at once: what counts hours, or what its policy calls urgent."""
    return policy.urgent or (deadline.is_clock and policy.hours_based)


def write(owed: Sequence[Owed], practice_id: UUID, now: datetime) -> list[tuple[int, Owed]]:
    """Insert those reminders that do not exist yet, in one statement; give the new ones with their ids."""
    if not owed:
        return []
    by_key = {(each.deadline.pk, each.recipient): each for each in owed}
    columns = zip(*(_row(each) for each in by_key.values()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [practice_id, now, *(list(column) for column in columns)])
        return [(pk, by_key[deadline, recipient]) for deadline, recipient, pk in cursor.fetchall()]


def _row(each: Owed) -> tuple[object, ...]:
    deadline, step = each.deadline, each.step
    return (
        deadline.client_id, deadline.internal, deadline.pk, deadline.due_at, step.key, step.at,
        each.recipient, each.person, each.part, each.why,
    )  # fmt: skip
