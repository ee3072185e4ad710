"""Which clocks of the law may apply to an incident, and when each is due. Proposals: a person decides on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from incidents.response.rules.catalogue import CONTROLLER, PROCESSOR, Clock, by_id, clocks
from portal.deadlines.rules.calendars import business_day_from, due_after, end_of, is_business_day

OURS, CLIENTS = "ours", "clients"
#: The client is aware at the latest when it is told; until that is recorded its clocks are counted from our knowing.
CLIENT_AWARENESS = "client_awareness"
NOON = time(12)
_INSTANT = timedelta(microseconds=1)
#: Whose holidays count for business days of a jurisdiction that has no calendar of its own.
CALENDARS = {
    "GB": "GB-ENG",
    "US": "US",
    "US-CA": "US-CA",
    "US-NY": "US-NY",
    "SG": "SG",
    "AU": "AU",
    "CA": "CA",
}
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Facts:
    """What is known of an incident. `role` is ours. `events`: instants by name, aware; see trigger_events.

    personal_data and high_risk: yes, suspected, no or unknown; only "no" rules a clock out. persons: how many people,
    None while nobody knows. zone: for clocks that count days. switched_on: ids of unsettled clocks that are wanted.
    contract_hours: what the contract says instead of the default for telling the client, ISO 8601.
    """

    jurisdictions: frozenset[str]
    role: str
    events: Mapping[str, datetime]
    zone: tzinfo = UTC
    holiday_calendar: str = "GB-ENG"
    sectors: frozenset[str] = frozenset()
    personal_data: str = YES
    high_risk: str = "unknown"
    persons: int | None = None
    contract_hours: str = ""
    switched_on: frozenset[str] = field(default_factory=frozenset)
    may_roll_over: bool = False


@dataclass(frozen=True)
class Proposal:
    """A clock that may apply. due_at None: it waits for its event (`waits_for`), or the law names no time.

    assumed: counted from our own knowing, because the client's is not recorded; the real one cannot be earlier.
    due_on: where whole days count. follows: the id of the report before it in its chain.
    """

    clock: Clock
    id: str
    title: str
    duty: str
    trigger: str
    trigger_at: datetime | None
    due_at: datetime | None
    due_on: date | None
    duration: str
    unit: str
    follows: str = ""
    assumed: bool = False
    waits_for: str = ""
    note: str = ""


def propose(facts: Facts) -> list[Proposal]:
    """List the clocks that may apply: our duty to tell the client first, then by due instant, without one last."""
    found = [proposal for clock in clocks() if applies(clock, facts) for proposal in _proposals(clock, facts)]
    return sorted(found, key=_order)


def applies(clock: Clock, facts: Facts) -> bool:
    """Tell whether a clock may apply: what is unknown does not rule it out."""
    when = clock.when
    return (
        (clock.is_settled or clock.id in facts.switched_on)
        and (clock.jurisdiction in facts.jurisdictions or clock.jurisdiction == "contractual")
        and (when.sector == "general" or when.sector in facts.sectors)
        and not (when.role == PROCESSOR and facts.role == CONTROLLER)
        and not (when.personal_data and facts.personal_data == NO)
        and not (clock.trigger == "payment_made" and "payment_made" not in facts.events)
        and _within_limits(clock, facts)
    )


def due_of(
    duration: str, unit: str, start: datetime, *, zone: tzinfo, place: str
) -> tuple[datetime, date | None]:
    """Give the instant (UTC), and the day where whole days count, at which `duration` of a unit is over.

    place: whose holidays count for business days, such as GB-ENG. Raises ValueError for an unknown unit.
    """
    calendar = {
        "clock_hours": "clock",
        "calendar_days": "days",
        "calendar_months": "months",
        "business_days": f"business:{place}",
    }.get(unit)
    if calendar is None:
        raise ValueError(f"“{unit}” is not a unit that can be counted.")
    return due_after(start, duration, calendar, zone)


def chained(clock_id: str, *, after: str, reported_at: datetime, facts: Facts) -> list[Proposal]:
    """List what the report of one clock starts: the next stage of its regime, and its own follow-up."""
    started = [
        proposal
        for clock in clocks()
        if clock.trigger == "prior_report_submitted"
        and clock_id in clock.trigger_detail
        and applies(clock, facts)
        for proposal in [_proposal(clock, facts, reported_at, follows=after)]
    ]
    clock = by_id().get(clock_id)
    if clock and clock.follow_up and clock.follow_up.from_report:
        started.append(_follow_up(clock, facts, reported_at))
    return started


def _within_limits(clock: Clock, facts: Facts) -> bool:
    when = clock.when
    enough = when.persons_from is None or facts.persons is None or facts.persons >= when.persons_from
    few = when.persons_below is None or facts.persons is None or facts.persons < when.persons_below
    risky = not when.high_risk or facts.high_risk != NO
    if when.either:
        return enough or risky
    return enough and few and risky


def _proposals(clock: Clock, facts: Facts) -> Iterable[Proposal]:
    if clock.trigger == "prior_report_submitted":
        yield _proposal(clock, facts, None)
        return
    start = _trigger_at(clock, facts)
    yield _proposal(clock, facts, start)
    if clock.follow_up:
        yield _follow_up(clock, facts, None if clock.follow_up.from_report else start)


def _duty(clock: Clock, facts: Facts) -> str:
    if clock.when.role == PROCESSOR or facts.role == CONTROLLER:
        return OURS
    return CLIENTS


def _trigger_at(clock: Clock, facts: Facts) -> datetime | None:
    """Give the instant that starts it. A client's own clock starts when the client knows, not when we do."""
    events = facts.events
    if clock.trigger == "calendar_year_end":
        found = events.get("discovery") or events.get("awareness")
        return _year_end(found, facts.zone) if found else None
    if _duty(clock, facts) == CLIENTS and clock.trigger in ("awareness", "discovery"):
        known = events.get(CLIENT_AWARENESS)
        if known:
            return known
    if clock.trigger == "discovery":
        return events.get("discovery") or events.get("awareness")
    return events.get(clock.trigger)


