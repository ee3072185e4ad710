"""What is done so that it does not happen again: measures with an owner and a day, each a deadline until it is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from incidents.response.changing import changing, write_entry
from incidents.response.kinds import MEASURE
from incidents.response.models import Incident, Measure, PostMortem
from portal.deadlines import actions as deadlines
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.documents.evidence.actions import attach
from portal.lib.refused import Refused

if TYPE_CHECKING:
    from portal.accounts.models import User

EVIDENCE = "response.measure"
FACTS = frozenset({"kind", "text", "owner", "due_on", "priority", "tracking_url"})


def add_measure(incident: Incident, values: Mapping[str, Any], *, by: User, now: datetime) -> Measure:
    """Add a measure; the client sees it once the post-mortem is shared, and at once afterwards."""
    with changing(incident, "measure.add", by=by, now=now, closed=True) as row:
        shared = PostMortem.objects.filter(incident=row, shared_at__isnull=False).exists()
        measure = Measure(practice_id=row.practice_id, client=row.client, incident=row)
        measure.internal = row.drill or not shared
        _set(measure, values)
        measure.save(force_insert=True)
        keep_measure(row, measure, by=by, now=now, why="it is no longer owed")
    return measure


def edit_measure(
    measure: Measure, values: Mapping[str, Any], *, version: int, by: User, now: datetime, why: str = ""
) -> Measure:
    """Change an open measure; its deadline follows. Raises Refused when somebody changed it meanwhile."""
    inside = measure.internal
    with changing(
        measure.incident, "measure.edit", by=by, now=now, why=why, closed=True, inside=inside
    ) as row:
        current = _open(measure)
        if current.version != version:
            raise Refused("Somebody changed this measure since you opened it. Nothing has been saved.")
        _set(current, values)
        current.version += 1
        current.save()
        keep_measure(row, current, by=by, now=now, why="its day was taken away")
    return current


def finish_measure(
    measure: Measure, outcome: str, *, by: User, now: datetime, file: tuple[str, bytes] | None = None
) -> Measure:
    """Record that it is done, and what was done; its deadline is met now. file: name and bytes of what shows it.

    Raises Refused without words and for a file that cannot be attached; then nothing is recorded.
    """
    if not outcome.strip():
        raise Refused("Say what was done.")
    with transaction.atomic():
        if file is not None:
            attach(
                measure.incident.client, EVIDENCE, str(measure.pk), *file, by=by, at=now, shows="That it is done",
                internal=True,
            )  # fmt: skip
        return _finish(measure, outcome, by=by, now=now)


def _finish(measure: Measure, outcome: str, *, by: User, now: datetime) -> Measure:
    with changing(measure.incident, "measure.finish", by=by, now=now, closed=True) as row:
        current = _open(measure)
        current.done_at, current.done_by, current.outcome = now, by, outcome.strip()
        current.version += 1
        current.save()
        deadlines.meet_deadline(row.client, MEASURE, subject_of(row, current), by=by, at=now)
        write_entry(row, "Measure done.", current.text, at=now, by=by, internal=current.internal)
    return current


def drop_measure(measure: Measure, *, by: User, now: datetime, why: str) -> Measure:
    """Record that it will not be done, and why; it stays on record."""
    if not why.strip():
        raise Refused("Enter why it will not be done. The reason is kept.")
    inside = measure.internal
    with changing(
        measure.incident, "measure.drop", by=by, now=now, why=why, closed=True, inside=inside
    ) as row:
        current = _open(measure)
        current.dropped_at, current.dropped_why = now, why.strip()[:500]
        current.version += 1
        current.save()
        deadlines.cancel_deadline(row.client, MEASURE, subject_of(row, current), by=by, at=now, why=why)
        text = f"{current.text} {why.strip()}"
        write_entry(row, "Measure dropped.", text, at=now, by=by, internal=current.internal)
    return current


def subject_of(incident: Incident, measure: Measure) -> Subject:
    """Give the measure as the subject of its deadline."""
    return Subject("response.measure", str(measure.pk), f"{incident.reference} {measure.text}"[:200])


def _set(measure: Measure, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name in FACTS:
            setattr(measure, name, value)
    measure.text = measure.text.strip()
    if not measure.text:
        raise Refused("Say what is to be done.")
    if measure.kind not in Measure.Kind.values:
        raise Refused("Choose what kind of measure it is.")


def _open(measure: Measure) -> Measure:
    current: Measure = Measure.objects.select_for_update().get(pk=measure.pk)
    if current.done_at or current.dropped_at:
        raise Refused(f"This measure was {'done' if current.done_at else 'dropped'} already.")
    return current


def keep_measure(row: Incident, measure: Measure, *, by: User, now: datetime, why: str) -> None:
    """Bring the deadline of an open measure to its record. What an exercise has led to is real once it has ended."""
    subject = subject_of(row, measure)
    owed = []
    if measure.due_on is not None:
        words = f"{row.reference}: {measure.text}"
        owed = [
            Obligation(
                kind=MEASURE,
                subject=subject,
                title=f"Drill: {words}" if row.drill and not row.closed_at else words,
                note=measure.get_kind_display(),
                due=Due(on=measure.due_on),
                started_at=now,
                owner=measure.owner,
                backup_owner=row.lead if row.lead != measure.owner else None,
                source=f"{'Exercise' if row.drill else 'Post-mortem of'} {row.reference}",
                internal=True,
            )
        ]
    deadlines.keep(row.client, owed, subjects=[subject], kinds=(MEASURE,), by=by, now=now, why=why)
