"""Companies that touch the client's data (DAT, PRV, VEN) and those among them that run AI models (AI)."""

from __future__ import annotations

import re
from datetime import datetime

from clients.posture.rules import thresholds as t
from clients.posture.rules.facts import NO, UNKNOWN, YES, Facts, Integration, Reference, SubProcessor
from clients.posture.rules.finding import Finding, Mark, Result, does_not_apply, judge, nothing
from portal.lib.dates import format_table as day

FAIL, WARN, PASS, OPEN, EXEMPT = (
    Result.FAIL,
    Result.WARN,
    Result.PASS,
    Result.UNKNOWN,
    Result.NOT_APPLICABLE,
)
AI_PROVIDER = "ai_provider"
IN_PLACE = {"adequacy", "eu_scc", "uk_idta", "uk_addendum"}
#: Words and cloud regions by which a place is recognised; whatever is not here is an unknown place.
PLACES = {
    "UK": r"uk|gb|united kingdom|great britain|england|scotland|wales|london|eu-west-2|europe-west2",
    "EU": r"eu|eea|europe|european union|ireland|dublin|germany|frankfurt|france|paris|netherlands|amsterdam|sweden"
    r"|stockholm|spain|italy|milan|poland|warsaw|belgium|finland|eu-west-1|eu-west-3|eu-central-1|eu-north-1",
    "US": r"us|usa|united states|america|virginia|oregon|ohio|us-east-1|us-east-2|us-west-1|us-west-2",
    "elsewhere": r"canada|australia|india|singapore|japan|brazil|china|israel|switzerland|worldwide|global",
}
_PLACE = {
    place: re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE) for place, words in PLACES.items()
}


def places(text: str) -> frozenset[str]:
    """Read UK, EU, US or elsewhere out of "EU (Ireland)" or "eu-west-2"; nothing where no place is recognised."""
    return frozenset(place for place, words in _PLACE.items() if words.search(text))


def own_accounts(facts: Facts, now: datetime) -> Finding:
    """DAT-02, the part that integrations show: they run in the client's own accounts."""

    def mark(each: Integration) -> Mark:
        results = {
            "client": (PASS, ""),
            "practice": (FAIL, "runs in the practice's account"),
        }
        result, note = results.get(each.account_owner, (OPEN, "does not say whose account it is"))
        return Mark(result, each.reference(note), each.seen_on)

    return judge("DAT-02", "integration", map(mark, facts.active_integrations))


def in_region(facts: Facts, now: datetime) -> Finding:
    """DAT-03, the part that sub-processors show: data stays in the chosen region or travels by an approved tool."""
    chosen = places(facts.region)

    def mark(each: SubProcessor) -> Mark:
        where = places(each.location)
        if not where or not chosen:
            missing = (
                "does not say where the data is" if not where else "cannot be compared: no region was chosen"
            )
            result, note = OPEN, missing
        elif where <= chosen or (each.transfer_tool == "not_needed" and where <= {"UK", "EU"}):
            result, note = PASS, ""
        elif each.transfer_tool == UNKNOWN:
            result, note = OPEN, f"keeps data in {each.location}; the transfer tool is not known"
        elif each.transfer_tool not in IN_PLACE:
            result, note = FAIL, f"keeps data in {each.location} without a transfer tool"
        elif each.approved_on is None:
            result, note = FAIL, f"keeps data in {each.location} without an approval on record"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    return judge("DAT-03", "sub-processor", map(mark, facts.sub_processors))


def listed_with_agreements(facts: Facts, now: datetime) -> Finding:
    """PRV-02, the part that the register shows: each has a signed DPA, a transfer tool and notice before use."""
    today = facts.today(now)
    if facts.personal_data == NO:
        return does_not_apply("PRV-02", "no personal data is processed for this client")

    def mark(each: SubProcessor) -> Mark:
        if each.engaged_by == "client":
            return Mark(EXEMPT, each.reference(), each.seen_on)
        if each.dpa_signed_on is None or each.dpa_signed_on > today:
            result, note = FAIL, "has no signed DPA on record"
        elif each.transfer_tool == "none":
            result, note = FAIL, "has no transfer tool"
        elif each.used_since_on and each.notice_sent_on and each.notice_sent_on > each.used_since_on:
            result, note = FAIL, f"was used before the notice of {day(each.notice_sent_on)}"
        elif each.transfer_tool == UNKNOWN:
            result, note = OPEN, "does not say which transfer tool is used"
        elif each.used_since_on is None or each.notice_sent_on is None:
            result, note = OPEN, "does not say when it came into use or when notice was sent"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    exempt = "every company on the list is the client's own choice"
    return judge("PRV-02", "sub-processor", map(mark, facts.sub_processors), exempt=exempt)


