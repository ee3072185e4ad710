"""A clock: how much of its time is gone, how much is left, and in which words. Pure: now is an argument."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOON = timedelta(hours=36)
SHORT = timedelta(hours=48)
#: More hours than these are drawn as days.
MOST_TICKS = 120
RUNNING, SOON_STATE, LATE, MET = "", "soon", "late", "met"


@dataclass(frozen=True)
class Clock:
    """A clock at one instant. ticks, done and big are for the strip: one tick an hour, or a day when it runs long.

    A clock under two hours that is not of whole hours has a tick a minute.
    """

    state: str
    figure: str
    words: str
    ticks: int
    done: float
    big: int
    label: str


def clock(started_at: datetime, due_at: datetime, now: datetime, met_at: datetime | None = None) -> Clock:
    """Read a clock at `now`; `met_at` stops it."""
    at = met_at or now
    total, gone, left = due_at - started_at, at - started_at, due_at - at
    unit, name, big = _unit(total)
    ticks = max(1, round(total / unit))
    done = min(float(ticks), max(0.0, gone / unit))
    of = f"{ticks} {name}{'' if ticks == 1 else 's'}"
    late = left < timedelta(0)
    if met_at is not None:
        return Clock(LATE if late else MET, "Met", f"in {span(gone)}", ticks, done, big,
                     f"Met after {span(gone)} of {of}")  # fmt: skip
    if late:
        return Clock(LATE, figure(-left), "late", ticks, float(ticks), big, f"All {of} are gone")
    state = SOON_STATE if left <= (total / 2 if total < SHORT else SOON) else RUNNING
    return Clock(state, figure(left), f"left of {of}", ticks, done, big, f"{int(done)} of {of} gone")


def _unit(total: timedelta) -> tuple[timedelta, str, int]:
    """Give the length of a tick, its name, and after how many a taller one stands."""
    if total < 2 * HOUR and total % HOUR:
        return MINUTE, "minute", 15
    return (HOUR, "hour", 12) if total <= MOST_TICKS * HOUR else (DAY, "day", 7)


def figure(length: timedelta) -> str:
    """Write hours, minutes and seconds: 28:47:57."""
    seconds = int(length.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def span(length: timedelta) -> str:
    """Write hours and minutes, over four days the days: 30 h 10 min, 6 days."""
    if length > MOST_TICKS * HOUR:
        return f"{length.days} days"
    minutes = max(0, int(length.total_seconds())) // 60
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
