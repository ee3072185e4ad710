"""How workflows run (REL, BCK, MON, WHK), change (CHG) and leave a trail (LOG)."""

from __future__ import annotations

from datetime import datetime

from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import Facts, Integration, Workflow
from clients.posture.rules.finding import (
    Finding,
    Mark,
    Result,
    counted,
    does_not_apply,
    judge,
    nothing,
    worst,
)
from portal.lib.dates import format_table as day

FAIL, WARN, PASS, OPEN, EXEMPT = (
    Result.FAIL,
    Result.WARN,
    Result.PASS,
    Result.UNKNOWN,
    Result.NOT_APPLICABLE,
)


def retries(facts: Facts, now: datetime) -> Finding:
    """REL-01: failed steps are tried again with growing delays and a limit, or there is a reason why not."""

    def mark(each: Workflow) -> Mark:
        if each.retry == "none" and each.retry_reason:
            result, note = EXEMPT, ""
        elif each.retry_reason:
            result, note = PASS, ""
        elif each.retry == "none":
            result, note = FAIL, "does not try again and gives no reason"
        elif each.retry == "fixed":
            result, note = FAIL, "tries again without growing delays"
        elif each.retry != "exponential":
            result, note = OPEN, "does not say what happens when a step fails"
        elif each.retry_attempts is None:
            result, note = OPEN, "does not say how often it tries again"
        elif not t.FEWEST_ATTEMPTS <= each.retry_attempts <= t.MOST_ATTEMPTS:
            result, note = FAIL, f"tries again {each.retry_attempts} times"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    exempt = "no workflow in use may try again, each with its reason"
    return judge("REL-01", "workflow", map(mark, facts.active_workflows), exempt=exempt)


def exported(facts: Facts, now: datetime) -> Finding:
    """BCK-01: an export of each definition no older than 90 days, with its version and fingerprint."""
    today = facts.today(now)
    latest = {export.workflow_pk: export for export in facts.exports}

    def mark(each: Workflow) -> Mark:
        export = latest.get(each.pk)
        if export is None:
            return Mark(FAIL, each.reference("was never exported"), each.seen_on)
        if not (export.version and export.fingerprint):
            return Mark(OPEN, each.reference("has an export without version or fingerprint"), export.taken_on)
        if (today - export.taken_on).days > t.EXPORT_AGE:
            return Mark(FAIL, each.reference(f"was last exported on {day(export.taken_on)}"), export.taken_on)
        return Mark(PASS, each.reference(), export.taken_on)

    if not facts.exports:
        return nothing("BCK-01", "no workflow export was read")
    return judge("BCK-01", "workflow", map(mark, facts.active_workflows))


def approved_before_use(facts: Facts, now: datetime) -> Finding:
    """CHG-07, the part that integrations show: one added after go-live was approved before it came into use."""

    def mark(each: Integration) -> Mark:
        live_on, enabled_on = each.workflow_live_on, each.enabled_on
        if live_on and enabled_on and enabled_on <= live_on:
            result, note = EXEMPT, ""
        elif enabled_on and each.approved_on and each.approved_on > enabled_on:
            result, note = FAIL, f"was approved on {day(each.approved_on)}, after it came into use"
        elif enabled_on is None or each.approved_on is None:
            result, note = OPEN, "does not say when it was approved or came into use"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    exempt = "every integration in use was part of the first go-live"
    return judge("CHG-07", "integration", map(mark, facts.active_integrations), exempt=exempt)


def critical_workflows(facts: Facts, now: datetime) -> Finding:
    """MON-02: asks nothing when every workflow in use has its criticality recorded and none is critical."""
    levels = {each.criticality for each in facts.active_workflows}
    if levels and not levels & {"", "critical"}:
        return does_not_apply("MON-02", "no workflow in use is critical")
    return nothing("MON-02", "no uptime check is in a register yet")


def webhooks(control_id: str, facts: Facts) -> Finding:
    """WHK-01 to WHK-03: ask nothing when every workflow in use was read and none listens on a webhook."""
    latest = {export.workflow_pk: export for export in facts.exports}
    read = [latest[each.pk] for each in facts.active_workflows if each.pk in latest]
    if read and len(read) == len(facts.active_workflows) and not any(export.webhooks for export in read):
        return does_not_apply(control_id, "every workflow in use was read, and none listens on a webhook")
    number = sum(export.webhooks for export in read)
    seen = (
        f"{counted(number, 'webhook')} stand in the exports, but how they are guarded is in no register yet"
    )
    return nothing(control_id, seen if number else "no webhook endpoint is in a register yet")


def signed_webhooks(facts: Facts, now: datetime) -> Finding:
    return webhooks("WHK-01", facts)


def limited_webhooks(facts: Facts, now: datetime) -> Finding:
    return webhooks("WHK-02", facts)


def replayed_webhooks(facts: Facts, now: datetime) -> Finding:
    return webhooks("WHK-03", facts)


def trail(facts: Facts, now: datetime) -> Finding:
    """LOG-02: every event of the last 12 months names who and what, and the trail was exported in that time."""
    events = facts.trail.events
    if not events:
        return nothing("LOG-02", "the audit trail holds no event of this client")
    exported_result, note = _trail_export(facts, now)
    whole = PASS if not facts.trail.nameless else FAIL
    words = f"{counted(events, 'event')} in the last 12 months, "
    words += (
        "each with who and what. " if whole is PASS else f"{facts.trail.nameless:,} without who or what. "
    )
    nameless = "" if whole is PASS else f"{counted(facts.trail.nameless, 'event')} without who or what"
    return Finding(
        "LOG-02",
        worst((whole, exported_result)),
        words + (f"{note}." if note else "Its export was tested."),
        weakest=nameless or note,
        checked=events,
        passing=events - facts.trail.nameless,
        events=events,
        oldest_on=facts.trail.first_on,
    )


def _trail_export(facts: Facts, now: datetime) -> tuple[Result, str]:
    exported_on = facts.trail.exported_on
    if exported_on is None:
        return OPEN, "Its export was not tested yet"
    age = (facts.today(now) - exported_on).days
    if age > t.TRAIL_EXPORT_AGE:
        return FAIL, f"Its export was last tested on {day(exported_on)}"
    return (
        (WARN, f"Its export was last tested on {day(exported_on)}")
        if age > t.TRAIL_EXPORT_WARN
        else (PASS, "")
    )