def assessed_yearly(facts: Facts, now: datetime) -> Finding:
    """VEN-01, the part that sub-processors show: assessed before use and within the last 12 months."""
    today = facts.today(now)

    def mark(each: SubProcessor) -> Mark:
        if each.engaged_by == "client":
            result, note = EXEMPT, ""
        elif each.last_assessed_on is None:
            result, note = OPEN, "has no assessment on record"
        elif (today - each.last_assessed_on).days > t.ASSESSMENT_AGE:
            result, note = FAIL, f"was last assessed on {day(each.last_assessed_on)}"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    exempt = "every company on the list is the client's own choice"
    return judge("VEN-01", "sub-processor", map(mark, facts.sub_processors), exempt=exempt)


def uses_no_ai(facts: Facts) -> bool:
    """Tell whether the records say that no AI is used: every workflow in use, every company, every export."""
    return (
        bool(facts.active_workflows)
        and all(each.uses_ai == NO for each in facts.active_workflows)
        and all(each.uses_ai == NO for each in facts.sub_processors)
        and not any(each.platform.category == AI_PROVIDER for each in facts.active_integrations)
        and not any(export.ai for export in facts.exports)
    )


NO_AI = "the records say that no workflow and no company in use works with AI"


def only_with_ai(control_id: str, needed: str, facts: Facts) -> Finding:
    """Put aside a control on AI when none is used; else nothing is recorded of it."""
    if uses_no_ai(facts):
        return does_not_apply(control_id, NO_AI)
    return nothing(control_id, needed)


def zero_retention(facts: Facts, now: datetime) -> Finding:
    """AI-01: what is kept by providers is not recorded account by account yet."""
    return only_with_ai("AI-01", "no AI account is in a register yet", facts)


def retention_disclosed(facts: Facts, now: datetime) -> Finding:
    """AI-02: what was told and chosen before the build is not recorded yet."""
    return only_with_ai("AI-02", "no AI account and no choice of the client is in a register yet", facts)


def fine_tuning(facts: Facts, now: datetime) -> Finding:
    """AI-05: without AI there is no fine-tuning."""
    return only_with_ai("AI-05", "whether a model is fine-tuned is in no register yet", facts)


def _providers(facts: Facts) -> list[SubProcessor]:
    return [each for each in facts.sub_processors if each.uses_ai == YES]


def no_training(facts: Facts, now: datetime) -> Finding:
    """AI-03, the part that sub-processors show: their terms forbid training on the data."""

    def mark(each: SubProcessor) -> Mark:
        results = {YES: (PASS, ""), NO: (FAIL, "may train its models on the data")}
        result, note = results.get(
            each.training_prohibited, (OPEN, "does not say whether it trains on the data")
        )
        return Mark(result, each.reference(note), each.seen_on)

    if uses_no_ai(facts):
        return does_not_apply("AI-03", NO_AI)
    return judge("AI-03", "AI provider", map(mark, _providers(facts)))


def under_terms(facts: Facts, now: datetime) -> Finding:
    """AI-04: every AI provider in use has a signed agreement that forbids training."""
    today = facts.today(now)

    def mark(each: SubProcessor) -> Mark:
        review_on = each.dpa_review_on
        if each.training_prohibited == NO:
            result, note = FAIL, "has terms that allow training on the data"
        elif each.dpa_signed_on is None or each.dpa_signed_on > today:
            result, note = FAIL, "has no signed agreement on record"
        elif each.training_prohibited == UNKNOWN:
            result, note = OPEN, "does not say whether it trains on the data"
        elif review_on and (review_on - today).days <= t.AGREEMENT_NEAR:
            verb = "is" if review_on >= today else "was"
            result, note = WARN, f"{verb} to be reviewed by {day(review_on)}"
        else:
            result, note = PASS, ""
        return Mark(result, each.reference(note), each.seen_on)

    if uses_no_ai(facts):
        return does_not_apply("AI-04", NO_AI)
    marks = [mark(each) for each in _providers(facts)]
    return judge("AI-04", "AI provider", [*marks, *_unlisted(facts)])


def _unlisted(facts: Facts) -> list[Mark]:
    """Mark what uses AI without a provider on the list: platforms connected, and what is not known to use none."""
    listed = {each.platform for each in _providers(facts)}
    marks = [
        Mark(
            OPEN,
            each.reference(f"uses {each.platform.name}, which is not listed as an AI provider"),
            each.seen_on,
        )
        for each in facts.active_integrations
        if each.platform.category == AI_PROVIDER and each.platform.id not in listed
    ]
    unclear = [each for each in facts.sub_processors if each.uses_ai == UNKNOWN]
    marks += [Mark(OPEN, each.reference("does not say whether it uses AI"), each.seen_on) for each in unclear]
    if not listed and not marks:
        users = [each for each in facts.active_workflows if each.uses_ai != NO]
        marks = [Mark(OPEN, _note(each.reference(), each.uses_ai), each.seen_on) for each in users]
    return marks


def _note(workflow: Reference, uses_ai: str) -> Reference:
    note = "uses AI of no listed provider" if uses_ai == YES else "does not say whether it uses AI"
    return Reference(workflow.register, workflow.pk, workflow.name, note)
