"""The clocks of the law on an incident: proposed, started, ended by a notice or by a reasoned decision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from incidents.response.actions import record_instant
from incidents.response.breach_facts import (
    CLIENT_AWARE,
    OF_THE_RECORD,
    counted_anew,
    facts_of,
    is_agreed_anew,
)
from incidents.response.changing import changing, write_entry
from incidents.response.kinds import NOTICE
from incidents.response.models import BreachClock, Incident, TimelineEntry
from incidents.response.obligations import duty_of
from incidents.response.rules.catalogue import REPORT, clock_of
from incidents.response.rules.clocks import KNOWING, Proposal, chained, propose
from incidents.response.rules.phases import NO_CLOCK
from portal.deadlines import actions as deadlines
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.lib.dates import format_instant
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User

CALENDARS = {
    "clock_hours": "clock",
    "calendar_days": "days",
    "calendar_months": "months",
    "business_days": "business",
}
Outcome, Duty = BreachClock.Outcome, BreachClock.Duty


@dataclass(frozen=True)
class Choices:
    """What somebody chose beside the record: kinds of organisation, unsettled laws, cases, further instants."""

    sectors: frozenset[str] = frozenset()
    switched_on: frozenset[str] = frozenset()
    cases: frozenset[str] = frozenset()
    events: Mapping[str, datetime] = field(default_factory=dict)


NOTHING = Choices()


def proposals_for(incident: Incident, choices: Choices = NOTHING) -> list[Proposal]:
    """List the clocks that may apply as the record stands and that were not started. Two queries."""
    rows = list(BreachClock.objects.filter(incident=incident))
    started = {row.clock for row in rows}
    facts = facts_of(
        incident,
        rows,
        sectors=choices.sectors,
        switched_on=choices.switched_on,
        cases=choices.cases,
        events=choices.events,
    )
    return [proposal for proposal in propose(facts) if proposal.id not in started]


def start_clocks(
    incident: Incident, chosen: Iterable[str], choices: Choices = NOTHING, *, by: User, now: datetime
) -> list[BreachClock]:
    """Start the proposed clocks of these ids; one that was started is left alone.

    Raises Refused when nothing was chosen, for what is not proposed, and for a clock that waits for its event.
    """
    wanted = list(dict.fromkeys(chosen))
    if not wanted:
        raise Refused("Choose at least one clock, or record that none applies.")
    if any(at > now for at in choices.events.values()):
        raise Refused("Enter an instant that has passed.")
    with changing(incident, "incident.start_clocks", by=by, now=now) as row:
        held = set(BreachClock.objects.filter(incident=row).values_list("clock", flat=True))
        offered = {proposal.id: proposal for proposal in proposals_for(row, choices)}
        if any(each not in offered and each not in held for each in wanted):
            raise Refused(
                "The record has changed: one of these clocks is not proposed any more. Choose again."
            )
        started = [_start(row, offered[each]) for each in wanted if each in offered]
        if started:
            names = "; ".join(clock.title for clock in started)[:4000]
            write_entry(row, "Clocks started.", names, at=now, by=by, kind=TimelineEntry.Kind.DECISION)
    return started


def record_no_clock(incident: Incident, *, by: User, now: datetime, why: str) -> None:
    """Record the decision that no clock runs for this incident, with the reason."""
    if not why.strip():
        raise Refused("Enter why no clock runs. The reason is kept with the incident.")
    with changing(incident, "incident.no_clock", by=by, now=now) as row:
        if BreachClock.objects.filter(incident=row).exists():
            raise Refused("A clock was started. Decide on it instead.")
        # The client sees that it was decided; why is a thought of the practice about the law: its people read it.
        kind = TimelineEntry.Kind.DECISION
        write_entry(row, "Why no clock runs.", why.strip(), at=now, by=by, kind=kind, internal=True)
        write_entry(row, NO_CLOCK, "Decided, with the reason on record.", at=now, by=by, kind=kind)


def record_notified(
    clock: BreachClock,
    *,
    by: User,
    now: datetime,
    at: datetime,
    reference: str = "",
    late_reason: str = "",
    client_awareness: datetime | None = None,
) -> list[BreachClock]:
    """Record that the notice went out: the clock ends at `at`, and the next report of its chain starts. Gives those.

    client_awareness: when the client knew of it by itself, where this told the client; else it knows from `at` on.
    Raises Refused for an instant to come or before the start, for a decided clock, and for a late notice without the
    reasons for the delay.
    """
    if at > now or (client_awareness and client_awareness > now):
        raise Refused("Enter an instant that has passed.")
    with changing(clock.incident, "incident.notify", by=by, now=now) as row:
        return close_by_notice(
            row,
            clock,
            by=by,
            now=now,
            at=at,
            reference=reference,
            late_reason=late_reason,
            client_awareness=client_awareness,
        )


def close_by_notice(
    row: Incident,
    clock: BreachClock,
    *,
    by: User,
    now: datetime,
    at: datetime,
    reference: str = "",
    late_reason: str = "",
    client_awareness: datetime | None = None,
) -> list[BreachClock]:
    """End a clock inside a change of its incident that is under way. As `record_notified`."""
    held = _held(clock)
    if at < held.trigger_at:
        raise Refused("It cannot have been sent before the clock started.")
    late = held.due_at is not None and at > held.due_at
    if late and not late_reason.strip():
        raise Refused("It was sent late: enter the reasons for the delay, as the notice must carry them.")
    held.outcome, held.notified_at = Outcome.NOTIFIED, at
    held.reference, held.late_reason = reference.strip(), late_reason.strip() if late else ""
    _decide(held, by, now)
    words = f"{held.title}." + (f" Reference {held.reference}." if held.reference else "")
    write_entry(row, "Notified.", words, at=at, by=by, kind=TimelineEntry.Kind.NOTICE)
    _end_deadline(row, held, by=by, at=at, why="notified")
    if told_by(held):
        _note_awareness(row, client_awareness or at, given=client_awareness is not None, by=by)
    return _start_next(row, held, at)


def decide_not_to_notify(clock: BreachClock, *, by: User, now: datetime, why: str) -> None:
    """Record the decision not to notify, with its reason; the clock ends, and stays to be seen."""
    if not why.strip():
        raise Refused("Enter why nobody is notified. The reason is kept.")
    with changing(clock.incident, "incident.decide_not_to_notify", by=by, now=now, why=why) as row:
        held = _held(clock)
        held.outcome, held.reason = Outcome.NOT_NOTIFIED, why.strip()
        _decide(held, by, now)
        kind = TimelineEntry.Kind.DECISION
        write_entry(row, "Decided not to notify.", f"{held.title}.", at=now, by=by, kind=kind)
        _end_deadline(row, held, by=by, at=now, why="decided not to notify")


def correct_trigger(clock: BreachClock, at: datetime, *, by: User, now: datetime, why: str) -> None:
    """Correct the instant from which a running clock is counted, with the reason; its due instant moves with it.

    An instant that the incident's record holds is corrected there, so that everything counted from it follows.
    """
    if not why.strip():
        raise Refused("Enter why the instant is corrected. The reason is kept.")
    if at > now:
        raise Refused("Enter an instant that has passed.")
    if clock.outcome:
        raise Refused("This clock was decided on. Its instants stay as they were.")
    if clock.trigger == REPORT:
        raise Refused("It is counted from the report before it, which was recorded as sent.")
    if clock.duty == Duty.CLIENTS and clock.trigger in KNOWING:
        record_client_awareness(clock.incident, at, by=by, now=now, why=why)
    elif clock.trigger in OF_THE_RECORD:
        record_instant(clock.incident, OF_THE_RECORD[clock.trigger], at, by=by, now=now, why=why)
    else:
        with changing(clock.incident, "incident.correct_clock", by=by, now=now) as row:
            held = _held(clock)
            _move(held, row, at)
            write_entry(row, "Clock corrected.", f"{held.title}. {why}", at=now, by=by, internal=True)


def record_client_awareness(
    incident: Incident, at: datetime, *, by: User, now: datetime, why: str = ""
) -> None:
    """Record since when the client has known: its own clocks are counted from then."""
    if at > now:
        raise Refused("Enter an instant that has passed.")
    with changing(incident, "incident.client_aware", by=by, now=now, why=why) as row:
        _note_awareness(row, at, given=True, by=by)


def follow_record(row: Incident, by: User | None, now: datetime) -> None:
    """Bring running clocks and their deadlines to the instants of the record, with every change of an incident.

    A clock whose conditions no longer hold stays until somebody decides on it. One query for incidents without clocks.
    """
    rows = list(BreachClock.objects.filter(incident=row).order_by("pk"))
    running = [clock for clock in rows if not clock.outcome]
    if not running:
        return
    for clock, proposal in counted_anew(row, rows):
        if is_agreed_anew(clock, proposal):
            text = f"{clock.title}: {proposal.words}, as agreed now."
            write_entry(row, "Clock moved.", text, at=now, by=by, internal=True)
            clock.basis, clock.duration, clock.terms = proposal.basis, proposal.duration, _terms(proposal)
        clock.trigger_at, clock.due_at = proposal.trigger_at or clock.trigger_at, proposal.due_at
        clock.save(update_fields=["trigger_at", "due_at", "basis", "duration", "terms"])
    dated = [clock for clock in running if clock.due_at]
    duty = duty_of(row, now)
    owner = duty.of("privacy_lead")
    deadlines.keep(
        row.client,
        [_obligation(row, clock, owner, duty.behind(owner)) for clock in dated],
        subjects=[subject_of(clock, row) for clock in running],
        kinds=[NOTICE],
        by=by,
        now=now,
        why="the law names no time for it",
    )


def subject_of(clock: BreachClock, incident: Incident) -> Subject:
    """Give a clock as the subject of its deadline; the name leads to its incident."""
    return Subject("response.breachclock", str(clock.pk), f"{incident.reference}: {clock.title}"[:200])


def _obligation(row: Incident, clock: BreachClock, owner: User | None, backup: User | None) -> Obligation:
    drill = "Drill: " if row.drill else ""
    return Obligation(
        kind=NOTICE,
        subject=subject_of(clock, row),
        title=f"{drill}{clock.title}"[:200],
        note=row.title,
        due=Due(at=clock.due_at, calendar=CALENDARS.get(clock.unit, "clock"), duration=clock.duration),
        started_at=clock.trigger_at,
        owner=owner,
        backup_owner=backup,
        source=source_of(clock),
        internal=row.drill,
    )


def source_of(clock: BreachClock) -> str:
    """Say what the time of a clock comes from: the law's citation, and the contract or our target where one counts."""
    if clock.basis == BreachClock.Basis.LAW:
        return clock.citation[:200]
    law = clock_of(clock.clock)
    agreed = clock.terms.removeprefix(f"{law.words}; " if law else "")
    return f"{agreed[:1].upper()}{agreed[1:]}. {clock.citation}"[:200]


