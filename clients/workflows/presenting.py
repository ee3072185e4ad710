"""Exports and proposals as pages show them: rows, words and before–after lines. No queries, no decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Field
from django.urls import reverse
from django.utils import timezone

from clients.registers.models import Record
from clients.registers.platforms import platform_name
from clients.registers.queries import MODELS
from clients.workflows.facts import ExportFacts
from clients.workflows.forms import DecideForm, RowForm
from clients.workflows.models import Proposal, WorkflowExport
from clients.workflows.queries import Outcome, Taken, Waiting
from portal.accounts.models import User
from portal.lib.dates import format_table, relative_due
from portal.shell.tables import Cell, Column, Link, Row
from portal.tenancy.models import Client

EXPORT_COLUMNS = (
    Column("name", "Workflow", sort=True, narrow="lead"),
    Column("platform", "Platform", sort=True),
    Column("version", "Version", kind="num"),
    Column("taken_at", "Taken", sort=True, kind="date"),
    Column("uploaded_by", "By", narrow="hide"),
    Column("nodes", "Nodes", sort=True, kind="num"),
    Column("confirmed_at", "Next export", sort=True, narrow="side"),
)
WAITING_COLUMNS = (
    Column("client", "Client", narrow="lead"),
    Column("n", "Proposals", kind="num"),
    Column("lead", "Lead"),
    Column("since", "Waiting since", kind="date"),
    Column("due", "Decide by", narrow="side"),
    Column("actions", "Actions", kind="actions"),
)
PROPOSALS_COLUMN = Column("waiting", "Proposals", kind="num")
AUTH_WORDS = {
    "oauth2": "OAuth",
    "api_key": "API key",
    "basic": "User name and password",
    "bearer": "Bearer token",
    "header": "Key in a header",
    "none": "No authentication",
    "personal_token": "Personal access token",
    "service_account": "Service account",
    "unknown": "Not said",
}
_NOT_SHOWN = {"name"}
_STATES = {"new": "ok", "changed": "soon", "gone": "idle"}


@dataclass(frozen=True)
class Line:
    """One field of a proposal: its label, what stands there now, what would be written."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Shown:
    """A proposal with its lines, the form beside it and the entry that it is about."""

    proposal: Proposal
    lines: list[Line]
    form: RowForm | None = None
    entry: Record | None = None

    @property
    def state(self) -> str:
        return _STATES[self.proposal.kind]

    @property
    def platform(self) -> str:
        named = self.proposal.values.get("platform") or self.proposal.before.get("platform", "")
        return platform_name(named) if named else ""

    @property
    def part_of(self) -> str:
        """The name of the proposal that it hangs on."""
        return self.proposal.parent.name if self.proposal.parent else ""


@dataclass(frozen=True)
class Section:
    """The proposals of one export for one register."""

    title: str
    rows: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class Group:
    """The proposals of one export, by register."""

    export: WorkflowExport
    sections: list[Section]
    decide: DecideForm | None = None

    @property
    def platform(self) -> str:
        return platform_name(self.export.platform)

    @property
    def size(self) -> int:
        return sum(len(section.rows) for section in self.sections)


def export_rows(
    exports: Iterable[WorkflowExport], client: Client, today: date, *, proposals: bool
) -> list[Row]:
    """Make the rows of the list of exports; `proposals` adds the column of what waits."""
    rows = []
    for export in exports:
        state, words = relative_due(export.due_on, today)
        cells = [
            Cell("lead", export.name, sub=export.file_name, url=export.get_absolute_url()),
            Cell("text", platform_name(export.platform)),
            Cell("num", export.version),
            Cell("date", _day(export.taken_at)),
            Cell("text" if export.uploaded_by else "muted", export.uploaded_by or "the operator"),
            Cell("num", export.nodes),
        ]
        if proposals:
            waiting: int = export.waiting  # type: ignore[attr-defined]
            url = proposals_url(client, export) if waiting else ""
            cells.append(Cell("num", waiting or "", url=url))
        day = export.due_on if format_table(export.due_on) not in words else None
        cells.append(Cell("status", words, state=state, sub_date=day))
        rows.append(Row(cells, state="late" if state == "late" else "", id=f"export-{export.pk}"))
    return rows


def export_columns(*, proposals: bool) -> list[Column]:
    """The columns of the list of exports."""
    columns = list(EXPORT_COLUMNS)
    return [*columns[:-1], PROPOSALS_COLUMN, columns[-1]] if proposals else columns


def proposals_url(client: Client, export: WorkflowExport) -> str:
    """The address of one export's open proposals."""
    return f"{reverse('proposal_list', kwargs={'client_slug': client.slug})}?export={export.pk}"


