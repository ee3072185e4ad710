"""What the page of the clocks of one incident shows: proposals, running ones, decided ones, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from incidents.response.breach_actions import told_by
from incidents.response.models import BreachClock, Incident
from incidents.response.notices.drafts import AUTHORITY, CLIENT, INDIVIDUALS
from incidents.response.rules import words
from incidents.response.rules.catalogue import Clock, clock_of
from incidents.response.rules.clocks import CLIENTS, Proposal
from incidents.response.rules.counting import HOURS
from portal.lib.dates import format_long

NO_TIME = "No fixed time: {}"


@dataclass(frozen=True)
class Rule:
    """What the law asks, and how well that is known."""

    recipients: str
    contents: tuple[str, ...]
    threshold: str
    exemptions: tuple[str, ...]
    late_rule: str
    citation: str
    source: str
    status: str
    verification: str


@dataclass(frozen=True)
class Proposed:
    """A clock that may apply, as the page says it."""

    id: str
    title: str
    whose: str
    authority: str
    time: str
    trigger: str
    due: str
    waiting: str
    note: str
    assumption: str
    rule: Rule


@dataclass(frozen=True)
class Shown:
    """A clock that was started, as the page says it. late: it is late, or was."""

    clock: BreachClock
    whose: str
    time: str
    note: str
    trigger: str
    due: str
    state: str
    words: str
    rule: Rule | None
    audience: str


def proposed(proposal: Proposal, zone: ZoneInfo) -> Proposed:
    """Say a proposal in words."""
    return Proposed(
        id=proposal.id,
        title=proposal.title,
        whose="The client’s own" if proposal.duty == CLIENTS else "Ours",
        authority=proposal.clock.authority,
        time=proposal.words,
        trigger=instant_words(proposal.trigger_at, zone) if proposal.trigger_at else "",
        due=due_words(proposal.due_at, proposal.unit, proposal.clock.words, zone),
        waiting=words.waiting(proposal.waits_for),
        note=proposal.note,
        assumption=proposal.assumption,
        rule=rule_of(proposal.clock),
    )


def shown(clock: BreachClock, zone: ZoneInfo, now: datetime) -> Shown:
    """Say a started clock in words: what it is counted from, when it is due, what became of it."""
    rule = clock_of(clock.clock)
    state, said = _fate(clock, zone, now)
    return Shown(
        clock=clock,
        whose=clock.get_duty_display(),
        time=words.limit(clock.duration, clock.unit, clock.trigger, clock.terms, clock.basis),
        note=clock.terms if clock.duration else "",
        trigger=instant_words(clock.trigger_at, zone),
        due=due_words(clock.due_at, clock.unit, clock.terms, zone),
        state=state,
        words=said,
        rule=rule_of(rule) if rule else None,
        audience=_audience(rule),
    )


def clocks_of(incident: Incident) -> list[BreachClock]:
    """List the started clocks: running ones first, of them our duty to tell the client, then by due instant."""
    rows = BreachClock.objects.filter(incident=incident).select_related("decided_by")
    return sorted(
        rows,
        key=lambda row: (
            bool(row.outcome),
            not told_by(row),
            row.due_at is None,
            row.due_at or row.trigger_at,
            row.pk,
        ),
    )


def due_words(due_at: datetime | None, unit: str, terms: str, zone: ZoneInfo) -> str:
    """Say when it is due in its own unit: an instant for hours, the end of a day for days, months, business days."""
    if due_at is None:
        return NO_TIME.format(terms.partition(";")[0].strip() or "none is named")
    local = due_at.astimezone(zone)
    if unit != HOURS and (local.hour, local.minute) == (0, 0):
        return f"End of {format_long((local - timedelta(microseconds=1)).date())} ({zone.key})"
    return instant_words(due_at, zone)


def instant_words(at: datetime, zone: ZoneInfo) -> str:
    """Say an instant with its day, year and zone."""
    local = at.astimezone(zone)
    return f"{format_long(local.date())}, {local:%H:%M} ({zone.key})"


def rule_of(clock: Clock) -> Rule:
    """Say what the law asks."""
    return Rule(
        recipients=words.recipients(clock.notify),
        contents=clock.content,
        threshold=clock.threshold,
        exemptions=clock.exemptions,
        late_rule=clock.late_rule,
        citation=clock.citation,
        source=clock.source,
        status=words.status(clock.status),
        verification=clock.verification,
    )


def _fate(clock: BreachClock, zone: ZoneInfo, now: datetime) -> tuple[str, str]:
    if clock.outcome == BreachClock.Outcome.NOT_NOTIFIED:
        return "idle", "Decided not to notify"
    if clock.outcome == BreachClock.Outcome.NOTIFIED:
        assert clock.notified_at is not None
        late = clock.due_at is not None and clock.notified_at > clock.due_at
        said = f"Notified {instant_words(clock.notified_at, zone)}"
        return ("late", f"{said}, late") if late else ("ok", said)
    if clock.due_at is not None and clock.due_at < now:
        return "late", "Running, late"
    return "wait", "Running"


def _audience(rule: Clock | None) -> str:
    """Whom the notice of a clock is drafted for."""
    if rule is None:
        return AUTHORITY
    if rule.tells_the_controller:
        return CLIENT
    return INDIVIDUALS if rule.notify[:1] == ("affected_individuals",) else AUTHORITY
