"""Figures of incidents from frozen facts: how many, how soon, which promises were kept. No clock is read here.

The definitions hold everywhere. Drills never count. An incident belongs to the month and year in which it was
detected, by the clocks of the zone that is given; so do its promises, whenever they ended. Both times run from the
report; what was taken up or resolved before it was reported counts as at once. What is not acknowledged, or not
resolved, is in no mean and no median and is counted apart. A promise is kept when it was done by its instant; late
when it was missed once, whatever came of it; running while it is ahead. One that was called off in time counts
nowhere, and an incident without an agreed first response never counts as kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import fmean, median

SEVERITIES = ("SEV1", "SEV2", "SEV3", "SEV4")
RESPONSE, UPDATE, POST_MORTEM, NOTICE = "response", "update", "post_mortem", "notice"
MEASURE, CLIENT_NOTICE = "measure", "client_notice"
#: What the practice owes to its client, and what it owes by law: the sums are of these alone.
OURS = (RESPONSE, UPDATE, POST_MORTEM, NOTICE)
#: Measures are followed up inside the practice; the client's own notices are the client's to send.
PROMISES = (*OURS, MEASURE, CLIENT_NOTICE)
KEPT, LATE, RUNNING = "kept", "late", "running"
MET, CANCELLED = "met", "cancelled"
MONTHS = 12
_NOTHING = timedelta(0)


@dataclass(frozen=True)
class IncidentFact:
    """What the figures need of one client's part of an incident."""

    id: int
    severity: str
    detected_at: datetime
    reported_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    drill: bool = False


@dataclass(frozen=True)
class PromiseFact:
    """One deadline of an incident; `outcome` is met, cancelled, or empty while it is open."""

    incident: int
    promise: str
    due_at: datetime
    outcome: str = ""
    late_at: datetime | None = None


@dataclass(frozen=True)
class Period:
    """From `start` until before `end`, with the first days of the months that it touches."""

    start: datetime
    end: datetime
    months: tuple[date, ...]


@dataclass(frozen=True)
class Spans:
    """How long something took: over how many, the mean and the median. Both None over none."""

    n: int = 0
    mean: timedelta | None = None
    median: timedelta | None = None


@dataclass(frozen=True)
class Counted:
    """The facts once counted: incidents by month and severity, promises by month, severity, promise and state.

    `targeted`: incidents with a first response that was agreed. `acknowledged`, `resolved`: how long that took.
    """

    incidents: Mapping[tuple[date, str], int]
    promises: Mapping[tuple[date, str, str, str], int]
    targeted: int = 0
    acknowledged: Spans = Spans()
    resolved: Spans = Spans()


@dataclass(frozen=True)
class Standing:
    """How promises stand: kept, late (for ever), running."""

    kept: int = 0
    late: int = 0
    running: int = 0

    @property
    def total(self) -> int:
        return self.kept + self.late + self.running

    @property
    def decided(self) -> int:
        """Those of which it is known whether they were kept."""
        return self.kept + self.late


@dataclass(frozen=True)
class PromiseRow:
    """One promise; `without`: incidents for which none was agreed, told of the first response alone."""

    promise: str
    standing: Standing
    without: int = 0


@dataclass(frozen=True)
class SeverityRow:
    """The incidents of one severity, and how the practice's promises on them stand."""

    severity: str
    incidents: int
    standing: Standing


@dataclass(frozen=True)
class MonthRow:
    """The incidents detected in one month, and how the practice's promises on them stand."""

    first: date
    incidents: int
    standing: Standing


@dataclass(frozen=True)
class Figures:
    """Everything that is said of a set of incidents. `promised` sums what is owed by the practice (OURS)."""

    incidents: int
    severities: tuple[SeverityRow, ...]
    promises: tuple[PromiseRow, ...]
    months: tuple[MonthRow, ...]
    promised: Standing
    acknowledged: Spans
    resolved: Spans

    @property
    def unacknowledged(self) -> int:
        return self.incidents - self.acknowledged.n

    @property
    def unresolved(self) -> int:
        return self.incidents - self.resolved.n


def last_months(now: datetime, zone: tzinfo, n: int = MONTHS) -> Period:
    """Give the month of `now` with the n−1 months before it."""
    this = now.astimezone(zone).date().replace(day=1)
    return _period(_months_on(this, 1 - n), _months_on(this, 1), zone)


def year_of(year: int, zone: tzinfo) -> Period:
    """Give one calendar year of the zone."""
    return _period(date(year, 1, 1), date(year + 1, 1, 1), zone)


