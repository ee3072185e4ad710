"""What the pages of plans and exercises show, as values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from clients.engagements.queries import today_of
from clients.engagements.sections import sections
from incidents.response.models import Exercise, Incident, Measure, ResponsePlan
from incidents.response.plans import queries
from incidents.response.plans.obligations import exercise_due_on, review_due_on
from incidents.response.plans.reading import html_of, read
from incidents.response.rules import plans
from incidents.response.rules.exercises import counted
from portal.lib.dates import format_table, relative_due
from portal.shell.tables import Cell, Column, Empty, Heading, Row, Table
from portal.tenancy.models import Client

SECTION = "response_plan"
#: Which page closes a gap, and the words of the link to it.
WHERE = {
    plans.SUPPORT: ("support_edit", "Agree on support"),
    plans.CONTACTS: ("contact_list", "Add contacts"),
    plans.PLAN: ("plan_edit", "Write the plan"),
}
COLUMNS = (
    Column("held", "Held", narrow="lead"),
    Column("what", "What was played"),
    Column("severity", "Severity"),
    Column("clocks", "Clocks"),
    Column("learnt", "What was learnt"),
    Column("measures", "Open measures", kind="num"),
    Column("plan", "Counts for", narrow="side"),
)
LEARNT = 160


@dataclass(frozen=True)
class GapLine:
    """What is missing, and the page on which it is entered."""

    words: str
    url: str
    label: str


@dataclass(frozen=True)
class Due:
    """Until when something of the plan is owed."""

    label: str
    on: date
    state: str
    words: str

    @property
    def says_the_day(self) -> bool:
        """Whether the words name the day themselves."""
        return format_table(self.on) in self.words


def base(client: Client) -> dict[str, Any]:
    """The context that every page of a plan has."""
    return {"client": client, "sections": sections(), "section": SECTION}


def gap_lines(client: Client, reading: plans.Reading) -> list[GapLine]:
    """List what is missing, each with the page on which it is entered."""
    return [
        GapLine(
            gap.words, reverse(WHERE[gap.where][0], kwargs={"client_slug": client.slug}), WHERE[gap.where][1]
        )
        for gap in plans.gaps(reading)
    ]


def front(client: Client, now: datetime, *, inside: bool) -> dict[str, Any]:
    """The front page: the plan in force as it was approved, what changed since, the draft. Nine queries at most.

    inside: for people of the practice; the client's people see an offered draft only.
    """
    today = today_of(client, now)
    plan, draft = queries.plan_in_force(client), queries.draft_of(client)
    context = base(client) | {
        "plan": plan,
        "draft": draft,
        "versions": [each for each in queries.versions_of(client) if plan is None or each.pk != plan.pk],
        "exercised_on": queries.last_exercised_on(client),
        "dues": _dues(client, plan, today) if inside and plan else [],
    }
    now_says = read(client, draft or plan, today)
    context["gaps"] = gap_lines(client, now_says) if inside and (draft or not plan) else []
    if plan is not None:
        context["changed"] = plans.differences(plan.snapshot, read(client, plan, today))
        return context | shown(plan.snapshot)
    return context | {"changed": []} | (shown(now_says) if inside else {})


def shown(reading: plans.Reading) -> dict[str, Any]:
    """A reading as the page shows it."""
    sides = [(reading["names"][side], reading["contacts"][side]) for side in plans.SIDES]
    return {
        "reading": reading,
        "html": html_of(reading["text"]),
        "sides": sides,
    }


def _dues(client: Client, plan: ResponsePlan, today: date) -> list[Due]:
    exercise_on = exercise_due_on(client)
    found = [("Reviewed again by", review_due_on(plan, client)), ("Exercised by", exercise_on)]
    return [Due(label, on, *relative_due(on, today)) for label, on in found if on is not None]


def line(client: Client, now: datetime) -> str:
    """Say in a line how the plan stands, for the list of incidents. Two queries."""
    plan = queries.plan_in_force(client)
    if plan is None or plan.approved_at is None:
        return "No response plan is approved yet."
    approved = format_table(today_of(client, plan.approved_at))
    last = queries.last_exercised_on(client)
    exercised = f"exercised {format_table(last)}" if last else "never exercised"
    return f"Version {plan.version}, approved {approved}, {exercised}."


def exercise_table(client: Client, exercises: Iterable[Exercise]) -> Table:
    """Make the table of exercises that were held. One query, for their open measures."""
    listed = list(exercises)
    open_measures = _open_measures(listed)
    return Table(
        "Exercises that were held",
        "Exercises that were held, the latest first",
        [Heading(column) for column in COLUMNS],
        [_row(client, each, open_measures) for each in listed],
        Empty("No exercise has been held yet", "Start one: its clocks run, and nobody outside hears of it."),
    )


def _row(client: Client, each: Exercise, open_measures: dict[int, int]) -> Row:
    drill = each.incident
    sub = f"{drill.reference}, {each.participants}" if drill else f"Elsewhere: {each.evidence}"
    url = ""
    if drill is not None:
        url = reverse("incident_show", kwargs={"client_slug": client.slug, "number": drill.number})
    learnt = each.learnt if len(each.learnt) <= LEARNT else f"{each.learnt[:LEARNT].rstrip()} …"
    clocks = counted([clock["state"] for clock in each.clocks])
    state = (
        Cell("status", f"Version {each.plan.version}", state="ok")
        if each.plan
        else Cell("status", "No plan", state="idle")
    )
    cells = (
        Cell("lead", format_table(each.held_on), url=url, sub=sub),
        Cell("text", each.title),
        Cell("text", each.severity or "Not said"),
        Cell("text" if clocks else "muted", clocks or "Not recorded"),
        Cell("text", learnt),
        Cell("num", open_measures.get(each.incident_id or 0, 0)),
        state,
    )
    return Row(cells)


def _open_measures(exercises: Iterable[Exercise]) -> dict[int, int]:
    """Count the open measures of each drill. One query."""
    ids = [each.incident_id for each in exercises if each.incident_id]
    rows = Measure.objects.filter(incident_id__in=ids, done_at__isnull=True, dropped_at__isnull=True)
    found: dict[int, int] = {}
    for incident_id in rows.values_list("incident_id", flat=True):
        found[incident_id] = found.get(incident_id, 0) + 1
    return found


@dataclass(frozen=True)
class ClockLine:
    """How one clock of an exercise went."""

    title: str
    state: str
    words: str
    due_at: datetime


STATES = {"kept": "ok", "late": "late", "not_played": "idle"}


def clock_lines(clocks: Iterable[dict[str, str]]) -> list[ClockLine]:
    """List the clocks of an exercise as the page shows them."""
    return [
        ClockLine(
            each["title"].removeprefix("Drill: "), STATES[each["state"]], each["words"],
            datetime.fromisoformat(each["due_at"]),
        )
        for each in clocks
    ]  # fmt: skip


def drill(incident: Incident) -> dict[str, Any]:
    """What the page of a drill says on top: that it is one, and once it has ended, what came of it. One query."""
    if not incident.drill:
        return {}
    exercise = queries.exercise_of(incident) if incident.closed_at else None
    return {"exercise": exercise, "exercise_clocks": clock_lines(exercise.clocks) if exercise else []}
