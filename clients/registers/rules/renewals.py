"""When a credential or a record is next due, and how that is called. Dates in, dates and states out."""

from __future__ import annotations

from datetime import date, timedelta

LATE, SOON, THEN, NONE = "late", "soon", "then", "none"
SOON_DAYS = 7


def rotation_due_on(
    rotated_on: date | None, issued_on: date | None, interval_days: int | None
) -> date | None:
    """Return the day by which the rotation interval asks for a new secret.

    Counted from the last rotation, else from the day of issue. None without an interval or without a day to
    count from: nothing is made up. An interval that leads past the calendar's end gives its last day.
    """
    start = rotated_on or issued_on
    if not interval_days or start is None:
        return None
    try:
        return start + timedelta(days=interval_days)
    except OverflowError:
        return date.max


def next_due_on(
    renewal_on: date | None, rotated_on: date | None, issued_on: date | None, interval_days: int | None
) -> date | None:
    """Return the earlier of the renewal date and the day that the rotation interval gives; None if neither."""
    days = [renewal_on, rotation_due_on(rotated_on, issued_on, interval_days)]
    return min((day for day in days if day is not None), default=None)


def due_state(due_on: date | None, today: date) -> str:
    """Name the state: late (before today), soon (today and the next 7 days), then (further off) or none."""
    if due_on is None:
        return NONE
    if due_on < today:
        return LATE
    return SOON if due_on <= today + timedelta(days=SOON_DAYS) else THEN
