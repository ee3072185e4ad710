"""The five phases of a response: what each needs before it is done, and where an incident stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

DONE, CURRENT, AHEAD = "done", "current", "ahead"


@dataclass(frozen=True)
class PhaseFacts:
    """What the phases are judged by; counts are of the incident's own records.

    exposed_open: credentials that were exposed and neither revoked nor rotated. no_clock_decided: it is recorded, with
    the reason, that no clock of the law runs. measures_incomplete: without an owner or a day.
    """

    severity: str
    lead_named: bool
    contained_at: datetime | None
    resolved_at: datetime | None
    personal_data: str
    people_affected: int | None
    records_affected: int | None
    exposed_open: int
    clocks: int
    clocks_open: int
    needs_post_mortem: bool
    post_mortem_shared_at: datetime | None
    measures_incomplete: int
    no_clock_decided: bool = False


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
#: How the timeline's entry begins that records that no clock of the law runs.
NO_CLOCK = "No clock runs."


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
    missing = [] if facts.severity else ["Set the severity."]
    return missing if facts.lead_named else [*missing, "Name the incident lead."]


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
    return missing


def _notification(facts: PhaseFacts) -> list[str]:
    if facts.personal_data in ("yes", "suspected") and not (facts.clocks or facts.no_clock_decided):
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
