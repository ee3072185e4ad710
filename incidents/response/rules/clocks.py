"""Which clocks of the law may apply to an incident, and when each is due. Proposals: a person decides on each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from incidents.response.rules import words
from incidents.response.rules.catalogue import (
    CONTRACT,
    CONTRACTUAL,
    CONTROLLER,
    FOLLOW_UP,
    GENERAL,
    LAW,
    PROCESSOR,
    REPORT,
    TARGET,
    Clock,
    FollowUp,
    clocks,
    places,
    trigger_events,
)
from incidents.response.rules.counting import (
    CALENDARS,
    HOURS,
    NONE,
    at_the_latest,
    due_of,
    rolled,
    year_end,
)
from portal.deadlines.rules.durations import parse

OURS, CLIENTS = "ours", "clients"
#: Our role where the incident touches data of both kinds; PROCESSOR and CONTROLLER are the others.
BOTH = "controller_and_processor"
#: The client is aware at the latest when it is told; until that is recorded its clocks are counted from our knowing.
CLIENT_AWARENESS = "client_awareness"
#: What one knows of an incident: the client's own clocks start when the client knows, not when we do.
KNOWING = ("awareness", "discovery", "credible_grounds")
YEAR_END, HANDLED = "calendar_year_end", "handled"
YES, NO, UNKNOWN = "yes", "no", "unknown"
#: These are never allowed to move an initial or intermediate report off a weekend (Delegated Regulation 2025/301).
NEVER_ROLLS = "essential_or_important_entity"


@dataclass(frozen=True)
class Facts:
    """What is known of an incident. `role` is ours. Raises ValueError in words for an instant without its zone.

    events: instants by the names of trigger_events. reports: when the report of a clock went out, by its id.
    personal_data and high_risk: yes, suspected, no or unknown; only "no" rules a clock out. persons: how many people,
    None while nobody knows. zone: in which days are counted. switched_on: ids of unsettled clocks that are wanted.
    contract_hours: within what time the contract has us tell the client, ISO 8601; contract_source: where that is
    agreed, in words. cases: ids of variants that hold.
    may_roll_over: the client is none of those whose first reports must not move off a weekend.
    """

    jurisdictions: frozenset[str]
    role: str
    events: Mapping[str, datetime]
    zone: tzinfo = UTC
    holiday_calendar: str = "GB-ENG"
    sectors: frozenset[str] = frozenset()
    personal_data: str = UNKNOWN
    high_risk: str = UNKNOWN
    persons: int | None = None
    contract_hours: str = ""
    contract_source: str = ""
    switched_on: frozenset[str] = frozenset()
    may_roll_over: bool = False
    cases: frozenset[str] = frozenset()
    reports: Mapping[str, datetime] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, at in (*self.events.items(), *self.reports.items()):
            if at.utcoffset() is None:
                raise ValueError(
                    f"The instant of “{name}” needs its time zone, such as 2026-11-19T10:30+00:00."
                )
        if unknown := sorted(set(self.events) - set(trigger_events())):
            raise ValueError(f"“{unknown[0]}” is not an event that starts clocks.")


@dataclass(frozen=True)
class Proposal:
    """A clock that may apply. due_at None: it waits for its event (`waits_for`), or the law names no time.

    due_on: where whole days count. follows: the id of the report before it in its chain. waits_for: the event, or the
    id whose report starts it. assumption: a sentence, where it is counted from another instant than its own. basis:
    what its time comes from.
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
    assumption: str = ""
    waits_for: str = ""
    note: str = ""
    basis: str = LAW

    @property
    def assumed(self) -> bool:
        """Whether it is counted from another instant than its own, which is not recorded."""
        return bool(self.assumption)

    @property
    def words(self) -> str:
        """Its time as people say it: "72 hours from awareness"."""
        return words.limit(self.duration, self.unit, self.trigger, self.clock.words, self.basis)


class _Start(NamedTuple):
    at: datetime | None
    assumption: str = ""


class _Limit(NamedTuple):
    duration: str
    unit: str
    note: str
    basis: str = LAW


def propose(facts: Facts) -> list[Proposal]:
    """List the clocks that may apply: our duty to tell the client first, then by due instant, without one last."""
    found = [proposal for clock in clocks() if applies(clock, facts) for proposal in _proposals(clock, facts)]
    return sorted(found, key=_order)


