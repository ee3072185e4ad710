"""The transaction around every change of an incident: the locked row, its timeline entry, its deadlines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import TYPE_CHECKING

from incidents.response.models import Incident, TimelineEntry
from incidents.response.obligations import keep_deadlines
from portal.audit.actions import action
from portal.documents.models import EvidenceFile
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User


#: What else follows the record of an incident: called in the transaction of every change, with the changed row.
followers: list[Callable[[Incident, User | None, datetime], None]] = []


class Changed(Refused):
    """Somebody changed the incident since it was opened; `current` is how it is now."""

    def __init__(self, current: Incident) -> None:
        super().__init__("Somebody changed this incident since you opened it. Nothing has been saved.")
        self.current = current


def write_entry(
    incident: Incident,
    lead_in: str,
    text: str,
    *,
    at: datetime,
    by: User | None,
    kind: str = TimelineEntry.Kind.STATE,
    internal: bool = False,
    said_by: str = "",
    corrects: TimelineEntry | None = None,
    about: tuple[str, str] = ("", ""),
    evidence: EvidenceFile | None = None,
) -> TimelineEntry:
    """Add an entry to the timeline, inside an action that is running. Everything of a drill is internal.

    about: type and id of the record that it is about.
    """
    entry: TimelineEntry = TimelineEntry.objects.create(
        practice_id=incident.practice_id,
        client=incident.client,
        incident=incident,
        at=at,
        kind=kind,
        lead_in=lead_in,
        text=text,
        by=by,
        said_by=said_by,
        corrects=corrects,
        subject_type=about[0],
        subject_id=about[1],
        evidence=evidence,
        internal=internal or incident.drill,
    )
    return entry


@contextmanager
def changing(
    incident: Incident,
    verb: str,
    *,
    by: User | None,
    now: datetime,
    why: str = "",
    closed: bool = False,
    inside: bool = False,
) -> Iterator[Incident]:
    """Lock the incident, let the body change it, save it, and bring its deadlines and followers to the new record.

    closed: whether a closed incident may be changed. Raises Refused for a closed one otherwise.
    inside: the reason is for people of the practice. It stands in the trail with the rows that the body writes, which
    are internal, and not with the incident, whose history the client's people read.
    """
    with action(verb, by=by, why="" if inside else why, client=incident.client):
        row = locked(incident)
        if row.closed_at and not closed:
            raise Refused(f"{row.reference} is closed. Reopen it before you change it.")
        with action(verb, by=by, why=why) if inside else nullcontext():
            yield row
        row.version += 1
        row.save()
        keep_deadlines(row, by=by, now=now)
        for follow in followers:
            follow(row, by, now)


def locked(incident: Incident) -> Incident:
    """Load the incident anew and lock it until the transaction ends."""
    rows = Incident.objects.for_client(incident.client).select_related("client", "lead")
    row: Incident = rows.select_for_update(of=("self",)).get(pk=incident.pk)
    return row
