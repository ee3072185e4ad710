"""When a digest leaves: the next chosen hour in the person's own time zone, summer time or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: A digest waits this long for what is written at its very hour: reminders are due on the hour, too.
COLLECTS = timedelta(minutes=10)


@dataclass(frozen=True)
class Slot:
    """A digest: the chosen hour as an instant, and the instant at which it leaves."""

    at: datetime
    leaves_at: datetime


def next_slot(after: datetime, *, hour: int, zone: ZoneInfo, weekday: int | None = None) -> Slot:
    """Give the first digest that leaves later than `after`; daily, or weekly on `weekday` (0 is Monday).

    An hour that summer time leaves out comes at the same distance from midnight, which reads an hour later; of one
    that comes twice, the first counts.
    """
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        if weekday is None or day.weekday() == weekday:
            at = datetime.combine(day, time(hour), zone).astimezone(UTC)
            if at + COLLECTS > after:
                return Slot(at, at + COLLECTS)
        day += timedelta(days=1)
