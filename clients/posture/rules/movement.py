"""What moved a client's posture and when, and the points of its 12-month line. Days and counts in, words out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from clients.posture.rules.rollup import percent
from portal.lib.dates import MONTHS

SINCE_DAYS = 92
FALL_DAYS = 30
MONTHS_SHOWN = 13
FEWEST_MONTHS = 3
LABEL_EVERY = 3
WEEK = 7


@dataclass(frozen=True, slots=True)
class Point:
    """The counts of one day, and each control's result on it; unknown ones may be left out.

    rules: the version of the rules that judged it. A step between two versions is no movement of the records.
    """

    on: date
    passes: int
    provable: int
    results: Mapping[str, str] = field(default_factory=dict)
    rules: int = 0

    @property
    def share(self) -> int:
        return percent(self.passes, self.provable) or 0


@dataclass(frozen=True, slots=True)
class Line:
    """A drawn line: shares oldest first, one label a point (many empty), and what it shows in a sentence."""

    points: tuple[int, ...]
    labels: tuple[str, ...]
    label: str


def line(points: Sequence[Point]) -> Line | None:
    """Make the line of the last 12 months, a point a month, or of single days in a young history.

    points: oldest first, the last is today. None when there is nothing to compare with.
    """
    months = _months(points)
    chosen = months if len(months) >= FEWEST_MONTHS else list(points)[-MONTHS_SHOWN:]
    if len(chosen) < 2:
        return None
    monthly = chosen is months
    last = len(chosen) - 1
    labels = tuple(
        _label(point.on, monthly, with_year=i in (0, last))
        if i in (0, last) or (i % LABEL_EVERY == 0 and last - i >= LABEL_EVERY - 1)
        else ""
        for i, point in enumerate(chosen)
    )
    shares = tuple(point.share for point in chosen)
    return Line(shares, labels, _finding(chosen))


def _months(points: Sequence[Point]) -> list[Point]:
    """Keep the last point of each month, back to the first month without one."""
    by_month = {(point.on.year, point.on.month): point for point in points}
    if not by_month:
        return []
    year, month = max(by_month)
    found: list[Point] = []
    while (year, month) in by_month and len(found) < MONTHS_SHOWN:
        found.insert(0, by_month[year, month])
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return found


def _label(on: date, monthly: bool, *, with_year: bool) -> str:
    name = MONTHS[on.month - 1][:3]
    if not monthly:
        return f"{on.day} {name}"
    return f"{name} {on:%y}" if with_year else name


def _finding(chosen: Sequence[Point]) -> str:
    first, last = chosen[0], chosen[-1]
    high = max(chosen, key=lambda point: point.share)
    verb = "rose" if last.share > first.share else "fell" if last.share < first.share else "stayed"
    span = (
        f"stayed at {last.share}%"
        if verb == "stayed"
        else f"{verb} from {first.share}% in {_month(first.on)} to {last.share}% now"
    )
    peak = f", high {high.share}% in {_month(high.on)}" if high.share > last.share else ""
    return f"Controls that pass {span}{peak}"


def _month(on: date) -> str:
    return f"{MONTHS[on.month - 1]} {on.year}"


@dataclass(frozen=True, slots=True)
class Movement:
    """Sentences on what moved: `lead` is printed bold, `rest` after it."""

    lead: str
    rest: str


def movement(points: Sequence[Point], titles: Mapping[str, str]) -> Movement | None:
    """Say how the share stands against three months ago, what came to pass since, and when it last fell.

    points: oldest first, the last is today. titles: each control's name. None without an earlier point.
    """
    if len(points) < 2:
        return None
    now = points[-1]
    since = next(point for point in points if (now.on - point.on).days <= SINCE_DAYS)
    if since is now:
        since = points[-2]
    steps = now.share - since.share
    word = "Up" if steps > 0 else "Down"
    lead = f"{word} {_points(abs(steps))}" if steps else "Unchanged"
    rest = f"since {_day(since.on, now.on)}"
    if steps > 0 and (gained := _changed(since, now, "pass", titles)):
        rest += f", with {gained}"
    return Movement(lead, f"{rest}.{_new_rules(points, since)}{_last_fall(points, titles)}")


def _new_rules(points: Sequence[Point], since: Point) -> str:
    """Say since when other rules judge, where that is a part of the movement."""
    now = points[-1]
    if since.rules == now.rules:
        return ""
    first = next(point for point in points if point.rules == now.rules)
    return f" The rules changed {_when(first.on, now.on)}, and other controls count since."


def _last_fall(points: Sequence[Point], titles: Mapping[str, str]) -> str:
    now = points[-1]
    recent = [point for point in points if (now.on - point.on).days <= FALL_DAYS]
    for before, after in reversed(list(pairwise(recent))):
        if after.share < before.share and after.rules == before.rules:
            lost = _changed(after, before, "pass", titles)
            words = f" It fell by {_points(before.share - after.share)} {_when(after.on, now.on)}"
            return words + (f", with {lost}." if lost else ".")
    return ""


def _changed(before: Point, after: Point, result: str, titles: Mapping[str, str]) -> str:
    """Name the controls that have `result` after and had not before: the first, and how many more."""
    found = [
        titles[control_id]
        for control_id in titles
        if after.results.get(control_id) == result and before.results.get(control_id) != result
    ]
    if not found:
        return ""
    return f"“{found[0]}”" + (f" and {len(found) - 1} more" if len(found) > 1 else "")


def _points(number: int) -> str:
    return "1 point" if number == 1 else f"{number} points"


def _day(on: date, now: date) -> str:
    year = f" {on.year}" if on.year != now.year else ""
    return f"{on.day} {MONTHS[on.month - 1]}{year}"


def _when(on: date, now: date) -> str:
    if on == now:
        return "today"
    if on == now - timedelta(days=1):
        return "yesterday"
    return f"on {on:%A}" if (now - on).days < WEEK else f"on {_day(on, now)}"
