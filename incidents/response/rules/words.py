"""How the clocks are said: length, start, recipients, what is waited for. Sentences for pages, notices and commands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from incidents.response.rules.catalogue import CONTRACT, FOLLOW_UP, LAW, REPORT, TARGET, Clock, clock_of
from incidents.response.rules.counting import BUSINESS, MONTHS
from portal.deadlines.rules.durations import parse
from portal.deadlines.rules.durations import words as length_words

#: What starts a clock, as the end of “72 hours from …”.
STARTS = {
    "awareness": "awareness",
    "discovery": "discovery",
    "credible_grounds": "credible grounds to suspect it",
    "reasonable_belief": "reasonable grounds to believe it",
    "assessment_concluded": "the conclusion that it is notifiable",
    "classified_major": "classification as major",
    "materiality_determined": "the finding that it is material",
    REPORT: "the report",
    "individuals_notified": "the notice to individuals",
    "payment_made": "the ransom payment",
    "fix_available": "the fix becoming available",
    "calendar_year_end": "the end of the year",
    "client_awareness": "the client’s awareness",
    "handled": "the end of the incident",
    "information_available": "the missing information becoming available",
}
#: Who is told, where the id read as words would not do.
RECIPIENTS = {
    "csirt": "CSIRT",
    "enisa": "ENISA",
    "csirt_or_authority": "CSIRT or competent authority",
    "service_recipients_where_appropriate": "recipients of the service where appropriate",
    "subscribers_or_users_if_adverse_effect_likely": "subscribers or users if an adverse effect is likely",
    "public_filing": "public, by a filing",
    "other_organisations_that_can_reduce_harm": "other organisations that can reduce harm",
}
STATUSES = {
    "in_force": "in force",
    "in_force_via_national_law": "in force through national law",
    "pending": "a bill, not in force",
    "application_date_uncertain": "passed, its first day disputed",
    "contractual": "by contract",
}
_SINCE = "in_force_since_"


def length(duration: str, unit: str) -> str:
    """Say how long a clock runs: "72 hours", "30 days", "4 business days", "one month"."""
    if unit == MONTHS and duration == "P1M":
        return "one month"
    said = length_words(parse(duration))
    if unit == BUSINESS:
        number, _, days = said.partition(" ")
        return f"{number} business {days}"
    return said


def limit(duration: str, unit: str, trigger: str, terms: str = "", basis: str = LAW) -> str:
    """Say a clock's time: "72 hours from awareness", "within one month of the report", "without undue delay".

    terms: the law's own words, of which the first stand where it names no length. basis: a contract is named as such,
    and a target of our own stands behind the law's words.
    """
    asked = terms.partition(";")[0].strip()
    if not duration:
        return asked or "no time is named"
    start = STARTS.get(trigger, trigger.replace("_", " "))
    if basis == CONTRACT:
        return f"{length(duration, unit)} from {start}, by contract"
    if basis == TARGET:
        return f"{asked}; our own target is {length(duration, unit)} from {start}".removeprefix("; ")
    if unit == MONTHS:
        return f"within {length(duration, unit)} of {start}"
    return f"{length(duration, unit)} from {start}"


def recipients(notify: Sequence[str]) -> str:
    """Say who is told: "regulator and affected individuals"; "nobody" for an assessment."""
    said = [RECIPIENTS.get(each, each.replace("_", " ")) for each in notify]
    if not said:
        return "nobody"
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def title(clock: Clock) -> str:
    """Name what a clock asks for, of its recipients the first two."""
    name = f"{clock.regime}, {clock.stage}" if clock.stage else clock.regime
    return (
        f"{name}: tell the {recipients(clock.notify[:2])}"
        if clock.notify
        else f"{name}: finish the assessment"
    )


def waiting(waits_for: str) -> str:
    """Say what a clock waits for: an event, or the report of another clock; "" for one that waits for nothing."""
    if not waits_for:
        return ""
    clock = clock_of(waits_for)
    if clock is None:
        return f"Waits for {STARTS.get(waits_for, waits_for.replace('_', ' '))}."
    second = clock.follow_up.note if clock.follow_up and waits_for.endswith(FOLLOW_UP) else ""
    return f"Waits for the report “{title(clock)}{': ' if second else ''}{second}”."


def status(value: str) -> str:
    """Say whether a rule is in force: "in force since 1 January 2026"."""
    if value.startswith(_SINCE):
        day = date.fromisoformat(value.removeprefix(_SINCE))
        return f"in force since {day.day} {day:%B %Y}"
    return STATUSES.get(value, value.replace("_", " "))
