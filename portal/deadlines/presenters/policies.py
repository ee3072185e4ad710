"""Reminder policies as pages show them: each kind in words, and what one would hear of an example."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from portal.deadlines.kinds import Kind, all_kinds
from portal.deadlines.models import Policy as Override
from portal.deadlines.policies import policy_for
from portal.deadlines.presenters.steps import StepLine, line_of, steps_words, who_words
from portal.deadlines.reminding.overrides import Overrides
from portal.deadlines.rules.policies import Policy
from portal.deadlines.rules.steps import Facts, steps_of
from portal.lib.dates import format_long
from portal.tenancy.models import Client

MOST_LATE = 3
LONG = 24
FRIDAY = 4


@dataclass(frozen=True)
class KindLine:
    """One kind: its policy in words, whose it is, and the clients with one of their own."""

    kind: Kind
    steps: str
    who: str
    whose: str
    is_own: bool
    clients: Sequence[Client] = ()


@dataclass(frozen=True)
class Preview:
    """What one would hear of an example: when that is due, and the steps."""

    due: str
    steps: Sequence[StepLine]


def kind_lines(
    rows: Iterable[Override], clients: dict[object, Client], client: Client | None
) -> list[KindLine]:
    """Put the policy of each kind into words: the practice's, or one client's."""
    listed = list(rows)
    held = Overrides(listed)
    return [_line(kind, listed, held, clients, client) for kind in all_kinds()]


def _line(
    kind: Kind,
    rows: list[Override],
    held: Overrides,
    clients: dict[object, Client],
    client: Client | None,
) -> KindLine:
    policy = policy_for(kind.policy, held.rules(kind.name, client.pk if client else None))
    of_kind = [row for row in rows if row.kind == kind.name]
    of_practice = any(row.client_id is None for row in of_kind)
    of_client = client is not None and any(row.client_id == client.pk for row in of_kind)
    whose = "As shipped"
    if of_practice:
        whose = "The practice’s own"
    if of_client:
        whose = "This client’s own"
    others = [clients[row.client_id] for row in of_kind if row.client_id in clients] if client is None else []
    return KindLine(
        kind, steps_words(policy), who_words(policy), whose,
        of_client if client else of_practice, sorted(others, key=lambda each: each.name),
    )  # fmt: skip


def preview(policy: Policy, today: date, zone: tzinfo) -> Preview:
    """Work out what one would hear of an example: due on a month's last weekday, or a clock that ends at 17:00."""
    if policy.hours_based:
        due_at = datetime.combine(today + timedelta(days=2), time(17), zone)
        facts = Facts(due_at, None, due_at - timedelta(days=60), zone, opened_at=due_at - timedelta(days=60))
        due = f"{format_long(due_at.date())}, 17:00"
    else:
        longest = max((step.approximate for step in policy.before), default=0) // 86400
        near = today + timedelta(days=longest + 1)
        last = near.replace(day=calendar.monthrange(near.year, near.month)[1])
        due_on = last - timedelta(days=max(0, last.weekday() - FRIDAY))
        due_at = datetime.combine(due_on + timedelta(days=1), time(), zone)
        began = due_at - timedelta(days=longest + 40)
        facts = Facts(due_at, due_on, began, zone, opened_at=began)
        due = format_long(due_on)
    return Preview(due, _first(policy, facts))


def _first(policy: Policy, facts: Facts) -> list[StepLine]:
    """The steps up to the third late one."""
    found: list[StepLine] = []
    late = 0
    for step in steps_of(policy, facts):
        late += step.late
        if late > MOST_LATE or len(found) == LONG:
            break
        found.append(line_of(step))
    return found
