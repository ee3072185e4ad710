"""The five phases of a response: what each needs before it is done, and where an incident stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DONE, CURRENT, AHEAD = "done", "current", "ahead"


@dataclass(frozen=True)
class PhaseFacts:
    """What the phases are judged by; counts are of the incident's own records."""

    severity: str
    lead_named: bool
    detected_at: datetime
    contained_at: datetime | None
    resolved_at: datetime | None
    fixed_at: datetime | None
    personal_data: str
    people_affected: int | None
    records_affected: int | None
    root_cause: bool
    exposed_open: int
    clocks: int
    clocks_open: int
    needs_post_mortem: bool
    post_mortem_shared_at: datetime | None
    measures: int
    measures_incomplete: int


@dataclass(frozen=True)
class Phase:
    """One phase as it stands. `missing`: what is still to be done, as sentences for the page."""

    id: str
    title: str
    question: str
    state: str
    missing: tuple[str, ...]


TITLES = (
    ("detection", "Detection", "How did we know that something happened?"),
    ("containment", "Containment", "How was further exposure stopped?"),
    ("investigation", "Investigation", "What happened, and what was affected?"),
    ("notification", "Notification", "Who needs to know?"),
    ("remediation", "Remediation", "How is a recurrence prevented?"),
)


def phases(facts: PhaseFacts) -> list[Phase]:
    """Give the five phases in order: done, or with what is missing; the first that is not done is the current one."""
    missing = (
        _detection(facts),
        _containment(facts),
        _investigation(facts),
        _notification(facts),
        _remediation(facts),
    )
    first = next((number for number, each in enumerate(missing) if each), len(missing))
    return [
        Phase(id_, title, question, _state(number, first, missing[number]), tuple(missing[number]))
        for number, (id_, title, question) in enumerate(TITLES)
    ]


def _state(number: int, first: int, missing: Sequence[str]) -> str:
    if not missing:
        return DONE
    return CURRENT if number == first else AHEAD


def _detection(facts: PhaseFacts) -> list[str]:
    return [] if facts.lead_named else ["Name the incident lead."]


def _containment(facts: PhaseFacts) -> list[str]:
    missing = [] if facts.contained_at else ["Record when it was contained."]
    if facts.exposed_open:
        what = "credential" if facts.exposed_open == 1 else "credentials"
        missing.append(f"Revoke or rotate {facts.exposed_open} exposed {what}.")
    return missing


def _investigation(facts: PhaseFacts) -> list[str]:
    missing = []
    if facts.personal_data in ("unknown", "suspected"):
        missing.append("Answer whether personal data is involved.")
    if facts.personal_data == "yes" and facts.people_affected is None and facts.records_affected is None:
        missing.append("Estimate how many people or records are affected.")
    if not facts.root_cause:
        missing.append("Write down the cause.")
    return missing


def _notification(facts: PhaseFacts) -> list[str]:
    if facts.personal_data in ("yes", "suspected") and not facts.clocks:
        return ["Choose the clocks that run, or record that none does."]
    if facts.clocks_open:
        what = "clock" if facts.clocks_open == 1 else "clocks"
        return [f"Notify, or decide not to, for {facts.clocks_open} running {what}."]
    return []


def _remediation(facts: PhaseFacts) -> list[str]:
    missing = [] if facts.resolved_at else ["Record when it was resolved."]
    if facts.needs_post_mortem and not facts.post_mortem_shared_at:
        missing.append("Share the post-mortem.")
    if facts.measures_incomplete:
        what = "measure" if facts.measures_incomplete == 1 else "measures"
        missing.append(f"Give {facts.measures_incomplete} {what} an owner and a day.")
    return missing
