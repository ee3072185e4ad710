"""Access (ACC): what integrations may do, as whom they act, and what ends when work ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import NO, UNKNOWN, YES, Credential, Facts, Integration
from clients.posture.rules.finding import Finding, Mark, Result, does_not_apply, judge, nothing
from clients.registers.rules.service_accounts import MAYBE, PERSON, check_account_name
from portal.lib.dates import format_table as day

FAIL, WARN, PASS, OPEN, EXEMPT = (
    Result.FAIL,
    Result.WARN,
    Result.PASS,
    Result.UNKNOWN,
    Result.NOT_APPLICABLE,
)


def of_active_integrations(facts: Facts, control_id: str, marks: Iterable[Mark], exempt: str = "") -> Finding:
    """Judge active integrations; when some are recorded and none is active, the control does not apply."""
    if facts.integrations and not facts.active_integrations:
        return does_not_apply(control_id, "none of the recorded integrations is active")
    return judge(control_id, "integration", marks, exempt=exempt)


def least_privilege(facts: Facts, now: datetime) -> Finding:
    """ACC-01: granted scopes are recorded, within the approved ones, and broad ones have a reason."""
    today = facts.today(now)

    def mark(each: Integration) -> Mark:
        beyond = sorted(each.scopes_granted - each.scopes_approved)
        if not each.scopes_granted:
            found = FAIL, "has no scopes recorded"
        elif beyond:
            found = FAIL, f"holds {beyond[0]}, which nobody approved"
        elif each.broad_scopes and not each.broad_scope_reason:
            found = FAIL, f"holds the broad scope {min(each.broad_scopes)} without a reason"
        elif each.last_used_on and (today - each.last_used_on).days > t.SCOPES_UNUSED:
            found = WARN, f"has not been used since {day(each.last_used_on)}"
        elif each.broad_scopes and each.approved_on and (today - each.approved_on).days > t.REASON_AGE:
            found = WARN, f"holds a broad scope approved on {day(each.approved_on)}"
        else:
            found = PASS, ""
        return Mark(found[0], each.reference(found[1]), each.seen_on)

    return of_active_integrations(facts, "ACC-01", map(mark, facts.active_integrations))


def no_shared_logins(facts: Facts, now: datetime) -> Finding:
    """ACC-02, the part that credentials show: none is used by several people."""

    def mark(each: Credential) -> Mark:
        results = {YES: (FAIL, "is used by several people"), NO: (PASS, "")}
        result, note = results.get(each.shared, (OPEN, "does not say whether several people use it"))
        return Mark(result, each.reference(note), each.seen_on)

    return judge("ACC-02", "credential", map(mark, facts.active_credentials))


def ended_within_a_day(facts: Facts, now: datetime) -> Finding:
    """ACC-06, the part that an ended client shows: its credentials were revoked within 24 hours of the last day."""
    if facts.ended_on is None:
        return nothing("ACC-06", "no end of work and nobody's leaving is on record")
    midnight = datetime.combine(facts.ended_on + timedelta(days=1), time(), facts.zone)
    limit = midnight.astimezone(UTC) + t.REVOKED_WITHIN

    def mark(each: Credential) -> Mark:
        if each.revoked_at and each.revoked_at <= limit:
            result, note = PASS, ""
        elif each.revoked_at:
            result, note = FAIL, f"was revoked late, on {day(each.revoked_at.astimezone(facts.zone).date())}"
        elif each.retired_at:
            result, note = OPEN, "was retired; whether it was revoked is not recorded"
        elif now <= limit:
            result, note = WARN, "is still to be revoked"
        else:
            result, note = FAIL, "was not revoked when the work ended"
        return Mark(result, each.reference(note), each.seen_on)

    return judge("ACC-06", "credential", map(mark, facts.credentials))


def service_accounts(facts: Facts, now: datetime) -> Finding:
    """ACC-08: integrations run as accounts named for a purpose, with owner, backup owner and a date to review."""
    today = facts.today(now)

    def mark(each: Integration) -> Mark:
        if each.service_account_possible == NO:
            return Mark(EXEMPT, each.reference(), each.seen_on)
        named = check_account_name(each.service_account, facts.people).kind
        gap = _account_gap(each, named) or _date_gap(each, today)
        note = gap or _maybe(each, named) or _near(each, today)
        return Mark(FAIL if gap else WARN if note else PASS, each.reference(note), each.seen_on)

    return of_active_integrations(
        facts,
        "ACC-08",
        map(mark, facts.active_integrations),
        "no platform in use can have service accounts",
    )


def _account_gap(each: Integration, named: str) -> str:
    if not each.service_account:
        return "names no service account"
    if named == PERSON:
        return f"signs in as {each.service_account}, which is named for a person"
    if not each.service_account_purpose:
        return "gives no purpose for its service account"
    if each.owner is None:
        return "has no owner"
    if not each.owner.active:
        return f"is owned by {each.owner.name}, who no longer works here"
    return "" if each.backup_owner else "has no backup owner"


def _date_gap(each: Integration, today: date) -> str:
    if each.renewal_on is None:
        return "has no date for its next review"
    return "" if each.renewal_on > today else f"was to be reviewed by {day(each.renewal_on)}"


def _near(each: Integration, today: date) -> str:
    leaving = each.owner.leaving_on if each.owner else None
    if each.owner and leaving and (leaving - today).days <= t.OWNER_LEAVES:
        return f"is owned by {each.owner.name}, who leaves on {day(leaving)}"
    if each.renewal_on and (each.renewal_on - today).days <= t.OWNER_LEAVES:
        return f"is to be reviewed by {day(each.renewal_on)}"
    return ""


def _maybe(each: Integration, named: str) -> str:
    return f"signs in as {each.service_account}, which looks like a person's name" if named == MAYBE else ""


def no_personal_tokens(facts: Facts, now: datetime) -> Finding:
    """ACC-09: no credential in use belongs to a person."""

    def mark(each: Credential) -> Mark:
        if each.personal == YES or each.kind == "personal_token":
            result, note = FAIL, "belongs to a person"
        elif each.personal == NO:
            result, note = PASS, ""
        else:
            result, note = OPEN, "does not say whether it belongs to a person"
        return Mark(result, each.reference(note), each.seen_on)

    marks = [mark(each) for each in facts.active_credentials]
    marks += [
        Mark(FAIL, each.reference("signs in with somebody's personal token"), each.seen_on)
        for each in facts.active_integrations
        if each.auth_type == "personal_token"
    ]
    return judge("ACC-09", "credential", marks)


def narrow_scope(facts: Facts, now: datetime) -> Finding:
    """ACC-10: read-only where nothing is written, and not the whole account where the platform can do less."""

    def mark(each: Integration) -> Mark:
        if each.resource_scope == "not_separable" or each.platform.granular == NO:
            return Mark(EXEMPT, each.reference(), each.seen_on)
        whole = each.resource_scope == "whole_account"
        if each.writes_needed == NO and each.read_only == NO:
            result, note = FAIL, "can write, which it has no need to"
        elif whole and each.platform.granular in (YES, "partly"):
            result, note = FAIL, f"reaches the whole {each.platform.name} account"
        elif whole:
            result, note = (
                OPEN,
                f"reaches a whole account; what {each.platform.name} could narrow is not known",
            )
        elif each.resource_scope == UNKNOWN:
            result, note = OPEN, "does not say what it reaches"
        elif YES not in (each.writes_needed, each.read_only):
            result, note = OPEN, "does not say whether it writes or only reads"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    return of_active_integrations(
        facts,
        "ACC-10",
        map(mark, facts.active_integrations),
        "no platform in use can narrow what a connection reaches",
    )
