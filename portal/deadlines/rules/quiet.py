"""Hours in which nobody is disturbed: from when an instant may be spoken of."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

SATURDAY = 5


def after_quiet(
    at: datetime, zone: tzinfo, quiet_from: time | None, quiet_until: time | None, weekends: bool
) -> datetime:
    """Give the first instant at or after `at` outside quiet hours and, unless `weekends`, outside weekends. In UTC.

    Quiet hours are local to `zone`; the first minute belongs to them, the last does not. From 19:00 until 08:00 goes
    over midnight. Without both ends, or with two equal ones, no hour is quiet.
    """
    moment = at.astimezone(UTC)
    while True:
        local = moment.astimezone(zone)
        if not weekends and local.weekday() >= SATURDAY:
            moment = _local(local, 7 - local.weekday(), time(), zone, moment)
        elif quiet_from is not None and quiet_until is not None and _quiet(local, quiet_from, quiet_until):
            moment = _local(local, int(local.time() >= quiet_until), quiet_until, zone, moment)
        else:
            return moment


def _local(day: datetime, days: int, clock: time, zone: tzinfo, not_before: datetime) -> datetime:
    """Give the instant of a local time so many days later; of an hour that comes twice, the one that is not over."""
    local = datetime.combine(day.date() + timedelta(days=days), clock, zone)
    first = local.astimezone(UTC)
    return first if first > not_before else local.replace(fold=1).astimezone(UTC)


def _quiet(local: datetime, quiet_from: time, quiet_until: time) -> bool:
    clock = local.time()
    if quiet_from <= quiet_until:
        return quiet_from <= clock < quiet_until
    return clock >= quiet_from or clock < quiet_until
