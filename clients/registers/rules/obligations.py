"""What a record obliges somebody to, and what a change of it says was done. Facts in, values out; no clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from clients.registers.rules.renewals import rotation_due_on

RENEWAL, ROTATION = "credential.renewal", "credential.rotation"
INTEGRATION_REVIEW, DPA_REVIEW = "integration.review", "dpa.review"
SUB_PROCESSOR_REVIEW = "sub_processor.review"
OWNER = "record.owner"
#: By when a record is to have an owner: working days after it stood without one.
OWNER_WITHIN = "P3D"
#: What is said of an obligation once it is done.
DONE = {
    RENEWAL: "a rotation was recorded",
    ROTATION: "a rotation was recorded",
    INTEGRATION_REVIEW: "a review was recorded",
    SUB_PROCESSOR_REVIEW: "a review was recorded",
    DPA_REVIEW: "a review was recorded",
    OWNER: "an owner was named",
}


@dataclass(frozen=True)
class Facts:
    """What a record says about its dates. The days of what was done stand beside the days by which it is due."""

    name: str
    is_live: bool = True
    renewal_on: date | None = None
    rotated_on: date | None = None
    issued_on: date | None = None
    interval_days: int | None = None
    review_on: date | None = None
    reviewed_on: date | None = None
    assessment_on: date | None = None
    assessed_on: date | None = None
    dpa_review_on: date | None = None
    dpa_signed_on: date | None = None


@dataclass(frozen=True)
class Owed:
    """One thing that is owed by the end of a day.

    since: the day on which it was last done, from which the time runs; None where nobody recorded one.
    duration: ISO 8601, where the day was counted and not chosen.
    """

    kind: str
    title: str
    on: date
    source: str
    since: date | None
    duration: str = ""


def owed(facts: Facts) -> tuple[Owed, ...]:
    """List what the record's dates oblige to, nothing for one that is out of use. Of each kind there is one at most."""
    return tuple(_all(facts)) if facts.is_live else ()


def done(before: Facts, after: Facts) -> dict[str, str]:
    """Tell which obligations a change says were done, with the words for it: {} when it only set other dates.

    Something was done when the day of its doing moved on (a rotation, an approval, a signature, an assessment) and
    it is not due on the same day as before or earlier.
    """
    due = {each.kind: each.on for each in owed(before)}
    if not after.is_live:
        return {}
    follows = {_group(each.kind): each.on for each in owed(after)}
    return {
        kind: DONE[kind]
        for kind, on in due.items()
        if _moved_on(_day_of(kind, before), _day_of(kind, after)) and follows.get(_group(kind), date.max) > on
    }


def _all(facts: Facts) -> Iterator[Owed]:
    credential = _credential(facts)
    if credential is not None:
        yield credential
    if facts.review_on:
        title, since = f"Review {facts.name}", facts.reviewed_on
        yield Owed(INTEGRATION_REVIEW, title, facts.review_on, "Its day of review", since)
    if facts.dpa_review_on:
        title = f"Review the DPA with {facts.name}"
        yield Owed(DPA_REVIEW, title, facts.dpa_review_on, "Its day of DPA review", facts.dpa_signed_on)
    if facts.assessment_on:
        title, since = f"Assess {facts.name} again", facts.assessed_on
        yield Owed(SUB_PROCESSOR_REVIEW, title, facts.assessment_on, "Its day of assessment", since)


def _credential(facts: Facts) -> Owed | None:
    """A credential is renewed or rotated, whichever comes first: both are done by one new secret."""
    since = facts.rotated_on or facts.issued_on
    rotation_on = rotation_due_on(facts.rotated_on, facts.issued_on, facts.interval_days)
    if facts.renewal_on and (rotation_on is None or facts.renewal_on <= rotation_on):
        return Owed(RENEWAL, f"Renew {facts.name}", facts.renewal_on, "Its renewal date", since)
    if rotation_on is None:
        return None
    source = f"Rotation every {facts.interval_days} days"
    return Owed(ROTATION, f"Rotate {facts.name}", rotation_on, source, since, f"P{facts.interval_days}D")


def _group(kind: str) -> str:
    return RENEWAL if kind == ROTATION else kind


def _day_of(kind: str, facts: Facts) -> date | None:
    """The day on which what the kind asks for was last done."""
    return {
        RENEWAL: facts.rotated_on or facts.issued_on,
        ROTATION: facts.rotated_on or facts.issued_on,
        INTEGRATION_REVIEW: facts.reviewed_on,
        SUB_PROCESSOR_REVIEW: facts.assessed_on,
        DPA_REVIEW: facts.dpa_signed_on,
    }[kind]


def _moved_on(before: date | None, after: date | None) -> bool:
    return after is not None and (before is None or after > before)
