"""What a deadline's page says about it in words: its facts, and in what time it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.rules.durations import parse, words
from portal.tenancy.permissions import Access

CALENDARS = {"clock": "by the clock", "days": "calendar days", "months": "calendar months"}


@dataclass(frozen=True)
class Fact:
    """One fact; `kind` is text, link, person, day or moment and says what `value` is."""

    label: str
    kind: str
    value: Any
    url: str = ""


def facts_of(deadline: Deadline, access: Access) -> list[Fact]:
    """List what is known of a deadline, for this reader."""
    kind = kind_of(deadline.kind)
    found = [
        Fact("About", "link", deadline.subject, kind.address(deadline)),
        Fact("Kind", "text", kind.title),
        Fact("Due", "day", deadline.due_on) if deadline.due_on else Fact("Due", "moment", deadline.due_at),
        Fact("Since", "moment", deadline.started_at),
        Fact("Runs", "text", runs(deadline)),
        Fact("Owner", "person", deadline.owner),
        Fact("Backup owner", "text", deadline.backup_owner or "Nobody"),
        Fact("Comes from", "text", deadline.source),
        Fact("Note", "text", deadline.note),
    ]
    if access.is_of_practice:
        seen = "People of the practice only" if deadline.internal else "The client’s people too"
        found.append(Fact("Seen by", "text", seen))
        found.append(Fact("Promised to the client", "text", "Yes" if deadline.promise else ""))
    if deadline.late_at:
        found.append(Fact("Late since", "moment", deadline.late_at))
    return [fact for fact in found if fact.value or fact.kind == "person"]


def runs(deadline: Deadline) -> str:
    """Say in what time it runs: "48 hours, by the clock", "5 days, business days (GB-ENG)"; empty for a chosen day."""
    if not deadline.duration:
        return ""
    name, _, place = deadline.calendar.partition(":")
    calendar = f"business days ({place})" if place else CALENDARS.get(name, name)
    try:
        length = words(parse(deadline.duration))
    except ValueError:
        length = deadline.duration
    return f"{length}, {calendar}"
