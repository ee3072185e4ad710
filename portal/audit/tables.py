"""The activity as days of lines on a page, and as rows of a table."""

from __future__ import annotations

from datetime import date
from itertools import groupby, islice

from portal.audit import queries
from portal.audit.presenters import Line, lines_of
from portal.lib.refused import Refused
from portal.tenancy.models import Client

HEADER = ("When", "Who", "What was done", "Kind", "Title", "Changes", "Why", "Request")
MOST_ROWS = 50_000


def by_day(lines: list[Line]) -> list[tuple[date, list[Line]]]:
    """Put lines, latest first, under the day of the reader on which they fall."""
    return [(day, list(those)) for day, those in groupby(lines, key=lambda line: line.day)]


def page_before(raw: str | None) -> int | None:
    """Read the id before which a page begins; anything else means the latest page."""
    return int(raw) if raw and raw.isascii() and raw.isdigit() and len(raw) < 19 else None


def rows(client: Client, wanted: queries.Wanted) -> list[tuple[str, ...]]:
    """Give the wanted events as rows of text. Raises Refused over MOST_ROWS rows."""
    events = list(islice(queries.all_activity(client, wanted), MOST_ROWS + 1))
    if len(events) > MOST_ROWS:
        raise Refused(f"That is more than {MOST_ROWS:,} events. Choose fewer days, or take the whole chain.")
    lines = lines_of(events, queries.names_for(events), wanted.zone, linked=False)
    return [_row(line) for line in lines]


def _row(line: Line) -> tuple[str, ...]:
    changes = "; ".join(
        f"{each.label}: {each.before} → {each.after}" if each.before else f"{each.label}: {each.after}"
        for each in line.changes
    )
    return (
        line.instant,
        line.who,
        line.did,
        line.noun,
        line.title,
        changes,
        line.why,
        line.event.payload["request"],
    )
