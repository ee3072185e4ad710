"""A client's incidents of a year, as a page and as a file; and the table of all clients for the same year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from incidents.response.figures import words
from incidents.response.figures.panels import panel, short_span
from incidents.response.figures.reading import AnnualFigures, Line, NoticeLine
from incidents.response.rules.figures import (
    KEPT,
    LATE,
    OURS,
    PROMISES,
    RUNNING,
    SEVERITIES,
    Figures,
    Spans,
)
from portal.shell.tables import Cell, Column, Empty, Heading, Row, Table
from portal.tenancy.models import Client

FIRST_YEAR = 2000
MARKS = {"SEV1": "late", "SEV2": "soon"}
STATES = {KEPT: "In time", LATE: "Late", RUNNING: "Running", "": ""}
INCIDENTS = (
    Column("title", "Incident", kind="lead", narrow="lead"),
    Column("severity", "Severity"),
    Column("detected", "Detected", kind="date"),
    Column("acknowledged", "Acknowledged after"),
    Column("resolved", "Resolved after"),
    Column("post_mortem", "Post-mortem"),
    Column("promises", "Promises", kind="status", narrow="side"),
)
NOTICES = (
    Column("title", "Notice", kind="lead", narrow="lead"),
    Column("incident", "Incident"),
    Column("whose", "Whose"),
    Column("due", "Due"),
    Column("decided", "Decided", kind="status", narrow="side"),
)
CLIENTS = (
    Column("client", "Client", kind="lead", narrow="lead"),
    Column("incidents", "Incidents", kind="num"),
    *(Column(each, each, kind="num") for each in SEVERITIES),
    Column("acknowledged", "Acknowledged, median", kind="num"),
    Column("resolved", "Resolved, median", kind="num"),
    Column("kept", "Kept", kind="num"),
    Column("late", "Late", kind="num"),
    Column("running", "Running", kind="num"),
)


@dataclass(frozen=True)
class Years:
    """The period in words and the years around it; an empty address where there is none."""

    title: str
    words: str
    before: str
    after: str
    latest: str
    year: int | None


def years(name: str, kwargs: dict[str, Any], year: int | None, now: datetime, zone: ZoneInfo) -> Years:
    """Say which period is shown, and give the addresses of the years around it."""
    this = now.astimezone(zone).year

    def address(wished: int) -> str:
        inside = FIRST_YEAR <= wished <= this
        return reverse(name, kwargs={**kwargs, "year": wished}) if inside else ""

    latest = reverse(f"{name}_latest", kwargs=kwargs)
    if year is None:
        return Years("Incidents of the last 12 months", "the last 12 months", address(this), "", "", None)
    return Years(f"Incidents of {year}", str(year), address(year - 1), address(year + 1), latest, year)


def page(found: AnnualFigures, *, inside: bool) -> dict[str, Any]:
    """Give what one client's page shows; `inside`: for people of the practice."""
    return {
        "figures": panel(found.figures, _said(found)),
        "incidents": _incidents(found),
        "notices": _notices(found),
        "found": found,
        "inside": inside,
    }


def clients_table(found: Mapping[Client, Figures], year: int | None) -> Table:
    """The table of all clients; those without an incident stand in it too, with noughts and dashes."""
    rows = []
    for client, figures in found.items():
        kwargs: dict[str, Any] = {"client_slug": client.slug}
        name = "incident_year_latest" if year is None else "incident_year"
        url = reverse(name, kwargs=kwargs if year is None else {**kwargs, "year": year})
        cells = [
            Cell("lead", client.name, url=url),
            Cell("num", f"{figures.incidents:,}"),
            *(Cell("num", f"{row.incidents:,}") for row in figures.severities),
            Cell("num", short_span(figures.acknowledged.median)),
            Cell("num", short_span(figures.resolved.median)),
            Cell("num", f"{figures.promised.kept:,}"),
            Cell("num", f"{figures.promised.late:,}"),
            Cell("num", f"{figures.promised.running:,}"),
        ]
        rows.append(Row(cells, state="late" if figures.promised.late else ""))
    empty = Empty("No client is in your reach", "Their incidents are counted here, a line a client.")
    return Table("Clients", "Clients by name", [Heading(each) for each in CLIENTS], rows, empty)


HEADER = (
    "Reference", "What", "Severity", "State", "Detected", "Reported", "Acknowledged", "Resolved",
    "Minutes to acknowledge", "Minutes to resolve", "Post-mortem shared",
    *(words.SHORT[each] for each in PROMISES),
)  # fmt: skip
CLIENTS_HEADER = (
    "Client", "Incidents", *SEVERITIES, "Acknowledged", "Mean minutes to acknowledge", "Median minutes to acknowledge",
    "Resolved", "Mean minutes to resolve", "Median minutes to resolve", "Promises kept", "Promises late",
    "Promises running", "Without an agreed first response",
)  # fmt: skip


