"""When a clock of the law is due: its unit, its latest instant, and what moves off a weekend. Which ones: clocks.py."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from portal.deadlines.rules.calendars import due_after, end_of, is_business_day, next_business_day

HOURS, DAYS, MONTHS, BUSINESS, NONE = (
    "clock_hours",
    "calendar_days",
    "calendar_months",
    "business_days",
    "none",
)
NOON = time(12)
#: Whose holidays count for business days of a jurisdiction that sets them itself; elsewhere the client's.
CALENDARS = {
    "GB": "GB-ENG",
    "US": "US",
    "US-CA": "US-CA",
    "US-NY": "US-NY",
    "SG": "SG",
    "AU": "AU",
    "CA": "CA",
}
_INSTANT, _SECOND = timedelta(microseconds=1), timedelta(seconds=1)


def due_of(
    duration: str, unit: str, start: datetime, *, zone: tzinfo, place: str
) -> tuple[datetime, date | None]:
    """Give the instant (UTC), and the day where whole days count, at which `duration` of a unit is over.

    place: whose holidays count for business days, such as GB-ENG. Raises ValueError for an unknown unit.
    """
    calendar = {HOURS: "clock", DAYS: "days", MONTHS: "months", BUSINESS: f"business:{place}"}.get(unit)
    if calendar is None:
        raise ValueError(f"“{unit}” is not a unit that can be counted.")
    return due_after(start, duration, calendar, zone)


def at_the_latest(due_at: datetime, start: datetime, latest: datetime | None) -> datetime:
    """Bring a due instant forward to the latest one, unless its clock started only after that."""
    if latest is None or start > latest:
        return due_at
    return min(due_at, latest)


def rolled(due_at: datetime, *, zone: tzinfo, place: str) -> datetime:
    """Move what falls on a weekend or holiday to noon of the next working day (Delegated Regulation 2025/301)."""
    # A due day ends at the midnight after it: that instant still belongs to the day before.
    day = (due_at.astimezone(UTC) - _INSTANT).astimezone(zone).date()
    if is_business_day(day, place):
        return due_at
    return datetime.combine(next_business_day(day, place), NOON, zone).astimezone(UTC)


def year_end(found: datetime, zone: tzinfo) -> datetime:
    """Give the last second of the local year in which something was found, in UTC."""
    return end_of(date(found.astimezone(zone).year, 12, 31), zone) - _SECOND
