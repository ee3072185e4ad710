"""How incidents were answered and told of: the plan, the first response, updates, the five phases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import Facts, Support
from clients.posture.rules.finding import Finding, Mark, Result, does_not_apply, judge, nothing
from clients.posture.rules.incidents.facts import Incident, ResponsePlan, Stretch, Told
from portal.lib.dates import format_table

FAIL, WARN, PASS, OPEN, NOT = (
    Result.FAIL,
    Result.WARN,
    Result.PASS,
    Result.UNKNOWN,
    Result.NOT_APPLICABLE,
)
NOT_KEPT = "incidents are kept in no register here"
#: Which incidents count, said wherever they do.
WINDOW = "Counted: open, or closed in the last 12 months."
NONE = "no incident is open or was closed in the last 12 months"
RUNNING = "no first response to an incident that counts was promised for a time, or is due yet"


def counted(facts: Facts, now: datetime) -> list[Incident]:
    """List the incidents that count: open ones, and those closed no longer than 12 months ago."""
    known = facts.responses.incidents if facts.responses else ()
    return [each for each in known if each.closed_at is None or each.closed_at >= now - t.INCIDENT_WINDOW]


def judge_each(
    control_id: str,
    facts: Facts,
    now: datetime,
    mark: Callable[[Incident], Mark],
    *,
    exempt: str,
) -> Finding:
    """Judge a control by every incident that counts. exempt: why none is concerned, where there are some."""
    if facts.responses is None:
        return nothing(control_id, NOT_KEPT)
    incidents = counted(facts, now)
    if not incidents:
        return does_not_apply(control_id, NONE)
    return windowed(judge(control_id, "incident", map(mark, incidents), exempt=exempt))


def windowed(finding: Finding) -> Finding:
    """Say which incidents were counted."""
    return replace(finding, words=f"{finding.words} {WINDOW}")


def marked(incident: Incident, result: Result, note: str = "") -> Mark:
    """Make the mark of an incident."""
    return Mark(result, incident.reference(note), incident.seen_on)


def at(facts: Facts, instant: datetime) -> str:
    """Say an instant where the client is: "17 Nov 2026, 17:00"."""
    local = instant.astimezone(facts.zone)
    return f"{format_table(local.date())}, {local:%H:%M}"


def response_plan(facts: Facts, now: datetime) -> Finding:
    """INC-01: whoever has support has an approved, complete plan, approved within 12 months and exercised once."""
    if facts.ended_on is not None:
        return does_not_apply("INC-01", "the work for this client has ended")
    if facts.support is not None and facts.support.tier == "none":
        return does_not_apply("INC-01", "the client has no ongoing support")
    if facts.responses is None:
        return nothing("INC-01", "response plans are kept in no register here")
    if facts.responses.plan is None:
        return nothing("INC-01", "no response plan is on record")
    return judge("INC-01", "response plan", [_plan_mark(facts.responses.plan, facts, now)])


def _plan_mark(plan: ResponsePlan, facts: Facts, now: datetime) -> Mark:
    if plan.approved_at is None:
        return Mark(FAIL, plan.reference("is not approved yet"), plan.seen_on)
    approved_on = facts.today(plan.approved_at)
    if plan.gaps:
        result, note = FAIL, f"names no {plan.gaps[0]}"
    elif now - plan.approved_at > t.PLAN_AGE:
        result, note = FAIL, f"was approved on {format_table(approved_on)}, more than 12 months ago"
    elif plan.exercised_on is None:
        result, note = WARN, "was never exercised"
    else:
        result, note = PASS, ""
    return Mark(result, plan.reference(note), approved_on)


def response_targets(facts: Facts, now: datetime) -> Finding:
    """INC-02: the agreement names its targets, and every incident got its first response within them."""
    support = facts.support
    incidents = counted(facts, now)
    marks = [_response_mark(each, facts, now) for each in incidents]
    if support is None:
        if not marks:
            return nothing("INC-02", "no support scope is on record")
        return windowed(judge("INC-02", "incident", marks, exempt=RUNNING))
    scope = _scope_mark(support, facts, now)
    if scope.result is FAIL:
        return judge("INC-02", "record" if marks else "support scope", [scope, *marks])
    if facts.responses is None:
        return nothing("INC-02", NOT_KEPT)
    if all(mark.result is NOT for mark in marks):
        finding = does_not_apply("INC-02", RUNNING if marks else NONE, [scope, *marks])
        return windowed(finding) if marks else finding
    return windowed(judge("INC-02", "record", [scope, *marks]))


def _scope_mark(support: Support, facts: Facts, now: datetime) -> Mark:
    today = facts.today(now)
    note = ""
    if support.tier == "none" and not support.warranty:
        note = "has neither ongoing support nor warranty terms"
    elif support.tier != "none" and support.ends_on and support.ends_on < today:
        note = f"ended on {format_table(support.ends_on)}"
    elif support.tier != "none" and support.without_target:
        note = f"names no response target for {support.without_target[0]}"
    return Mark(FAIL if note else PASS, support.reference(note), support.seen_on)


def _response_mark(incident: Incident, facts: Facts, now: datetime) -> Mark:
    promised = incident.response
    if promised is None:
        return _without_target(incident, facts.support)
    due = at(facts, promised.late_at or promised.due_at)
    if promised.is_late(now):
        what = "got its first response late" if promised.ended_at else "has no first response"
        return marked(incident, FAIL, f"{what}: it was due {due}")
    if promised.ended_at is not None:
        return marked(incident, PASS)
    if now >= promised.used(t.RESPONSE_USED):
        return marked(incident, WARN, f"needs its first response by {due}")
    return marked(incident, NOT)


def _without_target(incident: Incident, support: Support | None) -> Mark:
    """Tell an incident for which no time was promised from one of which nobody agreed anything."""
    if support is not None and (
        (support.tier == "none" and support.warranty) or incident.severity in support.untimed
    ):
        return marked(incident, NOT)
    return marked(incident, OPEN, "had no response target agreed")


def updates(facts: Facts, now: datetime) -> Finding:
    """INC-03: while a major incident lasted, the client heard on its channel, at the cadence of the severity."""

    def mark(incident: Incident) -> Mark:
        if all(each.every is None for each in incident.stretches):
            return marked(incident, NOT)
        heard = [each for each in incident.told if each.preferred is not False]
        late = late_updates(incident.stretches, heard, incident.resolved_at or now)
        note = _late_words(incident, late, now)
        if late > t.UPDATES_FORGIVEN:
            return marked(incident, FAIL, note)
        if any(each.preferred is None for each in incident.told):
            return marked(incident, OPEN, "was told of on a channel, but none was agreed as preferred")
        if late:
            return marked(incident, WARN, note)
        return marked(incident, PASS if incident.told or incident.resolved_at else NOT)

    return judge_each(
        "INC-03", facts, now, mark, exempt="no SEV1 or SEV2 incident that counts owes an update"
    )


def _late_words(incident: Incident, late: int, now: datetime) -> str:
    """Say what was late: the updates themselves, or only those on the channel that the client prefers."""
    if late_updates(incident.stretches, incident.told, incident.resolved_at or now) < late:
        times = "once" if late == 1 else f"{late} times"
        return f"was late with an update on the preferred channel {times}: others went elsewhere"
    return f"was late with {'an update' if late == 1 else f'{late} updates'}"


def late_updates(stretches: Sequence[Stretch], told: Iterable[Told], until: datetime) -> int:
    """Count the updates that did not come in time, from the first stretch to `until`.

    A silence of several cadences is as many late updates. With a new cadence the silence starts anew.
    """
    late = 0
    instants = sorted(each.at for each in told)
    ends = [*(each.from_at for each in stretches[1:]), until]
    for stretch, end in zip(stretches, ends, strict=True):
        if stretch.every is None:
            continue
        last = stretch.from_at
        for instant in (*(each for each in instants if stretch.from_at < each < end), end):
            late += _missed(instant - last, stretch.every)
            last = instant
    return late


def _missed(silence: timedelta, every: timedelta) -> int:
    return max(0, ceil(silence / every) - 1)


def phases(facts: Facts, now: datetime) -> Finding:
    """INC-07: a closed incident has all five phases; an open one shows where it stands, and moves."""

    def mark(incident: Incident) -> Mark:
        if incident.closed_at is not None:
            if not incident.phase:
                return marked(incident, PASS)
            lacks = f"is closed without {incident.phase.lower()}"
            return marked(incident, FAIL, f"{lacks}: {incident.missing[0]}" if incident.missing else lacks)
        last = incident.last_entry_at
        if incident.phase and (last is None or now - last >= t.PHASE_SILENT):
            since = f"since {at(facts, last)}" if last else "at all"
            return marked(incident, WARN, f"has no entry {since}, in {incident.phase.lower()}")
        return marked(incident, PASS)

    return judge_each("INC-07", facts, now, mark, exempt=NONE)