def applies(clock: Clock, facts: Facts) -> bool:
    """Tell whether a clock may apply: what is unknown does not rule it out."""
    when = clock.when
    return (
        (clock.is_settled or clock.id in facts.switched_on)
        and _reaches(clock.jurisdiction, facts.jurisdictions)
        and (when.sector == GENERAL or when.sector in facts.sectors)
        and not (when.role == PROCESSOR and facts.role == CONTROLLER)
        and not (when.personal_data and facts.personal_data == NO)
        and _within_limits(clock, facts)
    )


def chained(clock_id: str, *, reported_at: datetime, facts: Facts) -> list[Proposal]:
    """List what the report of one clock starts: the next stage of its regime, or its own second report.

    What waits for another event is left out, and what ran already from the first trigger: propose() lists both.
    """
    known = replace(facts, reports={**facts.reports, clock_id: reported_at})
    return [
        proposal
        for proposal in propose(known)
        if proposal.follows == clock_id
        and proposal.trigger_at is not None
        and (proposal.trigger == REPORT or proposal.trigger != proposal.clock.trigger)
    ]


def _reaches(jurisdiction: str, chosen: frozenset[str]) -> bool:
    """Whether a law reaches the places chosen: a country's law holds in its parts, a contract everywhere."""
    parts = any(place.startswith(f"{jurisdiction}-") for place in chosen)
    return jurisdiction == CONTRACTUAL or jurisdiction in chosen or parts


def _within_limits(clock: Clock, facts: Facts) -> bool:
    when = clock.when
    enough = when.persons_from is None or facts.persons is None or facts.persons >= when.persons_from
    few = when.persons_below is None or facts.persons is None or facts.persons < when.persons_below
    risky = not when.high_risk or facts.high_risk != NO
    if when.either:
        return enough or risky
    return enough and few and risky


def _proposals(clock: Clock, facts: Facts) -> Iterator[Proposal]:
    first = _first(clock, facts)
    yield first
    follow = clock.follow_up
    if follow and not _was_the_last(first, follow, facts):
        yield _second(first, follow, facts)


def _duty(clock: Clock, facts: Facts) -> str:
    """Whose it is. With both roles it is ours, from our own knowing: the client's cannot end earlier."""
    return CLIENTS if facts.role == PROCESSOR and clock.when.role != PROCESSOR else OURS


def _happened(event: str, duty: str, facts: Facts) -> _Start:
    """Find the instant that starts a clock of somebody's, and say where another one stands for it."""
    events = facts.events
    if event == YEAR_END and event not in events:
        found = _happened("discovery", duty, facts)
        return _Start(year_end(found.at, facts.zone), found.assumption) if found.at else found
    if event not in KNOWING:
        return _Start(events.get(event))
    if duty == CLIENTS and CLIENT_AWARENESS in events:
        return _Start(events[CLIENT_AWARENESS])
    missing = event if event not in events and event != "awareness" else ""
    at = events.get(event) or events.get("awareness")
    if at is None:
        return _Start(None)
    said = (
        [f"Counted from awareness: the instant of {words.STARTS[missing]} is not recorded."]
        if missing
        else []
    )
    if duty == CLIENTS:
        said.append("Counted from when we knew: when the client did is not recorded.")
    return _Start(at, " ".join(said))


def _start(clock: Clock, duty: str, facts: Facts) -> _Start:
    if clock.after:
        return _Start(facts.reports.get(clock.after) or facts.events.get(REPORT))
    return _happened(clock.trigger, duty, facts)


def _first(clock: Clock, facts: Facts) -> Proposal:
    duty = _duty(clock, facts)
    start, limit = _start(clock, duty, facts), _limit(clock, facts)
    notes = [limit.note]
    due_at, due_on = None, None
    if start.at is not None and limit.duration:
        due_at, due_on = due_of(
            limit.duration, limit.unit, start.at, zone=facts.zone, place=_place(clock, facts)
        )
        bounded, latest_words = _bounded(clock, facts, start.at, due_at)
        moved, moved_words = _moved(clock, facts, bounded)
        due_at, due_on = moved, due_on if moved == due_at else None
        notes += [latest_words, moved_words]
    if facts.role not in (CONTROLLER, PROCESSOR) and clock.when.role == CONTROLLER:
        notes.append("the client runs the same clock for the data that it controls")
    return Proposal(
        clock=clock,
        id=clock.id,
        title=words.title(clock),
        duty=duty,
        trigger=clock.trigger,
        trigger_at=start.at,
        due_at=due_at,
        due_on=due_on,
        duration=limit.duration,
        unit=limit.unit,
        follows=clock.after,
        assumption=start.assumption,
        waits_for="" if start.at else clock.after or clock.trigger,
        note="; ".join(each for each in notes if each),
        basis=limit.basis,
    )


