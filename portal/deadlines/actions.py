"""Every change of a deadline: open, move, meet, cancel, snooze, hand over. Called in the transaction of its cause.

Nothing here works out reminders: a changed deadline asks for the scan's attention at once (`next_step_at`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from portal.audit.actions import action
from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.deadlines.models.deadline import CLOCK
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

#: Fields that follow the record for as long as the deadline is open.
FOLLOWS = (
    "subject", "title", "note", "source", "due_at", "due_on", "calendar", "duration",
    "owner_id", "backup_owner_id", "internal",
)  # fmt: skip


@dataclass
class Kept:
    """What `keep` has changed."""

    opened: list[Deadline] = field(default_factory=list)
    moved: list[Deadline] = field(default_factory=list)
    met: list[Deadline] = field(default_factory=list)
    cancelled: list[Deadline] = field(default_factory=list)


def keep(
    client: Client,
    obligations: Iterable[Obligation],
    *,
    subjects: Iterable[Subject],
    kinds: Collection[str],
    by: User | None,
    now: datetime,
    met: Mapping[str, str] | None = None,
    why: str = "it is no longer owed",
) -> Kept:
    """Make the open deadlines of these subjects and kinds equal to `obligations`.

    Opens what is missing, moves what changed, ends the rest: kinds in `met` (kind: words of what was done) are met at
    `now`, also where a new obligation of the same kind follows; others are cancelled with `why`. Call it inside the
    action of the change that causes it, with every subject that the change touched, also those owed nothing.
    Three queries and one per kind of write, whatever the number. Raises Refused for an obligation of another subject.
    """
    wanted = {obligation.key: obligation for obligation in obligations}
    about = {subject.key for subject in subjects}
    _refuse_strangers(wanted.values(), about, kinds)
    done = met or {}
    kept = Kept()
    with transaction.atomic():
        for deadline in _open_of(client, about, kinds):
            follows = wanted.get((deadline.kind, deadline.subject_type, deadline.subject_id))
            if deadline.kind in done:
                kept.met.append(_ended(deadline, Deadline.Outcome.MET, now, by, done[deadline.kind]))
            elif follows is None:
                kept.cancelled.append(_ended(deadline, Deadline.Outcome.CANCELLED, now, by, why))
            else:
                del wanted[follows.key]
                if _follow(deadline, follows, client, now):
                    kept.moved.append(deadline)
        kept.opened = [_opened(obligation, client, now) for obligation in wanted.values()]
        _write(kept)
    return kept


def open_deadline(client: Client, obligation: Obligation, *, by: User | None, now: datetime) -> Deadline:
    """Open one deadline; when one of its kind and subject is open already, that one is moved to the new terms."""
    kept = keep(client, [obligation], subjects=[obligation.subject], kinds=[obligation.kind], by=by, now=now)
    changed = [*kept.opened, *kept.moved]
    return changed[0] if changed else open_of(client, obligation.kind, obligation.subject)


def open_of(client: Client, kind: str, subject: Subject) -> Deadline:
    """Give the open deadline of a kind and subject. Raises Deadline.DoesNotExist."""
    found: Deadline = (
        Deadline.objects.for_client(client)
        .open()
        .get(kind=kind, subject_type=subject.type, subject_id=subject.id)
    )
    return found


def meet_deadline(
    client: Client, kind: str, subject: Subject, *, by: User | None, at: datetime, why: str = ""
) -> Deadline | None:
    """Record that it was done `at` this instant; None when nothing of this kind is open. Late stays late."""
    return _end_one(client, kind, subject, Deadline.Outcome.MET, at, by, why)


def cancel_deadline(
    client: Client, kind: str, subject: Subject, *, by: User | None, at: datetime, why: str
) -> Deadline | None:
    """Record that it is no longer owed, with the reason; None when nothing of this kind is open."""
    if not why.strip():
        raise Refused("Enter why it is no longer owed. The reason is kept.")
    return _end_one(client, kind, subject, Deadline.Outcome.CANCELLED, at, by, why)


def cancel_all(client: Client, *, by: User | None, at: datetime, why: str) -> int:
    """Record that nothing of a client is owed any more; give how many deadlines that ended."""
    with transaction.atomic():
        rows = Deadline.objects.for_client(client).open().order_by("pk").select_for_update()
        ended = [_ended(deadline, Deadline.Outcome.CANCELLED, at, by, why) for deadline in rows]
        _write(Kept(cancelled=ended))
    return len(ended)


def correct_ended(
    deadline: Deadline, *, due_at: datetime, ended_at: datetime, started_at: datetime | None = None
) -> Deadline:
    """Bring a met deadline to corrected instants; call it inside the audited correction, which carries the reason.

    It is late exactly when the corrected end lies after the corrected due instant, or when it had been moved while
    late before: what was missed before a move stays missed.
    """
    with transaction.atomic():
        rows = Deadline.objects.filter(client_id=deadline.client_id).select_for_update()
        row: Deadline = rows.get(pk=deadline.pk)
        if row.outcome != Deadline.Outcome.MET:
            raise ValueError("only a met deadline has an end to correct")
        if row.late_at == row.due_at:
            row.late_at = None
        if due_at < ended_at:
            row.late_at = row.late_at or due_at
        row.due_at, row.ended_at = due_at, ended_at
        row.started_at = min(started_at or row.started_at, due_at)
        row.save(update_fields=["due_at", "ended_at", "late_at", "started_at"])
    return row


def snooze_deadline(deadline: Deadline, *, by: User, until: datetime, now: datetime, why: str) -> Deadline:
    """Leave it out of Today and of reminders until then, with a reason in the trail.

    Raises Refused without a reason, for an instant that has passed, for one past the due instant of a promise.
    """
    if not why.strip():
        raise Refused("Enter why it can wait. The reason is kept.")
    with action("deadline.snooze", by=by, why=why):
        row = _locked(deadline)
        if until <= now:
            raise Refused("Choose a day that is to come.")
        if row.promise and until > row.due_at:
            raise Refused(
                f"“{row.title}” is promised to the client: it can wait until it is due, not longer."
            )
        # Steps that fall into the snooze are owed at its end, also when the scan has not seen the deadline yet.
        row.stepped_at = row.stepped_at or now
        row.snoozed_until, row.next_step_at = until, until
        row.save(update_fields=["snoozed_until", "next_step_at", "stepped_at"])
    return row


def wake_deadline(deadline: Deadline, *, by: User, now: datetime) -> Deadline:
    """End a snooze now."""
    with action("deadline.wake", by=by):
        row = _locked(deadline)
        row.snoozed_until, row.next_step_at = None, now
        row.save(update_fields=["snoozed_until", "next_step_at"])
    return row


def reassign_deadline(
    deadline: Deadline, *, by: User, owner: User, backup_owner: User | None, now: datetime, why: str
) -> Deadline:
    """Give it to another owner; where its kind says so, the record that it is about changes hands, and it follows."""
    if not why.strip():
        raise Refused("Enter why it changes hands. The reason is kept.")
    hand_over = kind_of(deadline.kind).hand_over
    with action("deadline.reassign", by=by, why=why, client=deadline.client):
        row = _locked(deadline)
        if hand_over is not None:
            hand_over(row, owner=owner, backup_owner=backup_owner, by=by, why=why)
            row.refresh_from_db()
        else:
            row.owner, row.next_step_at = owner, now
            row.backup_owner = None if backup_owner == owner else backup_owner
            row.save(update_fields=["owner", "backup_owner", "next_step_at"])
    return row


def due_at_of(due: Due, client: Client) -> datetime:
    """Give the instant at which it is late: as said, or the end of the day in the client's time zone."""
    if due.at is not None:
        return due.at
    assert due.on is not None
    return datetime.combine(due.on + timedelta(days=1), time(), ZoneInfo(client.time_zone))


