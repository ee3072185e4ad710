"""What pages show of the figures: the four numbers, the bars and the tables, ready for a template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from incidents.response.figures import words
from incidents.response.rules.figures import MEASURE, RESPONSE, Figures, Standing


@dataclass(frozen=True)
class Number:
    """One large number: its words, what it counts, and what stands under that."""

    value: str
    title: str
    under: str
    state: str = ""


@dataclass(frozen=True)
class StandingRow:
    """A line of a table: its name, a count where it has one, and how its promises stand."""

    title: str
    count: int | None
    standing: Standing
    without: int | None = None


@dataclass(frozen=True)
class Panel:
    """The figures of a set of incidents; `of` says of which."""

    of: str
    figures: Figures
    numbers: tuple[Number, ...]
    points: tuple[int, ...]
    labels: tuple[str, ...]
    label: str
    promises: tuple[StandingRow, ...]
    severities: tuple[StandingRow, ...]
    months: tuple[StandingRow, ...]
    definitions: tuple[str, ...]


def panel(figures: Figures, of: str) -> Panel:
    """Make the panel of some figures."""
    months = figures.months
    with_measures = any(row.promise == MEASURE for row in figures.promises)
    return Panel(
        of=of,
        figures=figures,
        numbers=numbers(figures),
        points=tuple(row.incidents for row in months),
        labels=tuple(words.month_labels(months)),
        label=words.months_words(months),
        promises=tuple(
            StandingRow(
                words.PROMISES[row.promise],
                None,
                row.standing,
                row.without if row.promise == RESPONSE else None,
            )
            for row in figures.promises
        ),
        severities=tuple(
            StandingRow(words.SEVERITIES[row.severity], row.incidents, row.standing)
            for row in figures.severities
        ),
        months=tuple(
            StandingRow(words.month_words(row.first), row.incidents, row.standing) for row in months
        ),
        definitions=(*words.DEFINITIONS, *([words.MEASURES_TOO] if with_measures else [])),
    )


def numbers(figures: Figures) -> tuple[Number, ...]:
    """The four large numbers; a time over nothing is a dash, never nought."""
    promised = figures.promised
    rest = [
        f"{promised.late:,} late" if promised.late else "",
        f"{promised.running:,} running" if promised.running else "",
    ]
    return (
        Number(f"{figures.incidents:,}", "Incidents", by_severity(figures)),
        Number(
            short_span(figures.acknowledged.median),
            "Median time to acknowledge",
            _under(words.spans_words(figures.acknowledged), figures.unacknowledged, "not taken up"),
        ),
        Number(
            short_span(figures.resolved.median),
            "Median time to resolve",
            _under(words.spans_words(figures.resolved), figures.unresolved, "not resolved"),
        ),
        Number(
            f"{promised.kept:,} of {promised.decided:,}" if promised.decided else "–",
            "Promises kept",
            ", ".join(filter(None, rest)) or ("none late, none running" if promised.total else "nothing promised yet"),
            "late" if promised.late else "",
        ),
    )  # fmt: skip


def by_severity(figures: Figures) -> str:
    """Say how many there were of each severity that occurred: "1 SEV1, 3 SEV3"."""
    return (
        ", ".join(f"{row.incidents:,} {row.severity}" for row in figures.severities if row.incidents)
        or "none"
    )


def short_span(span: timedelta | None) -> str:
    """Say a length as a large number has it: "14 min", "3 h 20 min", "2 d 4 h"; a dash where there is none."""
    if span is None:
        return "–"
    minutes = int(span.total_seconds() // 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts: Sequence[tuple[int, str]] = ((days, "d"), (hours, "h"), (0 if days else minutes, "min"))
    return " ".join(f"{n}\u00a0{unit}" for n, unit in parts if n) or "<\u00a01\u00a0min"


def _under(said: str, left: int, rest: str) -> str:
    return f"{said}; {left:,} {rest}" if left else said
