"""Reads chains from the database, as far as the scope lets through, and checks them by the rules of `verification`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from uuid import UUID

from django.db import connections
from django.db.models import Exists, OuterRef

from portal.audit.models import AuditAnchor, AuditEvent, AuditHead, AuditLink
from portal.audit.verification import Anchor, Link, anchor_instant, faults_of_chain, is_signed

NOBODYS = UUID(int=0)
LINKS = """
SELECT link.seq, link.prev, link.digest, link.hash, event.payload::text,
       event.at IS NOT DISTINCT FROM (event.payload ->> 'at')::timestamptz AND link.chain = event.chain,
       head.seq, head.hash
FROM audit_link AS link
LEFT JOIN audit_event AS event ON event.id = link.event_id
LEFT JOIN audit_head AS head ON head.chain = link.chain
WHERE link.chain = %s ORDER BY link.seq
"""
BATCH = 2000


class StoredChain:
    """One chain as the database holds it; iterating reads it once, in one snapshot, and then knows its head."""

    def __init__(self, chain: UUID, using: str = "default") -> None:
        self.chain, self.using = chain, using
        self.head: tuple[int, bytes] | None = None
        self.misfiled: list[int] = []

    def __iter__(self) -> Iterator[Link]:
        """Read the entries in their order, a batch at a time."""
        with closing(connections[self.using].chunked_cursor()) as cursor:
            cursor.execute(LINKS, [self.chain])
            while rows := cursor.fetchmany(BATCH):
                for seq, prev, digest, own, payload, filed, head_seq, head_hash in rows:
                    if payload is not None and not filed:
                        self.misfiled.append(seq)
                    self.head = None if head_seq is None else (head_seq, bytes(head_hash))
                    yield Link(seq, bytes(prev), bytes(digest), bytes(own), payload)

    def end(self) -> tuple[int, bytes] | None:
        """Give the head: as of the snapshot that was read, or as it is now where there was no entry at all."""
        if self.head is None:
            found = AuditHead.objects.using(self.using).filter(chain=self.chain).first()
            return (found.seq, bytes(found.hash)) if found else None
        return self.head


def stored_anchors(chain: UUID, using: str = "default") -> list[Anchor]:
    """List a chain's signed anchors, oldest first."""
    return [
        Anchor(
            str(row.chain),
            row.seq,
            bytes(row.hash),
            anchor_instant(row.at),
            bytes(row.public_key),
            bytes(row.signature),
        )
        for row in AuditAnchor.objects.using(using).filter(chain=chain).order_by("id")
    ]


def chains_in_scope(using: str = "default") -> list[UUID]:
    """List the chains that the scope lets through: those with a head, and those with events alone (a fault)."""
    heads = set(AuditHead.objects.using(using).values_list("chain", flat=True))
    events = AuditEvent.objects.using(using).order_by().values_list("chain", flat=True).distinct()
    return sorted(heads | set(events))


def faults_of_stored_chain(
    chain: UUID, *, trusted: Iterable[bytes], kept: Iterable[Anchor] = (), using: str = "default"
) -> list[str]:
    """Check one chain: its links, events, head and anchors. Reads the whole chain, a batch at a time.

    trusted: public keys whose anchors count. kept: anchors from outside the database (mails), besides the stored.
    """
    stored = StoredChain(chain, using)
    anchors = [*stored_anchors(chain, using), *(each for each in kept if each.chain == str(chain))]
    keys = set(trusted)
    faults = [
        f"the anchor of {anchor.at} is not signed with a key that is trusted here"
        for anchor in anchors
        if not any(is_signed(anchor, key) for key in keys)
    ]
    faults += faults_of_chain(stored, head=stored.end, anchors=anchors)
    faults += [
        f"entry {seq} is filed under another instant or client than it says" for seq in stored.misfiled
    ]
    if unlinked := unlinked_events(chain, using):
        faults.append(f"{unlinked} events stand in no chain")
    return faults


def unlinked_events(chain: UUID, using: str = "default") -> int:
    """Count the chain's events that were never chained."""
    linked = AuditLink.objects.using(using).filter(event_id=OuterRef("pk"))
    return int(AuditEvent.objects.using(using).filter(~Exists(linked), chain=chain).count())
