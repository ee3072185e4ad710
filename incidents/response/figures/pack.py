"""The pack's section on incidents: how many in twelve months, how soon they were taken up, which promises were kept.

The pack goes to third parties: counts and references stand in it, never what happened.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from clients.trust import further
from clients.trust.pack import FurtherRow, FurtherSection, FurtherTable, Source
from clients.trust.words import counted, sentence
from incidents.response.figures import words
from incidents.response.figures.reading import AnnualFigures, annual_figures
from incidents.response.rules.figures import MEASURE, RESPONSE, Figures, Spans, Standing
from portal.lib.dates import format_long
from portal.tenancy.models import Client

KEY, TITLE = "incidents", "Incidents of the last 12 months"
STANDINGS = ("Kept", "Late", "Running")
MOST_NUMBERS = 12


def register_all() -> None:
    """Add the section to the pack. Called once, when the apps are ready."""
    further.register_section(KEY, section)


def section(client: Client, now: datetime) -> FurtherSection:
    """Make the section; without incidents it says that none is recorded, which is all that is known."""
    found = annual_figures(client, None, now)
    begin = format_long(found.period.start).partition(" ")[2]
    if not found.incidents:
        none = f"No incident is recorded since {begin}."
        return FurtherSection(KEY, TITLE, none, notes=("Drills never count.",))
    figures = found.figures
    noun = "incident was" if figures.incidents == 1 else "incidents were"
    lead = [
        sentence(f"{counted(figures.incidents, noun, noun)} detected since {begin}"),
        sentence(f"{counted(found.post_mortems, 'post-mortem was', 'post-mortems were')} shared with the client"),
        sentence(f"{counted(figures.unresolved, 'is', 'are')} not resolved yet") if figures.unresolved else "",
    ]  # fmt: skip
    return FurtherSection(
        key=KEY,
        title=TITLE,
        lead=" ".join(filter(None, lead)),
        tables=tables(figures),
        notes=words.DEFINITIONS,
        sources=(_source(found, now),),
    )


def tables(figures: Figures) -> tuple[FurtherTable, ...]:
    """The figures as paper has them: by severity, by promise, and the times. Measures stay inside the practice."""
    return _severities(figures), _promises(figures), _times(figures)


def _severities(figures: Figures) -> FurtherTable:
    rows = (
        _row(words.SEVERITIES[row.severity], row.standing, before=(str(row.incidents),))
        for row in figures.severities
    )
    headings = ("Severity", "Incidents", *(f"Promises {each.lower()}" for each in STANDINGS))
    return FurtherTable("By severity", headings, tuple(rows))


def _promises(figures: Figures) -> FurtherTable:
    rows = (
        _row(
            words.PROMISES[row.promise],
            row.standing,
            after=(str(row.without) if row.promise == RESPONSE else "–",),
        )
        for row in figures.promises
        if row.promise != MEASURE
    )
    return FurtherTable("Promises", ("Promise", *STANDINGS, "No target agreed"), tuple(rows))


def _row(
    head: str, standing: Standing, before: tuple[str, ...] = (), after: tuple[str, ...] = ()
) -> FurtherRow:
    states = (str(standing.kept), str(standing.late), str(standing.running))
    wrong = len(before) + 2 if standing.late else None
    return FurtherRow((head, *before, *states, *after), wrong)


def _times(figures: Figures) -> FurtherTable:
    def row(title: str, spans: Spans, left: int) -> FurtherRow:
        return FurtherRow(
            (title, words.span_words(spans.median), words.span_words(spans.mean), str(spans.n), str(left))
        )

    return FurtherTable(
        "Times",
        ("From the report", "Median", "Mean", "Of incidents", "Not yet"),
        (
            row("Until it was taken up", figures.acknowledged, figures.unacknowledged),
            row("Until it was resolved", figures.resolved, figures.unresolved),
        ),
    )


def _source(found: AnnualFigures, now: datetime) -> Source:
    numbers = [each.reference for each in found.incidents]
    said = numbers[:MOST_NUMBERS]
    if len(numbers) > MOST_NUMBERS:
        said.append(f"and {len(numbers) - MOST_NUMBERS} more")
    today = now.astimezone(ZoneInfo(found.client.time_zone)).date()
    return Source(1, "Records of incidents with the deadlines on them", "this portal", today, tuple(said))