def _locked(deadline: Deadline) -> Deadline:
    rows = Deadline.objects.filter(client_id=deadline.client_id).select_related("client")
    row: Deadline = rows.select_for_update(of=("self",)).get(pk=deadline.pk)
    if not row.is_open:
        raise Refused(f"“{row.title}” has ended already.")
    return row


def _open_of(client: Client, about: Iterable[tuple[str, str]], kinds: Collection[str]) -> Iterable[Deadline]:
    by_type: dict[str, list[str]] = {}
    for subject_type, subject_id in about:
        by_type.setdefault(subject_type, []).append(subject_id)
    these = Q(pk__in=[])
    for subject_type, ids in by_type.items():
        these |= Q(subject_type=subject_type, subject_id__in=ids)
    rows = Deadline.objects.for_client(client).open().filter(these, kind__in=list(kinds))
    return list(rows.order_by("pk").select_for_update())


def _refuse_strangers(
    wanted: Iterable[Obligation], about: set[tuple[str, str]], kinds: Collection[str]
) -> None:
    for obligation in wanted:
        if obligation.subject.key not in about or obligation.kind not in kinds:
            raise ValueError(f"{obligation.key} is not among the subjects and kinds that are kept")


def _opened(obligation: Obligation, client: Client, now: datetime) -> Deadline:
    kind = kind_of(obligation.kind)
    due_at = due_at_of(obligation.due, client)
    return Deadline(
        practice_id=client.practice_id,
        client=client,
        kind=obligation.kind,
        subject_type=obligation.subject.type,
        subject_id=obligation.subject.id,
        started_at=min(obligation.started_at, due_at),
        policy=kind.policy,
        promise=kind.promise,
        next_step_at=now,
        **_terms(obligation, client),
    )


