"""What was agreed with a client (ACC-07, INC-06, LOG-03): reviews of access, contacts, how long logs are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from clients.engagements.rules.escalation import SIDES, position_words
from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import Contact, Facts, Support
from clients.posture.rules.finding import Finding, Mark, Result, counted, does_not_apply, judge, nothing
from portal.lib.dates import format_table as day

FAIL, WARN, PASS, OPEN = Result.FAIL, Result.WARN, Result.PASS, Result.UNKNOWN

ENDED = "the work for this client has ended"
WHOSE = {"client": "the client", "practice": "the practice"}
#: Primary and backup: the places on each side that must be taken and checked.
NEEDED = (1, 2)


def reviewed(facts: Facts, now: datetime) -> Finding:
    """ACC-07: access was reviewed within 90 days, and every decision was carried out."""
    today, review = facts.today(now), facts.access_review
    if facts.ended_on is not None:
        return does_not_apply("ACC-07", ENDED)
    if review is None:
        return _no_review(facts, today)
    age = (today - review.finished_on).days
    if age > t.REVIEW_AGE:
        result, note = FAIL, f"was finished on {day(review.finished_on)}, {age} days ago"
    elif review.owed:
        result, note = FAIL, f"has {counted(review.owed, 'decision')} that nobody carried out yet"
    elif t.REVIEW_AGE - age <= t.REVIEW_NEAR:
        result, note = WARN, f"was finished on {day(review.finished_on)}: the next is due soon"
    else:
        result, note = PASS, ""
    return judge("ACC-07", "access review", [Mark(result, review.reference(note), review.finished_on)])


def _no_review(facts: Facts, today: date) -> Finding:
    age = (today - facts.since_on).days if facts.since_on else None
    if age is not None and 0 <= age < t.NEW_CLIENT:
        return does_not_apply(
            "ACC-07", f"a client for {age} days; the first review is due after {t.NEW_CLIENT}"
        )
    return nothing("ACC-07", "no access review is on record")


def contacts(facts: Facts, now: datetime) -> Finding:
    """INC-06: each side has a primary contact and a backup, both checked within 180 days."""
    today = facts.today(now)
    if facts.ended_on is not None:
        return does_not_apply("INC-06", ENDED)
    if not facts.contacts:
        return nothing("INC-06", "no contact is on record")

    def mark(each: Contact) -> Mark:
        if each.verified_on is None:
            return Mark(FAIL, each.reference("was never checked"), each.seen_on)
        age = (today - each.verified_on).days
        if age > t.CONTACT_AGE:
            result, note = FAIL, f"was last checked on {day(each.verified_on)}"
        elif age > t.CONTACT_WARN:
            result, note = WARN, f"was last checked on {day(each.verified_on)}"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.verified_on)

    needed = [each for each in facts.contacts if each.position in NEEDED]
    finding = judge("INC-06", "contact", map(mark, needed))
    gaps = _gaps(facts)
    if not gaps:
        return finding
    return replace(
        finding,
        result=FAIL,
        words=f"Missing: {', '.join(gaps)}. {finding.words}",
        weakest=f"Missing: {gaps[0]}",
    )


def _gaps(facts: Facts) -> list[str]:
    taken = {(each.side, each.position) for each in facts.contacts}
    return [
        f"the {position_words(place).lower()} contact of {WHOSE[side]}"
        for side in SIDES
        for place in NEEDED
        if (side, place) not in taken
    ]


def log_retention(facts: Facts, now: datetime) -> Finding:
    """LOG-03, the part that the agreement shows: logs are kept 90 days at least, longer on Growth and Scale."""
    support = facts.support
    if support is None:
        return nothing("LOG-03", "no log retention is on record")
    kept = support.log_retention_days
    if kept is None:
        result, note = OPEN, "does not say how long logs are kept"
    elif kept < t.LOGS_KEPT:
        result, note = FAIL, f"keeps logs for {counted(kept, 'day')}, less than {t.LOGS_KEPT}"
    elif support.tier in t.LOGS_LONGER and kept <= t.LOGS_KEPT:
        result, note = FAIL, f"keeps logs for {counted(kept, 'day')}, which this tier promises to extend"
    else:
        result, note = PASS, ""
    return _of_support("LOG-03", support, result, note)


def _of_support(control_id: str, support: Support, result: Result, note: str) -> Finding:
    return judge(control_id, "support scope", [Mark(result, support.reference(note), support.seen_on)])