def lines(found: AnnualFigures, zone: ZoneInfo) -> list[list[Any]]:
    """Give the rows of one client's file, in the order of HEADER; instants in the client's zone."""
    return [
        [
            each.reference,
            each.title,
            words.SEVERITIES[each.severity],
            each.status,
            *(
                at and at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
                for at in (each.detected_at, each.reported_at, each.acknowledged_at, each.resolved_at)
            ),
            _minutes(each, each.acknowledged_at),
            _minutes(each, each.resolved_at),
            each.shared_at and each.shared_at.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z"),
            *(STATES[each.states.get(promise, "")] for promise in PROMISES),
        ]
        for each in found.incidents
    ]


def clients_lines(found: Mapping[Client, Figures]) -> list[list[Any]]:
    """Give the rows of the file over all clients, in the order of CLIENTS_HEADER."""
    return [
        [
            client.name,
            figures.incidents,
            *(row.incidents for row in figures.severities),
            *_span_cells(figures.acknowledged),
            *_span_cells(figures.resolved),
            figures.promised.kept,
            figures.promised.late,
            figures.promised.running,
            figures.promises[0].without,
        ]
        for client, figures in found.items()
    ]


def _said(found: AnnualFigures) -> str:
    n = found.figures.incidents
    when = f"in {found.year}" if found.year else "in the last 12 months"
    return f"of {n:,} {'incident' if n == 1 else 'incidents'} detected {when}"


def _incidents(found: AnnualFigures) -> Table:
    rows = [
        Row(
            [
                Cell("lead", each.title, sub=each.reference, url=_address(found.client, each.number)),
                Cell("status", words.SEVERITIES[each.severity], state=MARKS.get(each.severity, "idle"), icon="flag"),
                Cell("date", timezone.localtime(each.detected_at).date()),
                _after(each, each.acknowledged_at, "Not taken up"),
                _after(each, each.resolved_at, "Not resolved"),
                _post_mortem(found, each),
                _promises(each),
            ]
        )
        for each in found.incidents
    ]  # fmt: skip
    empty = Empty(
        "No incidents in this time", "What is detected in it stands here, with how each promise was kept."
    )
    return Table(
        "Table of incidents",
        "Incidents, the newest first",
        [Heading(each) for each in INCIDENTS],
        rows,
        empty,
    )


def _notices(found: AnnualFigures) -> Table:
    rows = [
        Row(
            [
                Cell("lead", each.title, sub=each.authority, url=_address(found.client, each.number)),
                Cell("text", each.reference),
                Cell("text", "Ours" if each.ours else "The client’s own"),
                Cell("text", _instant(each.due_at) or "No time is named"),
                _decision(each),
            ]
        )
        for each in found.notices
    ]
    empty = Empty("No clock of the law ran", "Each stands here with what was decided: told, or not, and why.")
    return Table(
        "Table of notices", "Breach notices, by incident", [Heading(each) for each in NOTICES], rows, empty
    )


def _address(client: Client, number: int) -> str:
    return reverse("incident_show", kwargs={"client_slug": client.slug, "number": number})


def _after(line: Line, end: datetime | None, never: str) -> Cell:
    if end is None:
        return Cell("muted", never)
    return Cell("text", short_span(max(end, line.reported_at) - line.reported_at))


def _post_mortem(found: AnnualFigures, line: Line) -> Cell:
    if line.shared_at is None:
        return Cell("muted", "Not shared")
    url = reverse("post_mortem_show", kwargs={"client_slug": found.client.slug, "number": line.number})
    shared = timezone.localtime(line.shared_at).date()
    return Cell("text", "Shared", sub=f"{shared.day} {shared:%b %Y}", url=url)


def _promises(line: Line) -> Cell:
    """How what the practice owes on it stands; measures and the client's own notices are told elsewhere."""
    states = {each: line.states[each] for each in OURS if each in line.states}
    if late := [words.SHORT[each] for each, state in states.items() if state == LATE]:
        return Cell("status", "Late", sub=", ".join(late), state="late")
    if RUNNING in states.values():
        return Cell("status", "Running", state="wait")
    if KEPT in states.values():
        return Cell("status", "In time", state="ok")
    return Cell("status", "None agreed", state="idle")


def _decision(line: NoticeLine) -> Cell:
    said = {"notified": "Told", "not_notified": "Decided not to tell", "": "Not decided yet"}[line.outcome]
    state = "late" if line.late else "ok" if line.outcome else "wait"
    when = _instant(line.at)
    return Cell("status", f"{said}, late" if line.late else said, sub=when, state=state)


def _instant(at: datetime | None) -> str:
    """17 Nov 2026, 17:00 GMT, in the page's zone: beside a clock of the law the zone stands."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def _minutes(line: Line, end: datetime | None) -> int | None:
    return int((max(end, line.reported_at) - line.reported_at).total_seconds() // 60) if end else None


def _span_cells(spans: Spans) -> Sequence[int | None]:
    return (
        spans.n,
        int(spans.mean.total_seconds() // 60) if spans.mean is not None else None,
        int(spans.median.total_seconds() // 60) if spans.median is not None else None,
    )
