"""The steps of a deadline: when each reminder is owed and to whom, and which one step is to be taken now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from itertools import count

from portal.deadlines.rules.durations import Duration
from portal.deadlines.rules.policies import Policy
from portal.deadlines.rules.quiet import SATURDAY, after_quiet
from portal.lib.dates import add_months

DUE = Duration()
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What steps depend on. zone: the client's. opened_at: since when it stands on these terms, where it is known.

    due_on is None where the due instant counts to the second; otherwise due_at is the end of that day.
    """

    due_at: datetime
    due_on: date | None
    started_at: datetime
    zone: tzinfo
    snoozed_until: datetime | None = None
    promise: bool = False
    opened_at: datetime | None = None

    @property
    def due_day(self) -> date:
        """The local day from which steps in days are counted."""
        return self.due_on or self.due_at.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Step:
    """One reminder owed: its key (-P7D, PT0S, +P3D), its instant in UTC, the parts that hear of it."""

    key: str
    at: datetime
    to: tuple[str, ...]

    @property
    def late(self) -> bool:
        """Whether it repeats that the due instant has passed."""
        return self.key.startswith("+")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now: the one step to take, if any; and when to look again, None for never."""

    step: Step | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Moment:
    at: datetime
    offset: Duration


def plan(policy: Policy, facts: Facts, stepped_at: datetime | None, now: datetime) -> Plan:
    """Choose the last step after `stepped_at` and not after `now`; those that were missed before it are left out.

    stepped_at None: no step was considered yet. What is late by then gets one step; of what is still to come, steps
    before `opened_at` (before `now` where that is not known) are passed over silently. A snooze holds everything
    back; that of a promise ends at its due instant. `next_at` is always after `now`.
    """
    asleep = _asleep_until(facts)
    if asleep is not None and now < asleep:
        return Plan(None, asleep)
    fixed = _until_due(policy, facts)
    last = next((moment for moment in reversed(fixed) if moment.at <= now), None)
    to_come = next((moment for moment in fixed if moment.at > now), None)
    if to_come is None:
        last_late, to_come = _around(policy, facts, now)
        last = last_late or last
    chosen = last if last is not None and _is_owed(last, facts, stepped_at, now) else None
    return Plan(_step(policy, chosen) if chosen else None, to_come.at if to_come else None)


def steps_of(policy: Policy, facts: Facts, after: datetime | None = None) -> Iterator[Step]:
    """Yield the steps (only those `after`) in the order in which they are taken; without end while late ones repeat.

    Of several steps that fall on one instant (a weekend moves them together) only the last is ever taken: this one.
    """
    held: _Moment | None = None
    for moment in _moments(policy, facts, after):
        if held is not None and held.at != moment.at:
            yield _step(policy, held)
        held = moment
    if held is not None:
        yield _step(policy, held)


def _asleep_until(facts: Facts) -> datetime | None:
    if facts.snoozed_until is not None and facts.promise:
        return min(facts.snoozed_until, facts.due_at)
    return facts.snoozed_until


def _is_owed(moment: _Moment, facts: Facts, stepped_at: datetime | None, now: datetime) -> bool:
    if stepped_at is not None:
        return moment.at > stepped_at
    return now > facts.due_at or moment.at >= min(facts.opened_at or now, now)


def _step(policy: Policy, moment: _Moment) -> Step:
    late = moment.offset.approximate > 0
    return Step(f"{'+' * late}{moment.offset}", moment.at, policy.to_at(moment.offset))


def _moments(policy: Policy, facts: Facts, after: datetime | None) -> Iterator[_Moment]:
    yield from (moment for moment in _until_due(policy, facts) if after is None or moment.at > after)
    if policy.late_every is not None:
        yield from _late_after(policy, facts, max(after or facts.due_at, facts.due_at))


def _until_due(policy: Policy, facts: Facts) -> list[_Moment]:
    """Give the steps before and at the due instant, in order; none of a time before it was owed at all."""
    fixed = _schedule(policy, _utc(facts.due_at), facts.due_day, facts.zone)
    return [moment for moment in fixed if moment.at >= facts.started_at or not moment.offset]


@lru_cache(maxsize=4096)
def _schedule(policy: Policy, due_at: datetime, due_day: date, zone: tzinfo) -> tuple[_Moment, ...]:
    """Work out the steps before and at a due instant: the same ones for everything that is due with it."""
    # A reminder of the day before is worth nothing on the day itself: it keeps before that day.
    limit = min(datetime.combine(due_day, time(), zone).astimezone(UTC), due_at)
    found = []
    for length in policy.before:
        if length.by_the_clock:
            at = due_at - length.seconds * _SECOND
        else:
            day = add_months(due_day, -length.months) - length.days * _DAY
            at = _sent_before(policy, day, zone, limit)
        found.append(_Moment(at, -length))
    at = due_at if policy.hours_based else _sent_before(policy, due_day, zone, due_at + _SECOND)
    found.append(_Moment(at, DUE))
    return tuple(sorted(found, key=lambda moment: moment.at))


def _sent_before(policy: Policy, day: date, zone: tzinfo, limit: datetime) -> datetime:
    """Give the sending instant of a day; when that is not before `limit`, of the last day on which it is."""
    at = _sent(policy, day, zone)
    while at >= limit:
        day -= _DAY
        at = _sent(policy, day, zone)
    return at


def _sent(policy: Policy, day: date, zone: tzinfo) -> datetime:
    return _sending_instant(day, zone, policy.send_at, policy.quiet_from, policy.quiet_until, policy.weekends)


@lru_cache(maxsize=65_536)
def _sending_instant(
    day: date,
    zone: tzinfo,
    send_at: time,
    quiet_from: time | None,
    quiet_until: time | None,
    weekends: bool,
) -> datetime:
    """Give the instant at which what belongs to this day is sent: never before its own local time of that day."""
    if not weekends and day.weekday() >= SATURDAY:
        day += (7 - day.weekday()) * _DAY
    at = datetime.combine(day, send_at, zone).astimezone(UTC)
    return after_quiet(at, zone, quiet_from, quiet_until, weekends)


def _around(policy: Policy, facts: Facts, now: datetime) -> tuple[_Moment | None, _Moment | None]:
    """Give the last late step not after `now` and the first after it, by arithmetic whatever their number."""
    if policy.late_every is None:
        return None, None
    number = _last_late(policy, facts, now)
    last = _late(policy, facts, number) if number else None
    if last is not None and last.at <= facts.due_at:
        last = None
    return last, next(_late_after(policy, facts, max(now, facts.due_at)))


def _late_after(policy: Policy, facts: Facts, after: datetime) -> Iterator[_Moment]:
    numbers = count(_last_late(policy, facts, after) + 1)
    return (_late(policy, facts, number) for number in numbers)


def _last_late(policy: Policy, facts: Facts, now: datetime) -> int:
    """Give the number of the last late step not after `now`, 0 if there is none."""
    assert policy.late_every is not None
    number = _late_number(policy, _passed(policy.late_every, facts, now))
    # Weekends and quiet hours put a few of them off past now.
    while number and _late(policy, facts, number).at > now:
        number -= 1
    return number


def _passed(every: Duration, facts: Facts, now: datetime) -> int:
    """Give the whole seconds or local days since the due instant; negative before it."""
    if every.by_the_clock:
        return (_utc(now) - _utc(facts.due_at)) // _SECOND
    return (now.astimezone(facts.zone).date() - facts.due_day).days


def _late_number(policy: Policy, passed: int) -> int:
    """Give how many late steps nominally lie within so many seconds or days; never less than would."""
    assert policy.late_every is not None
    if policy.late_slower is None:
        return max(0, passed // _units(policy.late_every))
    after = _units(policy.late_slower.after)
    quick = after // _units(policy.late_every)
    if passed <= after:
        return max(0, passed // _units(policy.late_every))
    return quick + (passed - after) // _units(policy.late_slower.every)


def _late(policy: Policy, facts: Facts, number: int) -> _Moment:
    """Give the late step of this number, from 1."""
    assert policy.late_every is not None
    every, slower = _units(policy.late_every), policy.late_slower
    units = number * every
    if slower is not None and units > _units(slower.after):
        quick = _units(slower.after) // every
        units = _units(slower.after) + (number - quick) * _units(slower.every)
    if policy.late_every.by_the_clock:
        return _Moment(_utc(facts.due_at) + units * _SECOND, Duration(seconds=units))
    return _Moment(_sent(policy, facts.due_day + units * _DAY, facts.zone), Duration(days=units))


def _units(duration: Duration) -> int:
    return duration.seconds or duration.days


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)
