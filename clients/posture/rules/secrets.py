"""Secrets (SEC): where credentials are kept, when they are renewed, and what becomes of them."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from clients.posture.rules import thresholds as t
from clients.posture.rules.access import of_active_integrations
from clients.posture.rules.facts import NO, UNKNOWN, YES, Credential, Export, Facts, Integration, Reference
from clients.posture.rules.finding import Finding, Mark, Result, does_not_apply, judge, nothing
from portal.lib.dates import format_table as day

FAIL, WARN, PASS, OPEN, EXEMPT = (
    Result.FAIL,
    Result.WARN,
    Result.PASS,
    Result.UNKNOWN,
    Result.NOT_APPLICABLE,
)
NO_SECRET = "no_secret"  # noqa: S105 - a kind of storage
APPROVED_STORAGE = {"vault", "platform_store", "encrypted_env"}
RENEWING_SIGN_INS = {"oauth", "workload_identity", "short_lived"}
Found = tuple[Result, str]


def of_active_credentials(
    facts: Facts,
    control_id: str,
    found: Callable[[Credential], Found],
    *,
    exempt: str = "",
) -> Finding:
    """Judge credentials in use. None is needed when every integration in use signs in without one."""
    sign_ins = {each.auth_type for each in facts.active_integrations}
    if not facts.active_credentials and sign_ins == {"none"}:
        return does_not_apply(control_id, "no integration in use needs a credential")
    marks = []
    for each in facts.active_credentials:
        result, note = found(each)
        marks.append(Mark(result, each.reference(note), each.seen_on))
    return judge(control_id, "credential", marks, exempt=exempt)


def kept_safely(facts: Facts, now: datetime) -> Finding:
    """SEC-01: kept in a vault, the platform's store or an encrypted variable, with the reference on record."""
    today = facts.today(now)

    def found(each: Credential) -> Found:
        if each.storage == NO_SECRET:
            return EXEMPT, ""
        if each.storage == UNKNOWN:
            return OPEN, "does not say where it is kept"
        if each.storage not in APPROVED_STORAGE:
            return FAIL, "is kept outside a vault"
        if not each.has_reference:
            return FAIL, "has no reference to where it is kept"
        if (today - each.seen_on).days > t.STORAGE_CONFIRMED:
            return WARN, f"was last confirmed on {day(each.seen_on)}"
        return PASS, ""

    return of_active_credentials(facts, "SEC-01", found, exempt="no credential in use has a stored secret")


def not_in_definitions(facts: Facts, now: datetime) -> Finding:
    """SEC-02, the part that exports show: no secret stands in the definition of a workflow."""
    latest = {export.workflow_pk: export for export in facts.exports}
    marks = [
        _written_in(latest[each.pk], each.reference()) for each in facts.active_workflows if each.pk in latest
    ]
    return judge("SEC-02", "workflow", marks) if marks else nothing("SEC-02", "no workflow export was read")


def _written_in(export: Export, workflow: Reference) -> Mark:
    if not export.secrets:
        return Mark(PASS, workflow, export.taken_on)
    values = "a secret" if export.secrets == 1 else f"{export.secrets} secrets"
    reference = Reference(workflow.register, workflow.pk, workflow.name, f"holds {values} in its definition")
    return Mark(FAIL, reference, export.taken_on)


def rotated_in_time(facts: Facts, now: datetime) -> Finding:
    """SEC-03: each has a rotation interval that is kept, or a reason why not; a new secret counts as rotated."""
    today = facts.today(now)

    def found(each: Credential) -> Found:
        if each.renews_itself == YES or each.storage == NO_SECRET:
            return EXEMPT, ""
        if not each.rotation_interval_days:
            return (PASS, "") if each.no_rotation_reason else (FAIL, "has no rotation interval and no reason")
        start = each.rotated_on or each.issued_on
        if start is None:
            return OPEN, "does not say when it was last rotated"
        due_on = _after(start, each.rotation_interval_days)
        if today > due_on:
            return FAIL, f"was to be rotated by {day(due_on)}"
        return (
            (WARN, f"is to be rotated by {day(due_on)}")
            if _within(due_on, today, t.ROTATION_NEAR)
            else (PASS, "")
        )

    return of_active_credentials(facts, "SEC-03", found, exempt="every credential in use renews itself")


