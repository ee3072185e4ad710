"""What the rules of the clocks ask, read from the record of an incident and from the clocks that were started."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from clients.engagements.models import SupportScope
from incidents.response.models import BreachClock, Incident, TimelineEntry
from incidents.response.rules.catalogue import Clock, clock_of, clocks, jurisdictions, sectors, trigger_events
from incidents.response.rules.clocks import (
    BOTH,
    CLIENT_AWARENESS,
    HANDLED,
    KNOWING,
    NEVER_ROLLS,
    UNKNOWN,
    YEAR_END,
    Facts,
    Proposal,
    propose,
)

#: Which instant of the record an event of the rules is.
OF_THE_RECORD = {"awareness": "aware_at", "discovery": "detected_at"}
#: The words in front of the entry that says since when the client knows. The latest such entry counts.
CLIENT_AWARE = "Client aware."
#: Instants that follow from others and are read from the record each time.
FOLLOWS = (*KNOWING, YEAR_END)


def facts_of(
    incident: Incident,
    started: Sequence[BreachClock],
    *,
    sectors: Iterable[str] = (),
    switched_on: Iterable[str] = (),
    cases: Iterable[str] = (),
    events: Mapping[str, datetime] | None = None,
) -> Facts:
    """Gather what the rules ask. Two queries. What was started tells what was chosen then: it is not stored again."""
    rules = [clock for row in started if (clock := clock_of(row.clock)) is not None]
    regimes = {clock.regime for clock in rules if not clock.is_settled}
    role = BOTH if incident.our_role == Incident.OurRole.BOTH else incident.our_role
    hours, where = agreed_notice(incident)
    return Facts(
        jurisdictions=frozenset(incident.jurisdictions),
        role=role,
        events={**_events(incident, started), **(events or {})},
        zone=ZoneInfo(incident.client.time_zone),
        holiday_calendar=incident.client.holiday_calendar,
        sectors=frozenset(sectors) | {clock.when.sector for clock in rules},
        personal_data=incident.personal_data,
        high_risk=incident.high_risk,
        persons=incident.people_affected,
        contract_hours=hours,
        contract_source=where,
        switched_on=frozenset(switched_on)
        | {clock.id for clock in clocks() if not clock.is_settled and clock.regime in regimes},
        cases=frozenset(cases) | _cases(started),
        reports={row.clock: row.notified_at for row in started if row.notified_at},
    )


def agreed_notice(incident: Incident) -> tuple[str, str]:
    """Within what time the contract has us tell the client (ISO 8601, or ""), and where that is agreed. One query.

    It holds also before support begins and after it has ended: who still holds data still has to tell.
    """
    scope = SupportScope.objects.for_client(incident.client).first()
    if scope is None or not scope.breach_notice_hours:
        return "", ""
    return f"PT{scope.breach_notice_hours}H", scope.breach_notice_source


def counted_anew(
    incident: Incident, started: Sequence[BreachClock], only: BreachClock | None = None
) -> Iterator[tuple[BreachClock, Proposal]]:
    """Give each running clock that is no longer as the record and the agreement say, with what it is counted as now.

    only: this clock is counted from the instant that it holds itself.
    """
    facts = facts_of(incident, started)
    counted = {
        duty: {each.id: each for each in propose(_widened(facts, role))}
        for duty, role in ((BreachClock.Duty.OURS, "controller"), (BreachClock.Duty.CLIENTS, "processor"))
    }
    for row in started:
        if row.outcome or (only is None and not _follows(row)) or (only is not None and row.pk != only.pk):
            continue
        proposal = counted[_side(row)].get(row.clock)
        if proposal is None or proposal.trigger_at is None:
            continue
        if only is not None or proposal.trigger_at != row.trigger_at or is_agreed_anew(row, proposal):
            yield row, proposal


def is_agreed_anew(row: BreachClock, proposal: Proposal) -> bool:
    """Whether the contract gives our duty to tell the client another time than the clock was started with."""
    asks_the_contract = row.basis != BreachClock.Basis.LAW or proposal.basis != BreachClock.Basis.LAW
    return asks_the_contract and (row.basis, row.duration) != (proposal.basis, proposal.duration)


def _follows(row: BreachClock) -> bool:
    """Whether its instant is the record's. Credible grounds are the clock's own unless the client's knowing counts."""
    if row.trigger == "credible_grounds":
        return row.duty == BreachClock.Duty.CLIENTS
    return row.trigger in FOLLOWS


def _side(row: BreachClock) -> BreachClock.Duty:
    """A processor's duty is proposed to processors only, whoever's it is."""
    clock = clock_of(row.clock)
    processors = clock is not None and clock.tells_the_controller
    return BreachClock.Duty.CLIENTS if processors else BreachClock.Duty(row.duty)


def _widened(facts: Facts, role: str) -> Facts:
    """Rule nothing out: what was started is counted on, also where its conditions no longer hold."""
    return replace(
        facts,
        role=role,
        jurisdictions=frozenset(jurisdictions()),
        sectors=facts.sectors | (frozenset(sectors()) - {NEVER_ROLLS}),
        switched_on=frozenset(clock.id for clock in clocks()),
        personal_data=UNKNOWN,
        high_risk=UNKNOWN,
        persons=None,
        events={name: at for name, at in facts.events.items() if name != HANDLED},
    )


def _events(incident: Incident, started: Sequence[BreachClock]) -> dict[str, datetime]:
    """The instants of the record, and those that only a clock holds."""
    known = {event: getattr(incident, name) for event, name in OF_THE_RECORD.items()}
    known[HANDLED] = incident.resolved_at
    known[CLIENT_AWARENESS] = client_aware_at(incident)
    names = trigger_events()
    for row in started:
        own = row.trigger not in FOLLOWS or (row.trigger == "credible_grounds" and row.duty == "ours")
        if own and row.trigger in names and row.trigger != "prior_report_submitted":
            known[row.trigger] = row.trigger_at
    return {name: at for name, at in known.items() if at is not None}


def client_aware_at(incident: Incident) -> datetime | None:
    """Since when the client has known, as far as it is recorded."""
    entries = TimelineEntry.objects.filter(incident=incident, lead_in=CLIENT_AWARE)
    at: datetime | None = entries.order_by("-pk").values_list("at", flat=True).first()
    return at


def _cases(started: Sequence[BreachClock]) -> frozenset[str]:
    """The cases that were chosen when a clock was started, by the time that it got."""
    found = set()
    for row in started:
        clock: Clock | None = clock_of(row.clock)
        for variant in clock.variants if clock else ():
            if (variant.duration, variant.unit) == (row.duration, row.unit):
                found.add(variant.id)
    return frozenset(found)
