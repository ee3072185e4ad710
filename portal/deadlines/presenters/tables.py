"""A client's deadlines as a table and as a file: what, whose, due when, and how those ended that have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.presenters.entries import Reader, address, may_change, next_step, verbs
from portal.deadlines.rules.today import due_words
from portal.shell.ledger import LONG_AGO
from portal.shell.tables import Cell, Column, Empty, Row, Table, headings, sorted_by

WHAT = Column("what", "What", sort=True, kind="lead", narrow="lead")
OWNER = Column("owner", "Owner", sort=True)
DUE = Column("due", "Due", sort=True, narrow="side")
ENDED = Column("ended", "Ended", sort=True)
ACTIONS = Column("actions", "Actions", kind="actions")
ORDERS = {
    "what": ("title", "id"),
    "owner": ("owner__name", "due_at", "id"),
    "due": ("due_at", "id"),
    "ended": ("ended_at", "id"),
}
CAPTIONS = {
    "due": "soonest first",
    "-due": "latest first",
    "ended": "first to end first",
    "-ended": "last to end first",
    "what": "by name, A to Z",
    "-what": "by name, Z to A",
    "owner": "by owner, A to Z",
    "-owner": "by owner, Z to A",
}
HEADER = (
    "Kind",
    "What",
    "About",
    "Due",
    "Due at",
    "Owner",
    "Backup owner",
    "State",
    "Ended",
    "Why",
    "Late since",
)


def columns_of(shows_ended: bool) -> list[Column]:
    """The columns of the list; how it ended only where some have."""
    return [WHAT, OWNER, DUE, ENDED, ACTIONS] if shows_ended else [WHAT, OWNER, DUE, ACTIONS]


def default_order(shows_ended: bool) -> str:
    """Soonest first; where some have ended, the last to end first."""
    return "-ended" if shows_ended else "due"


def ordered(rows: DeadlineQuerySet, request: HttpRequest, shows_ended: bool) -> DeadlineQuerySet:
    """Put the rows into the wished order, checked."""
    order = sorted_by(columns_of(shows_ended), request, default_order(shows_ended))
    mark = "-" if order.startswith("-") else ""
    return rows.order_by(*(f"{mark}{name}" for name in ORDERS[order.removeprefix("-")]))


def table_of(
    rows: Iterable[Deadline],
    request: HttpRequest,
    reader: Reader,
    *,
    shows_ended: bool,
    empty: Empty,
) -> Table:
    """Make the table of one page, for one reader."""
    columns, default = columns_of(shows_ended), default_order(shows_ended)
    caption = f"Deadlines, {CAPTIONS[sorted_by(columns, request, default)]}"
    made = [_row(row, reader, shows_ended) for row in rows]
    return Table("Deadlines", caption, headings(columns, request, default), made, empty)


def outcome(deadline: Deadline) -> tuple[str, str]:
    """Say how it ended: a state and words; late stays late."""
    if deadline.outcome == Deadline.Outcome.CANCELLED:
        return "idle", "Cancelled"
    return ("late", "Met late") if deadline.late_at else ("ok", "Met in time")


def _row(deadline: Deadline, reader: Reader, shows_ended: bool) -> Row:
    access, now, zone = reader.access, reader.now, reader.zone
    state, words = due_words(deadline.due_at, deadline.due_on, now, zone)
    day = _day(deadline, zone)
    shown = None if words.startswith(LONG_AGO) else day
    open_state = "idle" if state == "ok" else state
    due = Cell("status", words, state=open_state, sub_date=shown) if deadline.is_open else Cell("date", day)
    kind = kind_of(deadline.kind).title
    asleep = deadline.is_open and deadline.snoozed_until and deadline.snoozed_until > now
    cells = [
        Cell("lead", deadline.title, sub=f"{kind} · snoozed" if asleep else kind, url=address(deadline)),
        Cell("person", deadline.owner) if deadline.owner or deadline.is_open else Cell("muted", "Nobody"),
        due,
    ]
    if shows_ended:
        cells.append(_ended(deadline, zone))
    late = deadline.is_open and state == "late"
    may = deadline.is_open and may_change(deadline, access)
    step = next_step(deadline, access, primary=late) if state in ("late", "soon") else None
    return Row(
        cells, "late" if late else "", step, verbs(deadline, reader) if may else (), f"deadline-{deadline.pk}"
    )


def _ended(deadline: Deadline, zone: ZoneInfo) -> Cell:
    if deadline.ended_at is None:
        return Cell("muted", "Open")
    state, words = outcome(deadline)
    return Cell("status", words, state=state, sub_date=deadline.ended_at.astimezone(zone).date())


def _day(deadline: Deadline, zone: ZoneInfo) -> date:
    return deadline.due_on or deadline.due_at.astimezone(zone).date()


def lines(rows: Iterable[Deadline], now: datetime, zone: ZoneInfo) -> list[Sequence[object]]:
    """Give the rows of the file in the order of HEADER; instants in `zone`."""
    return [
        (
            kind_of(row.kind).title,
            row.title,
            row.subject,
            _day(row, zone),
            None if row.due_on else row.due_at.astimezone(zone),
            row.owner and str(row.owner),
            row.backup_owner and str(row.backup_owner),
            ("Overdue" if row.due_at < now else "Open") if row.is_open else outcome(row)[1],
            row.ended_at and row.ended_at.astimezone(zone),
            row.ended_why,
            row.late_at and row.late_at.astimezone(zone),
        )
        for row in rows
    ]