def _second(first: Proposal, follow: FollowUp, facts: Facts) -> Proposal:
    clock, trigger = first.clock, follow.event or first.trigger
    start = (
        _happened(trigger, first.duty, facts) if follow.event else _Start(first.trigger_at, first.assumption)
    )
    due_at, due_on = None, None
    if start.at is not None:
        place = _place(clock, facts)
        due_at, due_on = due_of(follow.duration, follow.unit, start.at, zone=facts.zone, place=place)
    return Proposal(
        clock=clock,
        id=clock.id + FOLLOW_UP,
        title=f"{first.title}: {follow.note}",
        duty=first.duty,
        trigger=trigger,
        trigger_at=start.at,
        due_at=due_at,
        due_on=due_on,
        duration=follow.duration,
        unit=follow.unit,
        follows=clock.id,
        assumption=start.assumption,
        waits_for="" if start.at else trigger,
        note=follow.note,
    )


def _was_the_last(first: Proposal, follow: FollowUp, facts: Facts) -> bool:
    """Whether the first report could say all: the incident was handled before it went out, or before it is due."""
    over = facts.events.get(HANDLED) if follow.event == HANDLED else None
    sent = facts.reports.get(first.id) or first.due_at
    return over is not None and (sent is None or over <= sent)


def _limit(clock: Clock, facts: Facts) -> _Limit:
    """Choose the time: the law's, of a chosen case, or the contract's where we tell the client and it is shorter."""
    cases = [each for each in clock.variants if each.id in facts.cases]
    found = [_Limit(each.duration, each.unit, f"{clock.words}; {each.case}") for each in cases]
    if not found and clock.duration:
        others = [f"{words.length(each.duration, each.unit)}: {each.case}" for each in clock.variants]
        found = [_Limit(clock.duration, clock.unit, "; ".join([clock.words, *others]).strip("; "))]
    if clock.tells_the_controller and facts.contract_hours:
        where = f": {facts.contract_source}" if facts.contract_source else ""
        note = f"{words.length(facts.contract_hours, HOURS)} by contract{where}"
        found.append(_Limit(facts.contract_hours, HOURS, f"{clock.words}; {note}".strip("; "), CONTRACT))
    elif clock.tells_the_controller and not found and clock.contract_default:
        note = (
            f"{words.length(clock.contract_default, HOURS)} are our own target, as no contract names a time"
        )
        found.append(_Limit(clock.contract_default, HOURS, f"{clock.words}; {note}".strip("; "), TARGET))
    if not found:
        return _Limit("", NONE, clock.words)
    return min(found, key=lambda limit: parse(limit.duration).approximate)


def _bounded(clock: Clock, facts: Facts, start: datetime, due_at: datetime) -> tuple[datetime, str]:
    """Bring it forward to its backstop, and say what is not known of that."""
    if not clock.backstop:
        return due_at, ""
    duration, event = clock.backstop
    known = _happened(event, _duty(clock, facts), facts)
    said = f"at the latest {words.limit(duration, HOURS, event)}"
    if known.at is None:
        return due_at, f"{said}, which is not recorded"
    latest = due_of(duration, HOURS, known.at, zone=facts.zone, place="")[0]
    return at_the_latest(due_at, start, latest), said


def _moved(clock: Clock, facts: Facts, due_at: datetime) -> tuple[datetime, str]:
    """Move it off a weekend or holiday where that is allowed; else say until when it might be."""
    if not clock.rolls_over or (clock.rolls_over_if_allowed and NEVER_ROLLS in facts.sectors):
        return due_at, ""
    moved = rolled(due_at, zone=facts.zone, place=facts.holiday_calendar)
    if moved == due_at or facts.may_roll_over or not clock.rolls_over_if_allowed:
        return moved, ""
    local = moved.astimezone(facts.zone)
    return due_at, f"may move to noon of {local.day} {local:%B %Y} unless the exemption holds"


def _place(clock: Clock, facts: Facts) -> str:
    return CALENDARS.get(clock.jurisdiction, facts.holiday_calendar)


def _order(proposal: Proposal) -> tuple[int, float, int, str]:
    first = 0 if proposal.duty == OURS and proposal.clock.tells_the_controller else 1
    due = proposal.due_at.timestamp() if proposal.due_at else float("inf")
    return first, due, places()[proposal.clock.id], proposal.id