def grouped(
    proposals: Iterable[Proposal],
    forms: Mapping[int, RowForm],
    entries: Mapping[tuple[str, int], Record],
    decides: Mapping[int, DecideForm],
) -> list[Group]:
    """Put proposals, in the order given, under their export and register."""
    groups = []
    for _, of_export in groupby(proposals, key=lambda each: each.export_id):
        sections: dict[str, Section] = {}
        rows = list(of_export)
        for each in rows:
            entry = entries.get((each.register, each.target or 0))
            shown = Shown(each, lines_of(each), forms.get(each.pk), entry)
            sections.setdefault(each.register, Section(each.get_register_display())).rows.append(shown)
        export = rows[0].export
        groups.append(Group(export, list(sections.values()), decides.get(export.pk)))
    return groups


@dataclass(frozen=True)
class Calls:
    """How a workflow uses one platform."""

    platform: str
    operations: list[str]
    auth: str


def calls_of(facts: ExportFacts) -> list[Calls]:
    """Group the kinds of call of an export by platform."""
    found: dict[str, Calls] = {}
    ways: dict[str, dict[str, None]] = {}
    for each in facts.integrations:
        calls = found.setdefault(each.platform, Calls(platform_name(each.platform), [], ""))
        calls.operations.append(each.operation)
        ways.setdefault(each.platform, {})[AUTH_WORDS.get(each.auth, each.auth)] = None
    return [Calls(c.platform, c.operations, ", ".join(ways[key])) for key, c in found.items()]


def lines_of(proposal: Proposal) -> list[Line]:
    """Say field by field what a proposal would write; for one that is gone there is nothing to write."""
    model = MODELS[proposal.register]
    hidden = _NOT_SHOWN | {"platform"} if proposal.kind == Proposal.Kind.NEW else set()
    return [
        Line(_label(model, name), _words(model, name, proposal.before.get(name)), _words(model, name, value))
        for name, value in proposal.values.items()
        if name not in hidden
    ]


def _field(model: type[Record], name: str) -> Field[Any, Any]:
    return model._meta.get_field(name)  # type: ignore[return-value]


def _label(model: type[Record], name: str) -> str:
    words = str(_field(model, name).verbose_name)
    return words[:1].upper() + words[1:]


def _words(model: type[Record], name: str, value: Any) -> str:
    if value in (None, "", []):
        return "nothing"
    if name == "platform":
        return platform_name(value)
    return str(dict(_field(model, name).flatchoices).get(value, value))


def outcome_words(outcome: Outcome) -> str:
    """Say in a line what came of one file."""
    if outcome.error:
        return outcome.error
    if len(outcome.taken) == 1:
        return taken_words(outcome.taken[0])
    proposals = sum(len(taken.plan.proposals) for taken in outcome.taken)
    refused = sum(len(taken.facts.secrets_refused) for taken in outcome.taken)
    words = f"{len(outcome.taken)} workflows, {counted(proposals, 'proposal')}"
    return words + (f", {counted(refused, 'secret')} refused" if refused else "")


def taken_words(taken: Taken) -> str:
    """Say in a line what came of one workflow."""
    facts, plan = taken.facts, taken.plan
    refused = f", {counted(len(facts.secrets_refused), 'secret')} refused" if facts.secrets_refused else ""
    if plan.is_unchanged and plan.latest:
        return f"{facts.name}: unchanged since version {plan.latest.version}{refused}"
    version = f", version {taken.export.version}" if taken.export else ""
    words = f"{counted(facts.nodes, 'node')}, {counted(len(plan.proposals), 'proposal')}"
    return f"{facts.name}{version}: {words}{refused}"


def outcome_url(client: Client, outcome: Outcome) -> str:
    """Where to go on after a file: to its proposals, or to the version when there are none."""
    if not outcome.ok:
        return ""
    exports = [taken.export for taken in outcome.taken if taken.export]
    proposals = sum(len(taken.plan.proposals) for taken in outcome.taken)
    if len(exports) == 1:
        return proposals_url(client, exports[0]) if proposals else exports[0].get_absolute_url()
    name = "proposal_list" if proposals else "export_list"
    return reverse(name, kwargs={"client_slug": client.slug})


def counted(number: int, one: str) -> str:
    """Write a number with its noun."""
    return f"{number} {one}{'' if number == 1 else 's'}"


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def waiting_rows(
    waiting: Iterable[Waiting], leads: Mapping[UUID, User], today: date, zone: tzinfo
) -> list[Row]:
    """One row a client whose proposals wait: how many, for whom, since when."""
    return [_waiting_row(each, leads.get(each.client.pk), today, zone) for each in waiting]


def _waiting_row(waiting: Waiting, lead: User | None, today: date, zone: tzinfo) -> Row:
    url = reverse("proposal_list", kwargs={"client_slug": waiting.client.slug})
    state, words = relative_due(waiting.due_on, today)
    says_the_date = format_table(waiting.due_on) in words
    return Row(
        [
            Cell("lead", waiting.client.name, url=url),
            Cell("num", waiting.n),
            Cell("person", lead) if lead else Cell("muted", "No lead"),
            Cell("date", waiting.since.astimezone(zone).date()),
            Cell("status", words, state=state, sub_date=None if says_the_date else waiting.due_on),
        ],
        state="late" if state == "late" else "",
        action=Link("Decide", url),
    )
