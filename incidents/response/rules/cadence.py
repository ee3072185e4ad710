"""How often the client was to hear at each time of an incident, worked out from the turns in its timeline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.response.rules.severities import severities
from portal.deadlines.rules.durations import parse

#: How the timeline's entries begin that turn an incident.
RESOLVED, REOPENED, SEVERITY = "Resolved.", "Reopened.", "Severity "
_CHANGED = re.compile(r"Severity changed from (SEV\d) to (SEV\d)\.|Severity raised to (SEV\d)\.")
#: What is raised because personal data may be involved was no major incident before.
BEFORE_RAISED = "SEV3"


@dataclass(frozen=True)
class Turn:
    """An entry of the timeline that begins with one of the words above, in the order in which they were written."""

    at: datetime
    lead_in: str


def cadence(
    reported_at: datetime, severity: str, turns: Sequence[Turn], resolved_at: datetime | None
) -> list[tuple[datetime, timedelta | None]]:
    """Give from when on the client was to hear how often: while it was a major incident and not resolved, else None.

    severity: the one that holds now. A cadence that came back begins anew; nothing begins after the resolution.
    """
    changes = [(turn.at, *change) for turn in turns if (change := severity_change(turn.lead_in))]
    level, paused = changes[0][1] if changes else severity, False
    found: list[tuple[datetime, timedelta | None]] = [(reported_at, _every(level))]
    for at, after, pauses in sorted(_events(changes, turns), key=lambda each: each[0]):
        level, paused = after or level, paused if pauses is None else pauses
        every = None if paused else _every(level)
        if every != found[-1][1]:
            found.append((max(at, reported_at), every))
    return [each for each in found if resolved_at is None or each[0] < resolved_at]


def severity_change(lead_in: str) -> tuple[str, str] | None:
    """Read from which severity to which an entry of the timeline tells of a change."""
    match = _CHANGED.fullmatch(lead_in)
    if match is None:
        return None
    return (match[1], match[2]) if match[1] else (BEFORE_RAISED, match[3])


def _events(
    changes: Sequence[tuple[datetime, str, str]], turns: Sequence[Turn]
) -> list[tuple[datetime, str, bool | None]]:
    """Give what turns the cadence: at, the severity from then on or "", and whether it pauses, goes on or neither."""
    events: list[tuple[datetime, str, bool | None]] = [(at, after, None) for at, _, after in changes]
    resolved = None
    for turn in turns:
        if turn.lead_in == RESOLVED:
            resolved = turn.at
        elif turn.lead_in == REOPENED and resolved is not None:
            events += [(resolved, "", True), (turn.at, "", False)]
            resolved = None
    return events


def _every(severity: str) -> timedelta | None:
    level = severities()[severity]
    if not level.is_major or not level.update_every:
        return None
    length = parse(level.update_every)
    return timedelta(days=length.days, seconds=length.seconds)
