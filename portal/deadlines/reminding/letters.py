"""The words of a reminder: what, of which client, by when, and why this person. Context, never contents."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse

from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.reminding.owed import Owed, is_urgent
from portal.deadlines.roster import Roster
from portal.deadlines.rules.policies import Policy
from portal.lib.dates import format_long
from portal.outbox.actions import Letter
from portal.tenancy.models import Client

logger = logging.getLogger(__name__)
PARTS = {
    "backup": "You are its backup owner.",
    "lead": "You lead the work for the client.",
    "practice_owner": "You own the practice.",
    "client": "It waits for you or somebody else at {client}.",
}


def letter_of(pk: int, owed: Owed, client: Client, policy: Policy, people: Roster) -> Letter:
    """Write the letter of a reminder, whose id is its key: one reminder is one message, whatever happens."""
    deadline, now = owed.deadline, people.now
    late = deadline.due_at < now
    return Letter(
        key=key_of(pk),
        kind=deadline.kind,
        subject=f"{'Overdue: ' if late else ''}{deadline.title} ({client})",
        lines=tuple(filter(None, _lines(owed, client, late))),
        url=_address(deadline, client),
        client=client,
        person=people.people[owed.person] if owed.person else None,
        channel=owed.channel,
        due_at=deadline.due_at,
        due_on=deadline.due_on,
        late=late,
        urgent=is_urgent(deadline, policy),
        action_label="See what to do",
        internal=deadline.internal,
        may_opt_out=policy.may_opt_out,
    )


def key_of(pk: int) -> str:
    """Give the key of a reminder's message."""
    return f"reminder:{pk}"


def when_words(deadline: Deadline, client: Client) -> str:
    """Say when it is due, in the client's own time: a day, or an instant with its zone."""
    if deadline.due_on is not None:
        return format_long(deadline.due_on)
    return instant_words(deadline.due_at, ZoneInfo(client.time_zone))


def instant_words(moment: datetime, zone: ZoneInfo) -> str:
    """Write an instant to the minute; nothing is said to be later than it is."""
    local = moment.astimezone(zone)
    minute = local - timedelta(seconds=local.second, microseconds=local.microsecond)
    return f"{format_long(minute.date())}, {minute:%H:%M} ({zone.key})"


def _lines(owed: Owed, client: Client, late: bool) -> tuple[str, ...]:
    deadline = owed.deadline
    when = when_words(deadline, client)
    part = PARTS.get(owed.part, "").format(client=client)
    return (
        f"{kind_of(deadline.kind).title}: {deadline.subject}, {client}.",
        f"It was due {when}." if late else f"It is due {when}.",
        part,
        f"You hear of it because {owed.why}." if owed.why else "",
        f"Reference: D-{deadline.pk}.",
    )


def _address(deadline: Deadline, client: Client) -> str:
    """Where it is done. A kind that cannot say so leads to the client: a reminder is never lost over its link."""
    deadline.client = client
    try:
        return kind_of(deadline.kind).address(deadline)
    except Exception:
        logger.exception("the kind %s gives no address for deadline %s", deadline.kind, deadline.pk)
        return reverse("client_overview", kwargs={"client_slug": client.slug})
