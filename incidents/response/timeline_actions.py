"""The timeline of an incident and the records it touches. Entries are only added, also to correct a wrong one."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Model

from incidents.response.changing import changing, write_entry
from incidents.response.models import Incident, IncidentLink, TimelineEntry
from portal.audit.actions import action
from portal.documents.evidence.actions import attach
from portal.documents.evidence.subjects import ATTACHED, KEPT_BACK, SHOWN, WITHDRAWN, Happening
from portal.documents.models import EvidenceFile
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User

SUBJECT = "response.incident"
LONGEST_WORDS = 200
LEAD_INS = {
    ATTACHED: "Evidence attached.",
    WITHDRAWN: "Evidence withdrawn.",
    SHOWN: "Evidence shown to the client.",
    KEPT_BACK: "Evidence kept back.",
}
NOUNS = {
    "registers.workflow": "workflow",
    "registers.integration": "integration",
    "registers.credential": "credential",
    "registers.subprocessor": "sub-processor",
}


def add_entry(
    incident: Incident,
    text: str,
    *,
    at: datetime,
    by: User,
    now: datetime,
    kind: str = TimelineEntry.Kind.NOTE,
    internal: bool = False,
    said_by: str = "",
    file: tuple[str, bytes] | None = None,
) -> TimelineEntry:
    """Write down what happened `at`; internal: for people of the practice alone. file: name and bytes of what shows it.

    Raises Refused without words, for an instant that is to come, and for a file that cannot be attached.
    """
    _refuse_empty(text)
    _refuse_future(at, now)
    with action("incident.write", by=by, client=incident.client):
        # Files first: whoever attaches one holds the record's files before the incident, in this order everywhere.
        evidence = _attached(incident, file, text, by, now, internal) if file else None
        kind = TimelineEntry.Kind.EVIDENCE if evidence else kind
        with changing(incident, "incident.write", by=by, now=now) as row:
            return write_entry(
                row, "", text, at=at, by=by, kind=kind, internal=internal, said_by=said_by, evidence=evidence
            )


def _attached(
    incident: Incident, file: tuple[str, bytes], text: str, by: User, now: datetime, internal: bool
) -> EvidenceFile:
    shows = text if len(text) <= LONGEST_WORDS else f"{text[: LONGEST_WORDS - 1]}…"
    return attach(
        incident.client, SUBJECT, str(incident.pk), *file, by=by, at=now, shows=" ".join(shows.split()),
        internal=internal, follow=False,
    )  # fmt: skip


def follow_evidence(file: EvidenceFile, happening: Happening) -> None:
    """Write into the timeline what was done to a file of the incident; for the client's people if they saw the file."""
    incident = Incident.objects.select_related("client").get(pk=file.subject_id)
    by, now = happening.by, happening.at
    text = ": ".join(filter(None, [file.name, file.shows if happening.did == ATTACHED else happening.why]))
    attaching = happening.did == ATTACHED
    with changing(incident, "incident.write", by=by, now=now, closed=not attaching) as row:
        write_entry(
            row, LEAD_INS[happening.did], text, at=now, by=by, kind=TimelineEntry.Kind.EVIDENCE,
            internal=not happening.shown, evidence=file,
        )  # fmt: skip


def correct_entry(
    entry: TimelineEntry, text: str, *, at: datetime, by: User, now: datetime, why: str
) -> TimelineEntry:
    """Add the correction of an entry, which itself stays as it was; the correction is as internal as the entry."""
    _refuse_empty(text)
    _refuse_future(at, now)
    if not why.strip():
        raise Refused("Enter why it is corrected. The reason is kept.")
    with changing(
        entry.incident, "incident.correct_entry", by=by, now=now, why=why, inside=entry.internal
    ) as row:
        return write_entry(
            row,
            "Correction.",
            text,
            at=at,
            by=by,
            kind=TimelineEntry.Kind.CORRECTION,
            internal=entry.internal,
            corrects=entry,
        )


def link_record(incident: Incident, record: Model, effect: str, *, by: User, now: datetime) -> IncidentLink:
    """Say that the incident touches a record of the client's registers, and what was done to it.

    A second link to the same record changes what was done. Raises Refused for the record of another client.
    """
    if getattr(record, "client_id", None) != incident.client_id:
        raise Refused("Choose a record of the client whose incident it is.")
    if effect not in IncidentLink.Effect.values:
        raise Refused("Say what happened to the record.")
    with changing(incident, "incident.link", by=by, now=now) as row:
        link: IncidentLink
        link, _ = IncidentLink.objects.update_or_create(
            practice_id=row.practice_id,
            client=row.client,
            incident=row,
            subject_type=record._meta.label_lower,
            subject_id=str(record.pk),
            defaults={"subject": str(record)[:200], "effect": effect, "internal": _is_internal(record, row)},
        )
        noun = NOUNS.get(link.subject_type, "record")
        text = f"{link.get_effect_display()}: {noun} {record}."
        about = link.subject_type, link.subject_id
        write_entry(row, "", text, at=now, by=by, internal=link.internal, about=about)
    return link


def unlink_record(incident: Incident, link: IncidentLink, *, by: User, now: datetime, why: str) -> None:
    """Take back that a record is touched, with the reason; both entries stay in the timeline."""
    if link.incident_id != incident.pk:
        raise Refused("This record is not linked to the incident.")
    if not why.strip():
        raise Refused("Enter why it is not touched. The reason is kept.")
    with changing(incident, "incident.unlink", by=by, now=now, why=why, inside=link.internal) as row:
        text = f"Not touched after all: {NOUNS.get(link.subject_type, 'record')} {link}. {why.strip()}"
        about = link.subject_type, link.subject_id
        write_entry(row, "", text, at=now, by=by, internal=link.internal, about=about)
        link.delete()


def _is_internal(record: Model, incident: Incident) -> bool:
    return bool(getattr(record, "internal", False)) or incident.drill


def _refuse_empty(text: str) -> None:
    if not text.strip():
        raise Refused("Write down what happened.")


def _refuse_future(at: datetime, now: datetime) -> None:
    if at > now:
        raise Refused("Enter an instant that has passed.")
