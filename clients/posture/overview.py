"""What the client's front page shows, as values: the figure, what moved it, the areas, the renewals ahead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clients.posture.catalogue import controls
from clients.posture.queries import history, posture_of, proposals_waiting
from clients.posture.rules.movement import Line, Movement, line, movement
from clients.posture.rules.rollup import Posture
from clients.registers.queries import Due, due_within
from clients.registers.rules.renewals import LATE, due_state
from clients.workflows.models import Proposal
from portal.deadlines.models import Deadline
from portal.deadlines.renewals.queries import due_for
from portal.lib.dates import format_long
from portal.tenancy.models import Client
from portal.tenancy.people import leads_of

HORIZON_DAYS = 90
#: The registers tell these days themselves, to the client's people too; and a missing owner is no renewal.
TOLD_BY_REGISTERS = ("credential.renewal", "credential.rotation", "integration.review", "dpa.review")
NOT_RENEWED = ("record.owner",)
MOST_WAITING = 5
WITH_ARTICLE = ("UK", "EU", "EEA", "US", "Netherlands")
TITLES = {control_id: control.title for control_id, control in controls().items()}


@dataclass(frozen=True)
class Pin:
    """One renewal ahead: `state` is late, soon or then."""

    due_on: date
    name: str
    state: str


@dataclass(frozen=True)
class Renewals:
    """What falls due within the horizon, oldest first, with its count in words and the chart's label."""

    pins: Sequence[Pin]
    words: str
    label: str


@dataclass(frozen=True)
class Waiting:
    """The proposals of one export that nobody has decided, oldest first."""

    export_name: str
    proposals: Sequence[Proposal]

    @property
    def since(self) -> datetime:
        return self.proposals[0].created_at


@dataclass(frozen=True)
class Overview:
    """Everything on the page."""

    posture: Posture
    movement: Movement | None
    line: Line | None
    facts: Sequence[str]
    renewals: Renewals
    waiting: Sequence[Waiting]

    @property
    def waiting_count(self) -> int:
        return sum(len(each.proposals) for each in self.waiting)


def overview_of(client: Client, now: datetime) -> Overview:
    """Put the page together. Twenty queries and those of the rooms above, however much is recorded."""
    found = posture_of(client, now)
    points = history(client, found)
    return Overview(
        posture=found,
        movement=movement(points, TITLES),
        line=line(points),
        facts=facts_of(client, now),
        renewals=renewals(
            due_within(client, HORIZON_DAYS, found.today),
            found.today,
            due_for(client, found.today, days=HORIZON_DAYS, without=[*TOLD_BY_REGISTERS, *NOT_RENEWED]),
        ),
        waiting=_by_export(proposals_waiting(client)),
    )


def facts_of(client: Client, now: datetime) -> list[str]:
    """Say up to four facts about the client; what is not recorded is left out. One query."""
    people = f"{client.headcount:,} people" if client.headcount else ""
    business = ", ".join(filter(None, [client.sector, people]))
    since = f"Client since {_plain(client.since_on)}" if client.since_on else ""
    if client.ended_on:
        since = f"Client until {_plain(client.ended_on)}"
    kept = f"Data kept in {_with_article(client.region)}" if client.region else ""
    leads = ", ".join(map(str, leads_of(client, now).order_by("name")))
    return list(filter(None, [business[:1].upper() + business[1:], since, kept, leads and f"Led by {leads}"]))


def _plain(day: date) -> str:
    """3 March 2025."""
    return format_long(day).partition(" ")[2]


def _with_article(region: str) -> str:
    return f"the {region}" if region.startswith(WITH_ARTICLE) else region


def renewals(due: Sequence[Due], today: date, deadlines: Sequence[Deadline] = ()) -> Renewals:
    """Make pins of what is due in the registers and by other deadlines of whole days, with words that count them."""
    days = [(each.due_on, each.title) for each in due]
    days += [(each.due_on, each.title) for each in deadlines if each.due_on is not None]
    pins = [Pin(due_on, title, due_state(due_on, today)) for due_on, title in sorted(days)]
    late = sum(pin.state == LATE for pin in pins)
    parts = [f"{late} overdue"] if late else []
    if ahead := len(pins) - late:
        parts.append(f"{ahead} ahead")
    last = max((pin.due_on for pin in pins), default=today)
    label = f"Timeline of {len(pins)} renewals between {_plain(today)} and {_plain(max(last, today))}"
    return Renewals(pins, ", ".join(parts), label)


def _by_export(proposals: Sequence[Proposal]) -> list[Waiting]:
    groups: dict[str, list[Proposal]] = {}
    for each in proposals:
        groups.setdefault(each.export.name, []).append(each)
    return [Waiting(name, rows) for name, rows in groups.items()][:MOST_WAITING]
