"""Whether the clocks of laws and contracts ran for incidents with personal data, and ended in time (INC-08)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import NO, YES, Facts
from clients.posture.rules.finding import Finding, Mark, Result, does_not_apply
from clients.posture.rules.incidents.facts import BreachClock, Incident
from clients.posture.rules.incidents.response import (
    FAIL,
    NOT,
    OPEN,
    PASS,
    WARN,
    at,
    counted,
    judge_each,
    marked,
)

SUSPECTED = "suspected"
NOT_INVOLVED = "no incident that counts involved personal data"
RUNNING = "every incident with personal data has a clock that still runs, within its time"
#: What decides for an incident. A clock that still runs is no failure, and no proof either.
ORDER = (PASS, NOT, WARN, OPEN, FAIL)


def clocks(facts: Facts, now: datetime) -> Finding:
    """INC-08: every clock that applies was started, and ended with a notice or a decision in time.

    A client without personal data needs none, unless one of its incidents says otherwise.
    """
    involved = any(each.personal_data in (YES, SUSPECTED) for each in counted(facts, now))
    if facts.personal_data == NO and not involved:
        return does_not_apply("INC-08", "no personal data is processed for this client")

    def mark(incident: Incident) -> Mark:
        return _mark(incident, facts, now)

    return judge_each("INC-08", facts, now, mark, exempt=RUNNING if involved else NOT_INVOLVED)


def _mark(incident: Incident, facts: Facts, now: datetime) -> Mark:
    if incident.personal_data == NO and not incident.clocks:
        return marked(incident, NOT)
    found = [*_answers(incident), *(_clock(each, facts, now) for each in incident.clocks)]
    found = found or [(PASS, "")]
    result = max((each for each, _ in found), key=ORDER.index)
    return marked(incident, result, next(note for each, note in found if each is result))


def _answers(incident: Incident) -> Iterator[tuple[Result, str]]:
    if incident.personal_data == YES:
        decided = incident.no_clock_decided and not incident.clocks
        if incident.unstarted and not decided:
            yield FAIL, f"started no clock {incident.unstarted[0]}, and no decision says why"
    elif incident.personal_data != NO:
        yield OPEN, "does not say yet whether personal data is involved"


def _clock(clock: BreachClock, facts: Facts, now: datetime) -> tuple[Result, str]:
    title = f"“{clock.title}”"
    if clock.due_at is None:
        return (PASS, "") if clock.done_at else (OPEN, f"has no notice or decision yet for {title}")
    if (clock.done_at or now) > clock.due_at:
        what = "was late with a notice or decision" if clock.done_at else "has no notice or decision"
        return FAIL, f"{what} for {title}: it was due {at(facts, clock.due_at)}"
    if clock.done_at is not None:
        return PASS, ""
    if now >= clock.started_at + (clock.due_at - clock.started_at) * t.CLOCK_USED:
        return WARN, f"needs a notice or decision for {title} by {at(facts, clock.due_at)}"
    return NOT, ""