def _start(row: Incident, proposal: Proposal, follows: BreachClock | None = None) -> BreachClock:
    if proposal.trigger_at is None:
        raise Refused(f"“{proposal.title}” waits: record the instant that starts it first.")
    started: BreachClock = BreachClock.objects.create(
        practice_id=row.practice_id,
        client=row.client,
        internal=row.drill,
        incident=row,
        clock=proposal.id,
        follows=follows,
        duty=proposal.duty,
        title=proposal.title[:160],
        authority=proposal.clock.authority[:200],
        citation=proposal.clock.citation[:300],
        trigger=proposal.trigger,
        trigger_at=proposal.trigger_at,
        due_at=proposal.due_at,
        duration=proposal.duration,
        unit=proposal.unit,
        basis=proposal.basis,
        terms=_terms(proposal),
    )
    return started


def _terms(proposal: Proposal) -> str:
    return (proposal.note or proposal.clock.words)[:500]


def _start_next(row: Incident, held: BreachClock, at: datetime) -> list[BreachClock]:
    rows = list(BreachClock.objects.filter(incident=row))
    started = {each.clock for each in rows}
    following = chained(held.clock, reported_at=at, facts=facts_of(row, rows))
    return [_start(row, proposal, held) for proposal in following if proposal.id not in started]