def oauth_first(facts: Facts, now: datetime) -> Finding:
    """SEC-06: OAuth or a short-lived token where the platform offers it, or a reason for the fixed key."""
    today = facts.today(now)

    def mark(each: Integration) -> Mark:
        platform = each.platform
        if platform.oauth in (NO, "partly"):
            result, note = EXEMPT, ""
        elif each.auth_type in RENEWING_SIGN_INS:
            result, note = PASS, ""
        elif platform.oauth == UNKNOWN:
            result, note = OPEN, f"signs in to {platform.name}, of which OAuth is not known"
        elif each.auth_type == UNKNOWN:
            result, note = OPEN, "does not say how it signs in"
        elif not each.static_reason:
            result, note = FAIL, f"uses a fixed key without a reason, though {platform.name} offers OAuth"
        elif each.approved_on and (today - each.approved_on).days > t.REASON_AGE:
            result, note = WARN, f"uses a fixed key for a reason of {day(each.approved_on)}"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    marks = map(mark, facts.active_integrations)
    return of_active_integrations(facts, "SEC-06", marks, "no platform in use fully offers OAuth")


def register_complete(facts: Facts, now: datetime) -> Finding:
    """SEC-07: an owner who works here, a renewal date ahead, and scopes."""
    today = facts.today(now)

    def found(each: Credential) -> Found:
        if each.owner is None:
            return FAIL, "has no owner"
        if not each.owner.active:
            return FAIL, f"is owned by {each.owner.name}, who no longer works here"
        if each.renewal_on is None:
            return FAIL, "has no renewal date"
        if each.renewal_on <= today:
            late = "is overdue since" if each.renewal_on < today else "is due today,"
            return FAIL, f"{late} {day(each.renewal_on)}"
        if not each.scopes:
            return FAIL, "lists no scopes"
        near = _within(each.renewal_on, today, t.RENEWAL_NEAR)
        return (WARN, f"is due on {day(each.renewal_on)}") if near else (PASS, "")

    return of_active_credentials(facts, "SEC-07", found)


def one_per_environment(facts: Facts, now: datetime) -> Finding:
    """SEC-08: no fingerprint in two environments. Without a fingerprint that cannot be seen, which is a warning."""
    seen: dict[str, set[str]] = defaultdict(set)
    for each in facts.active_credentials:
        if each.fingerprint:
            seen[fingerprint_key(each.fingerprint)].add(each.environment)

    def found(each: Credential) -> Found:
        if each.storage == NO_SECRET:
            return EXEMPT, ""
        places = seen[fingerprint_key(each.fingerprint)] if each.fingerprint else set()
        known = sorted(places - {""})
        if len(known) > 1:
            return FAIL, f"is used in {' and '.join(known)}"
        if not each.environment or "" in places:
            return OPEN, "is of no recorded environment"
        return (PASS, "") if each.fingerprint else (WARN, "has no fingerprint")

    return of_active_credentials(facts, "SEC-08", found, exempt="no credential in use has a stored secret")


def fingerprint_key(fingerprint: str) -> str:
    """Cut a SHA-256 fingerprint, hex or base64, to its first 8 hex digits: the shortest that the register takes."""
    kind, _, digest = fingerprint.partition(":")
    if kind == "SHA256":
        try:
            digest = base64.b64decode(digest.rstrip("=") + "=").hex()
        except (binascii.Error, ValueError):
            return fingerprint
    return digest.casefold()[:8]


def revoked_when_retired(facts: Facts, now: datetime) -> Finding:
    """SEC-10: the credentials of a retired integration were revoked within 24 hours."""
    retired = [each for each in facts.integrations if each.retired_at]
    if not retired:
        if facts.integrations:
            return does_not_apply("SEC-10", "no integration has been retired")
        return nothing("SEC-10", "no integration is in the register")
    held: dict[int | None, list[Credential]] = defaultdict(list)
    for credential in facts.credentials:
        held[credential.integration_pk].append(credential)
    marks = [mark for each in retired for mark in _after_retirement(each, held[each.pk], facts, now)]
    return judge("SEC-10", "record", marks)


def _after_retirement(
    integration: Integration, credentials: Iterable[Credential], facts: Facts, now: datetime
) -> list[Mark]:
    assert integration.retired_at is not None
    limit = integration.retired_at + t.REVOKED_WITHIN
    marks = [Mark(PASS, integration.reference(), integration.seen_on)]
    for each in credentials:
        if each.revoked_at and each.revoked_at <= limit:
            result, note = PASS, ""
        elif each.revoked_at:
            revoked_on = each.revoked_at.astimezone(facts.zone).date()
            result, note = FAIL, f"was revoked late, on {day(revoked_on)}"
        elif each.retired_at:
            result, note = OPEN, "was retired; whether it was revoked is not recorded"
        elif now <= limit:
            result, note = WARN, f"is still to be revoked: {integration.name} was retired"
        else:
            result, note = FAIL, f"is still in use, though {integration.name} was retired"
        marks.append(Mark(result, each.reference(note), each.seen_on))
    return marks


def _after(start: date, days: int) -> date:
    try:
        return start + timedelta(days=days)
    except OverflowError:
        return date.max


def _within(due_on: date, today: date, days: int) -> bool:
    return (due_on - today).days <= days
