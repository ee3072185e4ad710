"""The controls of an area and the records behind a finding, as values for templates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from clients.posture.rules.facts import Reference
from clients.posture.rules.finding import Finding
from clients.posture.rules.rollup import Area, Posture, Standing
from clients.posture.sources import address_of
from clients.posture.words import state_and_words
from portal.shell.tables import Cell, Column, Heading, Row, Table
from portal.tenancy.models import Client

MOST_RECORDS = 100
COLUMNS = (
    Column("control", "Control", narrow="lead"),
    Column("result", "Result", narrow="side"),
    Column("words", "Records"),
    Column("evidence", "Evidence", kind="num"),
)


@dataclass(frozen=True)
class AreaTable:
    """One area with the controls that are shown of it."""

    area: Area
    table: Table


@dataclass(frozen=True)
class LinkedRecord:
    """A record behind a finding, with the page where it stands."""

    reference: Reference
    url: str


@dataclass(frozen=True)
class RecordList:
    """Records that share a result; `more` of them are not shown."""

    key: str
    title: str
    state: str
    records: Sequence[LinkedRecord]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.records)


def area_tables(client: Client, posture: Posture, shown: Iterable[Standing]) -> list[AreaTable]:
    """Make a table for each area that has a control to show."""
    wanted = {each.control.id for each in shown}
    tables = []
    for area in posture.areas:
        rows = [_row(client, each) for each in area.standings if each.control.id in wanted]
        if rows:
            label = f"Controls: {area.title}"
            headings = [Heading(column) for column in COLUMNS]
            tables.append(AreaTable(area, Table(label, f"{label}, in the catalogue's order", headings, rows)))
    return tables


def _row(client: Client, standing: Standing) -> Row:
    control, finding = standing.control, standing.finding
    state, words = state_and_words(standing)
    kwargs = {"client_slug": client.slug, "control_id": control.id}
    cells = (
        Cell("lead", control.title, sub=control.id, url=reverse("posture_control", kwargs=kwargs)),
        Cell("status", words, state=state),
        Cell("text", finding.words, sub=finding.weakest),
        Cell("num", finding.evidence),
    )
    return Row(cells, state="late" if state == "late" else "")


def record_lists(client: Client, finding: Finding) -> list[RecordList]:
    """List the records that fail, need attention or cannot be decided, each behind its link."""
    groups = (
        ("failing", "Fail", "late", finding.failing),
        ("warning", "Need attention", "soon", finding.warning),
        ("undecided", "Cannot be decided", "idle", finding.undecided),
    )
    return [
        RecordList(key, title, state, [_linked(client, each) for each in found[:MOST_RECORDS]], len(found))
        for key, title, state, found in groups
        if found
    ]


def _linked(client: Client, reference: Reference) -> LinkedRecord:
    return LinkedRecord(reference, address_of(client, reference))