def _terms(obligation: Obligation, client: Client) -> dict[str, object]:
    """The fields in FOLLOWS, as the obligation has them."""
    due, owner, backup = obligation.due, obligation.owner, obligation.backup_owner
    return {
        "subject": obligation.subject.text[:200],
        "title": obligation.title[:240],
        "note": obligation.note[:300],
        "source": obligation.source[:200],
        "due_at": due_at_of(due, client),
        "due_on": due.on,
        "calendar": CLOCK if due.on is None and due.calendar == "days" else due.calendar,
        "duration": due.duration,
        "owner_id": owner.pk if owner else None,
        "backup_owner_id": backup.pk if backup and backup != owner else None,
        "internal": obligation.internal,
    }


def _follow(deadline: Deadline, obligation: Obligation, client: Client, now: datetime) -> bool:
    """Bring an open deadline to the terms of its record; tell whether anything differed."""
    terms = _terms(obligation, client)
    changed = [name for name in FOLLOWS if getattr(deadline, name) != terms[name]]
    if not changed:
        return False
    if deadline.due_at != terms["due_at"]:
        if deadline.due_at < now:
            deadline.late_at = deadline.late_at or deadline.due_at
        deadline.snoozed_until = None
        deadline.stepped_at = None
        # A clock is counted from another instant now; what is due on a day began when it was first owed.
        began = obligation.started_at if obligation.due.at is not None else deadline.started_at
        deadline.started_at = min(began, due_at_of(obligation.due, client))
    for name in changed:
        setattr(deadline, name, terms[name])
    deadline.next_step_at = now
    return True


def _ended(
    deadline: Deadline, outcome: Deadline.Outcome, at: datetime, by: User | None, why: str
) -> Deadline:
    if deadline.due_at < at:
        deadline.late_at = deadline.late_at or deadline.due_at
    deadline.outcome, deadline.ended_at, deadline.ended_by, deadline.ended_why = outcome, at, by, why[:500]
    deadline.next_step_at = deadline.snoozed_until = None
    return deadline


ENDS = ("outcome", "ended_at", "ended_by", "ended_why", "late_at", "next_step_at", "snoozed_until")
MOVES = (*(name.removesuffix("_id") for name in FOLLOWS), "late_at", "snoozed_until", "stepped_at", "next_step_at",
         "started_at")  # fmt: skip


def _write(kept: Kept) -> None:
    """Ended ones first: a new deadline of the same kind and subject may follow."""
    ended = [*kept.met, *kept.cancelled]
    if ended:
        Deadline.objects.bulk_update(ended, ENDS, batch_size=500)
    if kept.moved:
        Deadline.objects.bulk_update(kept.moved, MOVES, batch_size=500)
    if kept.opened:
        Deadline.objects.bulk_create(kept.opened, batch_size=500)


def _end_one(
    client: Client,
    kind: str,
    subject: Subject,
    outcome: Deadline.Outcome,
    at: datetime,
    by: User | None,
    why: str,
) -> Deadline | None:
    with transaction.atomic():
        for deadline in _open_of(client, [subject.key], [kind]):
            _ended(deadline, outcome, at, by, why)
            deadline.save(update_fields=list(ENDS))
            return deadline
    return None
