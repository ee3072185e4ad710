"""Section 7: the support that was agreed, whom to ask, and when access was reviewed. Values in, values out.

The pack goes to third parties: the client's own contacts stand in it by what they do, never by name or number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from clients.engagements.models import AccessReview, Contact, SupportScope
from clients.engagements.pages import target_rows
from clients.engagements.rules.escalation import check_state
from clients.trust.pack import ContactRow, Support, TargetRow
from clients.trust.sources import Sources, evidence_number
from clients.trust.words import sentence
from portal.lib.dates import format_long


def support(
    scope: SupportScope | None, contacts: Sequence[Contact], review: AccessReview | None, today: date
) -> Support:
    """Make the section; what was never written down is said to be missing."""
    sources = Sources()
    marks = tuple(filter(None, (_cite_scope(scope, sources), _cite_review(review, sources))))
    return Support(
        lead=" ".join(filter(None, [_agreed(scope), _path(contacts), _reviewed(review)])),
        marks=marks,
        targets=tuple(TargetRow(label, words) for label, words in target_rows(scope)) if scope else (),
        terms=_terms(scope),
        contacts=tuple(_contact(each, today, sources) for each in contacts),
        sources=sources.all(),
    )


def _cite_scope(scope: SupportScope | None, sources: Sources) -> int:
    if scope is None:
        return 0
    agreed = f" on {format_long(scope.agreed_on)}" if scope.agreed_on else ""
    number = evidence_number("support", scope.pk)
    return sources.cite(
        "support", f"Support as agreed{agreed}", "this portal", scope.updated_at.date(), number
    )


def _cite_review(review: AccessReview | None, sources: Sources) -> int:
    if review is None:
        return 0
    number = evidence_number("access-reviews", review.pk)
    what = f"Review of access by {review.finished_by}"
    return sources.cite("review", what, "this portal", _finished_on(review), number)


def _finished_on(review: AccessReview) -> date:
    assert review.finished_at is not None
    return review.finished_at.astimezone(ZoneInfo(review.client.time_zone)).date()


def _agreed(scope: SupportScope | None) -> str:
    if scope is None:
        return "No support scope is written down."
    if not scope.has_support:
        return "There is no ongoing support."
    return sentence(f"Support is agreed on the tier {scope.get_tier_display()}")


def _path(contacts: Sequence[Contact]) -> str:
    return "" if contacts else "No contact for urgent matters is written down."


def _reviewed(review: AccessReview | None) -> str:
    if review is None:
        return "No review of access is finished yet."
    owed = f", with {review.owed} of its decisions still to be carried out" if review.owed else ""
    return f"Who has access was last reviewed on {format_long(_finished_on(review))}{owed}."


def _terms(scope: SupportScope | None) -> tuple[str, ...]:
    """What else was agreed that a third party asks about, in sentences."""
    if scope is None:
        return ()
    retention = scope.log_retention_days
    significant = scope.post_mortem_for == SupportScope.PostMortemFor.SIGNIFICANT
    begins = "it is resolved" if scope.post_mortem_from == "resolution" else "it is reported"
    return tuple(
        filter(
            None,
            [
                f"Logs are kept for {retention:,} days." if retention else "",
                f"A written post-mortem of every {'significant ' if significant else ''}incident"
                f" follows within 48 hours after {begins}.",
                _breach_notice(scope),
                sentence(scope.warranty_terms),
            ],
        )
    )


def _breach_notice(scope: SupportScope) -> str:
    if not scope.breach_notice_hours:
        return ""
    return sentence(
        f"The client is told of a breach of its personal data within {scope.breach_notice_words} of our knowing of it,"
        f" as agreed: {scope.breach_notice_source}"
    )


def _contact(contact: Contact, today: date, sources: Sources) -> ContactRow:
    state, words = check_state(contact.verified_on, today)
    mark = sources.cite(
        "contacts",
        "Escalation path, each contact checked by a person",
        "this portal",
        contact.verified_on,
        evidence_number("contacts", contact.pk),
    )
    return ContactRow(
        side="The client" if contact.is_of_client else "The practice",
        place=contact.position_words,
        who=contact.role if contact.is_of_client else f"{contact.name}, {contact.role}",
        verified_on=contact.verified_on,
        state=state,
        words=words,
        mark=mark,
    )