def _move(held: BreachClock, row: Incident, at: datetime) -> None:
    """Count one clock from another instant, which only it holds."""
    rows = list(BreachClock.objects.filter(incident=row))
    for each in rows:
        if each.pk == held.pk:
            each.trigger_at = at
    found = [proposal for clock, proposal in counted_anew(row, rows, held) if clock.pk == held.pk]
    held.trigger_at = at
    if found:
        held.due_at = found[0].due_at
    held.save(update_fields=["trigger_at", "due_at"])


def _held(clock: BreachClock) -> BreachClock:
    """Load and lock a clock that nobody has decided on."""
    held: BreachClock = BreachClock.objects.select_for_update().get(pk=clock.pk)
    if held.outcome:
        raise Refused(f"It was decided already: {held.get_outcome_display().lower()}.")
    return held


def _decide(held: BreachClock, by: User, now: datetime) -> None:
    held.decided_at, held.decided_by = now, by
    held.save()


def _end_deadline(row: Incident, held: BreachClock, *, by: User, at: datetime, why: str) -> None:
    """Meet it at the instant of the notice, also where the record of it came later than the due instant."""
    ended = deadlines.meet_deadline(row.client, NOTICE, subject_of(held, row), by=by, at=at, why=why)
    if ended is not None:
        deadlines.correct_ended(ended, due_at=ended.due_at, ended_at=at)


def told_by(held: BreachClock) -> bool:
    """Whether the notice of a clock is ours to the client: it knows from then on."""
    clock = clock_of(held.clock)
    return held.duty == Duty.OURS and clock is not None and clock.tells_the_controller


def _note_awareness(row: Incident, at: datetime, *, given: bool, by: User) -> None:
    """Keep since when the client knows, as an entry: the latest counts. Telling twice does not move it."""
    entries = TimelineEntry.objects.filter(incident=row, lead_in=CLIENT_AWARE)
    if not given and entries.exists():
        return
    known = format_instant(at, ZoneInfo(row.client.time_zone))
    text = f"The client has known of it since {known}; its own clocks are counted from then."
    write_entry(row, CLIENT_AWARE, text, at=at, by=by)
