"""One deadline laid open: its steps past and to come, who hears of each and why, and what became of the messages."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.reminding.letters import key_of
from portal.deadlines.reminding.overrides import Overrides, overrides
from portal.deadlines.reminding.owed import facts_of, open_channels, owed_by
from portal.deadlines.roster import Roster, roster
from portal.deadlines.rules.policies import Policy
from portal.deadlines.rules.steps import Facts, Step, steps_of
from portal.outbox.models import Delivery
from portal.tenancy.models import Client

MOST_LATE_PAST, MOST_LATE_TO_COME = 20, 3
Entry = dict[str, Any]


def explain(deadline: Deadline, now: datetime) -> Entry:
    """Explain a deadline as plain values, ready for JSON. Who hears of a step to come is as things stand at `now`."""
    client = deadline.client
    found = overrides({client.pk}, {deadline.kind})
    policy = found.policy(deadline)
    reminders = list(
        Reminder.objects.for_client(client).filter(deadline=deadline).select_related("person").order_by("pk")
    )
    also = [deadline.owner_id, deadline.backup_owner_id]
    people = roster([client.pk], now, also=also)
    skipped, steps = steps_around(policy, facts_of(deadline, client), now)
    fates = _fates(reminders)
    told = [_told(reminder, fates) for reminder in reminders]
    return {
        **_terms(deadline, client, people),
        "policy": {"name": policy.name, "title": policy.title, "from": _origin(found, deadline)},
        "steps": [_step(step, deadline, policy, people, told, now) for step in steps],
        "late_steps_left_out": skipped,
        "reminders_on_earlier_terms": [each for each in told if each["due_at"] != deadline.due_at],
    }


def steps_around(policy: Policy, facts: Facts, now: datetime) -> tuple[int, list[Step]]:
    """Give the steps up to the due instant, the last late ones and the next; before them how many are left out."""
    until_due: list[Step] = []
    past: deque[Step] = deque(maxlen=MOST_LATE_PAST)
    count, to_come = 0, []
    for step in steps_of(policy, facts):
        if not step.late:
            until_due.append(step)
        elif step.at <= now:
            past.append(step)
            count += 1
        else:
            to_come.append(step)
            if len(to_come) == MOST_LATE_TO_COME:
                break
    return count - len(past), [*until_due, *past, *to_come]


def _terms(deadline: Deadline, client: Client, people: Roster) -> Entry:
    return {
        "id": deadline.pk,
        "title": deadline.title,
        "client": client.slug,
        "kind": kind_of(deadline.kind).title,
        "subject": deadline.subject,
        "state": _state(deadline, people.now),
        "started_at": deadline.started_at,
        "due_at": deadline.due_at,
        "due_on": deadline.due_on,
        "time_zone": client.time_zone,
        "owner": _name(people, deadline.owner_id),
        "backup_owner": _name(people, deadline.backup_owner_id),
        "internal": deadline.internal,
        "snoozed_until": deadline.snoozed_until,
        "looked_at": deadline.stepped_at,
        "next_look_at": deadline.next_step_at,
    }


def _state(deadline: Deadline, now: datetime) -> str:
    if not deadline.is_open:
        late = ", late" if deadline.is_late(now) else ""
        return f"{deadline.get_outcome_display().lower()}{late}"
    return "open, late" if deadline.due_at < now else "open"


def _name(people: Roster, person: UUID | None) -> str | None:
    user = people.people.get(person) if person else None
    return str(user) if user else None


def _origin(found: Overrides, deadline: Deadline) -> str:
    """Say whose settings hold: the client's, the practice's, or what is shipped."""
    if found.has_own(deadline.kind, deadline.client_id):
        return "client"
    return "practice" if found.has_own(deadline.kind, None) else "shipped"


def _step(
    step: Step, deadline: Deadline, policy: Policy, people: Roster, told: Iterable[Entry], now: datetime
) -> Entry:
    mine = [each for each in told if each["step"] == step.key and each["due_at"] == deadline.due_at]
    entry: Entry = {"step": step.key, "at": step.at, "to": list(step.to)}
    if mine:
        return {**entry, "state": "taken", "who": [_without_terms(each) for each in mine]}
    if step.at <= now or not deadline.is_open:
        return {**entry, "state": "passed over" if step.at <= now else "not taken", "who": []}
    zone = ZoneInfo(deadline.client.time_zone)
    channels = [one for each in open_channels({deadline.client_id}).values() for one in each]
    owed = owed_by(deadline, step, policy, people, channels, zone)
    who = [
        {
            "name": _name(people, each.person) or str(each.channel or ""),
            "part": each.part,
            "why": each.why,
        }
        for each in owed
    ]
    return {**entry, "state": "to come", "who": who}


def _told(reminder: Reminder, fates: dict[str, list[Entry]]) -> Entry:
    return {
        "step": reminder.step,
        "due_at": reminder.due_at,
        "name": str(reminder.person or reminder.recipient),
        "part": reminder.part,
        "why": reminder.why,
        "reminded_at": reminder.created_at,
        "deliveries": fates.get(key_of(reminder.pk), []),
    }


def _without_terms(told: Entry) -> Entry:
    return {name: value for name, value in told.items() if name not in ("step", "due_at")}


def _fates(reminders: Iterable[Reminder]) -> dict[str, list[Entry]]:
    """Give the deliveries of each reminder's message, by its key. One query."""
    keys = [key_of(reminder.pk) for reminder in reminders]
    found: dict[str, list[Entry]] = {}
    rows = Delivery.objects.filter(message__key__in=keys).select_related("message", "channel")
    for row in rows.defer("channel__address").order_by("pk"):
        found.setdefault(row.message.key, []).append(
            {
                "medium": row.get_medium_display(),
                "channel": str(row.channel) if row.channel else None,
                "state": row.get_state_display(),
                "attempts": row.attempts,
                "next_attempt_at": row.next_attempt_at,
                "ended_at": row.ended_at,
                "why": row.last_error,
            }
        )
    return found