def _is_assumed(clock: Clock, facts: Facts) -> bool:
    starts_by_knowing = clock.trigger in ("awareness", "discovery")
    return _duty(clock, facts) == CLIENTS and starts_by_knowing and CLIENT_AWARENESS not in facts.events


def _proposal(clock: Clock, facts: Facts, start: datetime | None, follows: str = "") -> Proposal:
    duration = _duration(clock, facts)
    unit = clock.unit if clock.duration else "clock_hours" if duration else "none"
    due_at, due_on = (None, None)
    if start is not None and duration:
        place = _place(clock, facts)
        due_at, due_on = due_of(duration, unit, start, zone=facts.zone, place=place)
        due_at, due_on = _bounded(clock, facts, start, due_at, due_on)
    return Proposal(
        clock=clock,
        id=clock.id,
        title=_title(clock),
        duty=_duty(clock, facts),
        trigger=clock.trigger,
        trigger_at=start,
        due_at=due_at,
        due_on=due_on,
        duration=duration,
        unit=unit,
        follows=follows or _before(clock),
        assumed=start is not None and _is_assumed(clock, facts),
        waits_for="" if start else _event_of(clock),
        note=_note(clock, duration),
    )


def _follow_up(clock: Clock, facts: Facts, start: datetime | None) -> Proposal:
    follow = clock.follow_up
    assert follow is not None
    due_at, due_on = (None, None)
    if start is not None:
        due_at, due_on = due_of(
            follow.duration, follow.unit, start, zone=facts.zone, place=_place(clock, facts)
        )
    return Proposal(
        clock=clock,
        id=f"{clock.id}-follow-up",
        title=f"{_title(clock)}: {follow.note}",
        duty=_duty(clock, facts),
        trigger="prior_report_submitted" if follow.from_report else clock.trigger,
        trigger_at=start,
        due_at=due_at,
        due_on=due_on,
        duration=follow.duration,
        unit=follow.unit,
        follows=clock.id,
        assumed=start is not None and not follow.from_report and _is_assumed(clock, facts),
        waits_for="" if start else (clock.id if follow.from_report else _event_of(clock)),
        note=follow.note,
    )


def _duration(clock: Clock, facts: Facts) -> str:
    """Give the law's duration; where it names none for telling the client, the contract's or our default."""
    if clock.duration:
        return clock.duration
    if clock.tells_the_controller and facts.contract_hours:
        return facts.contract_hours
    return clock.contract_default or ""


def _bounded(
    clock: Clock, facts: Facts, start: datetime, due_at: datetime, due_on: date | None
) -> tuple[datetime, date | None]:
    """Bring it forward to the backstop, unless the event came after that; then over a weekend where that is allowed."""
    if clock.backstop:
        duration, event = clock.backstop
        known = facts.events.get(event)
        latest = due_after(known, duration, "clock", facts.zone)[0] if known else None
        if latest is not None and start < latest:
            due_at = min(due_at, latest)
    if clock.rolls_over and facts.may_roll_over:
        return _rolled(due_at, facts), None
    return due_at, due_on


def _rolled(due_at: datetime, facts: Facts) -> datetime:
    """Move what falls on a weekend or holiday to noon of the next working day (Delegated Regulation 2025/301)."""
    # A due day ends at the midnight after it: that instant still belongs to the day before.
    day = (due_at.astimezone(UTC) - _INSTANT).astimezone(facts.zone).date()
    if is_business_day(day, facts.holiday_calendar):
        return due_at
    next_day = business_day_from(day, facts.holiday_calendar)
    return datetime.combine(next_day, NOON, facts.zone).astimezone(UTC)


def _place(clock: Clock, facts: Facts) -> str:
    return CALENDARS.get(clock.jurisdiction, facts.holiday_calendar)


def _year_end(found: datetime, zone: tzinfo) -> datetime:
    last = date(found.astimezone(zone).year, 12, 31)
    return end_of(last, zone) - _INSTANT


def _before(clock: Clock) -> str:
    """Give the report that this one waits for, where the rule names one."""
    if clock.trigger != "prior_report_submitted":
        return ""
    return next((known for known in by_id() if known in clock.trigger_detail), "")


def _event_of(clock: Clock) -> str:
    return _before(clock) or clock.trigger


def _title(clock: Clock) -> str:
    whom = " and ".join(part.replace("_", " ") for part in clock.notify[:2]) or "nobody: an assessment"
    return f"{clock.regime}: tell the {whom}" if clock.notify else f"{clock.regime}: finish the assessment"


def _note(clock: Clock, duration: str) -> str:
    if clock.duration or not duration:
        return clock.words
    return f"{clock.words}; {duration} by contract or by our default"


def _order(proposal: Proposal) -> tuple[int, float, str]:
    first = 0 if proposal.duty == OURS and proposal.clock.tells_the_controller else 1
    due = proposal.due_at.timestamp() if proposal.due_at else float("inf")
    return first, due, proposal.id
