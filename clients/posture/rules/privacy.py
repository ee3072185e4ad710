"""Controls that a client without personal data does not need. With it, the record that they ask for is not kept yet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from clients.posture.rules.facts import NO, Facts
from clients.posture.rules.finding import Finding, does_not_apply, nothing

#: What each of them needs, in words.
NEEDED = {
    "DAT-07": "how fields are masked is in no register yet",
    "LOG-04": "what logs leave out is in no register yet",
    "CHG-04": "what data environments hold is in no register yet",
    "PRV-01": "the client's own data processing agreement is in no register yet",
    "PRV-03": "requests of data subjects are in no register yet",
    "PRV-04": "the record of processing is not kept here yet",
}


def unless_no_personal_data(control_id: str) -> Callable[[Facts, datetime], Finding]:
    """Make the rule of one of these controls."""

    def rule(facts: Facts, now: datetime) -> Finding:
        if facts.personal_data == NO:
            return does_not_apply(control_id, "no personal data is processed for this client")
        return nothing(control_id, NEEDED[control_id])

    return rule