def since(day: date, now: datetime, zone: tzinfo) -> Period:
    """Give everything from the beginning of `day` until the end of the month of `now`."""
    return _period(day, _months_on(now.astimezone(zone).date().replace(day=1), 1), zone)


def month_of(at: datetime, zone: tzinfo) -> date:
    """Give the first day of the month in which an instant lies, by the clocks of the zone."""
    return at.astimezone(zone).date().replace(day=1)


def state_of(fact: PromiseFact, now: datetime) -> str:
    """Say how one promise stands: kept, late, running; "" for one that was called off in time.

    Exactly at its instant is in time.
    """
    if fact.late_at is not None:
        return LATE
    if fact.outcome == CANCELLED:
        return ""
    if fact.outcome == MET:
        return KEPT
    return LATE if fact.due_at < now else RUNNING


def count(
    incidents: Iterable[IncidentFact], promises: Iterable[PromiseFact], zone: tzinfo, now: datetime
) -> Counted:
    """Count the facts. Promises of incidents that are not among them, and of drills, are left out."""
    real = {each.id: each for each in incidents if not each.drill}
    by_month = Counter((month_of(each.detected_at, zone), each.severity) for each in real.values())
    states: Counter[tuple[date, str, str, str]] = Counter()
    targeted: set[int] = set()
    for promise in promises:
        about, state = real.get(promise.incident), state_of(promise, now)
        if about is None or not state:
            continue
        states[month_of(about.detected_at, zone), about.severity, promise.promise, state] += 1
        if promise.promise == RESPONSE:
            targeted.add(about.id)
    return Counted(
        incidents=by_month,
        promises=states,
        targeted=len(targeted),
        acknowledged=_spans_until((each.reported_at, each.acknowledged_at) for each in real.values()),
        resolved=_spans_until((each.reported_at, each.resolved_at) for each in real.values()),
    )


def spans(lengths: Iterable[timedelta]) -> Spans:
    """Give the mean and the median of some lengths, to the second; below nothing counts as nothing."""
    seconds = [max(each, _NOTHING).total_seconds() for each in lengths]
    return spans_of(len(seconds), fmean(seconds), median(seconds)) if seconds else Spans()


def _spans_until(instants: Iterable[tuple[datetime, datetime | None]]) -> Spans:
    """Elapsed time, also over a change of clocks; what has not ended yet is left out."""
    return spans(end.astimezone(UTC) - start.astimezone(UTC) for start, end in instants if end is not None)


def spans_of(n: int, mean: float | None, middle: float | None) -> Spans:
    """Make spans of seconds that were worked out elsewhere."""
    if not n or mean is None or middle is None:
        return Spans()
    return Spans(n, timedelta(seconds=round(mean)), timedelta(seconds=round(middle)))


def figures(counted: Counted, months: Sequence[date] = (), promises: Sequence[str] = PROMISES) -> Figures:
    """Make the figures of what was counted; `promises`: those that the reader may know of, in the order shown."""
    total = sum(counted.incidents.values())
    return Figures(
        incidents=total,
        severities=tuple(
            SeverityRow(
                severity,
                sum(n for (_, each), n in counted.incidents.items() if each == severity),
                _standing(counted, severity=severity),
            )
            for severity in SEVERITIES
        ),
        promises=tuple(
            PromiseRow(
                name,
                _standing(counted, of=(name,)),
                total - counted.targeted if name == RESPONSE else 0,
            )
            for name in promises
        ),
        months=tuple(
            MonthRow(
                month,
                sum(n for (each, _), n in counted.incidents.items() if each == month),
                _standing(counted, month=month),
            )
            for month in months
        ),
        promised=_standing(counted),
        acknowledged=counted.acknowledged,
        resolved=counted.resolved,
    )


def _standing(
    counted: Counted, *, of: Sequence[str] = OURS, severity: str = "", month: date | None = None
) -> Standing:
    """Sum the states of some promises, of one severity or of one month where asked."""
    found: Counter[str] = Counter()
    for (on, level, promise, state), n in counted.promises.items():
        if promise in of and severity in ("", level) and month in (None, on):
            found[state] += n
    return Standing(found[KEPT], found[LATE], found[RUNNING])


def _period(first: date, until: date, zone: tzinfo) -> Period:
    start, months = first.replace(day=1), []
    while start < until:
        months.append(start)
        start = _months_on(start, 1)
    return Period(_midnight(first, zone), _midnight(until, zone), tuple(months))


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _months_on(first: date, n: int) -> date:
    """Give the first of the month n months on."""
    years, month = divmod(first.year * 12 + first.month - 1 + n, 12)
    return date(years, month + 1, 1)
