"""The nightly comparison: what a client's records owe against its open deadlines. Actions keep both in step all day;
this finds what passed them by: a day that came, a term that ran out, rows written by hand."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from datetime import datetime

from portal.audit.actions import action
from portal.deadlines.actions import Kept, cancel_all, keep
from portal.deadlines.kinds import Source, sources
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Subject
from portal.deadlines.succession import succeed_everyone
from portal.tenancy.models import Client

logger = logging.getLogger(__name__)
WHY = "no record calls for it any more"
CLIENT_ENDED = "the work for the client has ended"


@dataclass
class Compared:
    """What a comparison has found: clients looked at, those that failed, and deadlines by what became of them."""

    clients: int = 0
    failed: int = 0
    opened: int = 0
    moved: int = 0
    cancelled: int = 0
    passed_on: int = 0

    def add(self, other: Compared) -> None:
        """Count another comparison in."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


def compare(now: datetime) -> Compared:
    """Bring the open deadlines of every client of the scope's practice to what its records owe at `now`.

    Each client in a transaction of its own. What goes wrong with one is logged, counted, and keeps no other from it.
    """
    done = Compared(passed_on=succeed_everyone(now))
    for client in Client.objects.order_by("pk"):
        try:
            done.add(compare_client(client, now))
        except Exception:
            logger.exception("the deadlines of client %s cannot be compared with its records", client.pk)
            done.add(Compared(clients=1, failed=1))
    return done


def compare_client(client: Client, now: datetime) -> Compared:
    """Compare one client, source by source, in one transaction. Kinds that no source names are left alone."""
    if client.status != Client.Status.ACTIVE:
        with action("deadline.compare", by=None, client=client):
            return Compared(clients=1, cancelled=cancel_all(client, by=None, at=now, why=CLIENT_ENDED))
    with action("deadline.compare", by=None, client=client):
        found = [_compare_source(client, kinds, source, now) for kinds, source in sources().values()]
    return Compared(
        clients=1,
        opened=sum(len(kept.opened) for kept in found),
        moved=sum(len(kept.moved) for kept in found),
        cancelled=sum(len(kept.cancelled) for kept in found),
    )


def _compare_source(client: Client, kinds: tuple[str, ...], source: Source, now: datetime) -> Kept:
    # Locked before the records are read: whoever changes one in the meantime waits, and has the last word.
    rows = Deadline.objects.for_client(client).open().filter(kind__in=kinds).order_by("pk")
    standing = rows.select_for_update().values_list("subject_type", "subject_id", "subject")
    subjects = {(type_, pk): Subject(type_, pk, text) for type_, pk, text in standing}
    obligations = list(source(client))
    subjects |= {obligation.subject.key: obligation.subject for obligation in obligations}
    return keep(client, obligations, subjects=subjects.values(), kinds=kinds, by=None, now=now, why=WHY)
