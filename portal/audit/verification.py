"""Checks a chain of audit events. Standard library only: an export carries this very file as verify.py.

In a folder with an export, run it with any Python from 3.11 on:   python3 verify.py [FOLDER]

Each line of chain.jsonl is one entry: its payload, digest = SHA-256 of the payload's text, and
hash = SHA-256 of (the hash before, the entry's number as 8 bytes, the digest). So no entry can be changed, taken
out or put in without all hashes after it changing. Each line of anchors.jsonl is such a hash as it was signed on
a day (Ed25519), with a key that is not kept in the database: against it the end cannot be cut off either.
An entry whose payload is null was withheld from whoever made the export; its digest still holds the chain together.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a chain; `payload` is None where it is withheld (or gone)."""

    seq: int
    prev: bytes
    digest: bytes
    hash: bytes
    payload: str | None

    def line(self) -> str:
        """Write the entry as a line of chain.jsonl."""
        return json.dumps(
            {
                "seq": self.seq,
                "prev": self.prev.hex(),
                "digest": self.digest.hex(),
                "hash": self.hash.hex(),
                "payload": self.payload,
            },
            ensure_ascii=False,
        )

    @classmethod
    def read(cls, line: str) -> Link:
        """Read a line of chain.jsonl. Raises ValueError, KeyError or TypeError for any other line."""
        entry = json.loads(line)
        prev, digest, own = (bytes.fromhex(entry[name]) for name in ("prev", "digest", "hash"))
        return cls(int(entry["seq"]), prev, digest, own, entry["payload"])


@dataclass(frozen=True, slots=True)
class Anchor:
    """A chain's last entry as it was signed at an instant; `at` as 2026-11-21T02:10:00Z."""

    chain: str
    seq: int
    hash: bytes
    at: str
    public_key: bytes
    signature: bytes

    def statement(self) -> bytes:
        """Give the bytes that are signed."""
        words = ("plumbline audit anchor 1", self.chain, str(self.seq), self.hash.hex(), self.at)
        return "\n".join(words).encode()

    def line(self) -> str:
        """Write the anchor as a line of anchors.jsonl."""
        return json.dumps(
            {
                "chain": self.chain,
                "seq": self.seq,
                "hash": self.hash.hex(),
                "at": self.at,
                "public_key": base64.b64encode(self.public_key).decode(),
                "signature": base64.b64encode(self.signature).decode(),
            }
        )

    @classmethod
    def read(cls, line: str) -> Anchor:
        """Read a line of anchors.jsonl. Raises ValueError, KeyError or TypeError for any other line."""
        entry = json.loads(line)
        key, signature = (base64.b64decode(entry[name]) for name in ("public_key", "signature"))
        own = bytes.fromhex(entry["hash"])
        return cls(str(entry["chain"]), int(entry["seq"]), own, str(entry["at"]), key, signature)


def anchor_instant(at: datetime) -> str:
    """Write an aware instant as it is signed, to the second, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def link_hash(prev: bytes, seq: int, digest: bytes) -> bytes:
    """Give the hash of an entry from the hash before it, its number and the digest of its payload."""
    return hashlib.sha256(prev + struct.pack(">q", seq) + digest).digest()


def faults_of_chain(
    links: Iterable[Link],
    *,
    head: Callable[[], tuple[int, bytes] | None] | None = None,
    anchors: Iterable[Anchor] = (),
    withheld: bool = False,
) -> list[str]:
    """Say what is wrong with a chain, in its order from entry 1; nothing when it holds. At most MOST_FAULTS.

    head: asked after the last entry for the number and hash that the database keeps as the chain's end.
    anchors: signed ends, of this chain.
    withheld: entries without payload are expected (an export made by somebody who may not see them all).
    """
    pinned: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        pinned.setdefault(anchor.seq, []).append(anchor)
    faults: list[str] = []
    expected, prev = 1, b""
    for link in links:
        if len(faults) < MOST_FAULTS:
            faults += _faults_of_link(link, expected, prev, withheld)
            faults += [_changed(anchor) for anchor in pinned.pop(link.seq, ()) if anchor.hash != link.hash]
        expected, prev = link.seq + 1, link.hash
    last = expected - 1
    for missed in [each for found in pinned.values() for each in found]:
        faults.append(
            f"the end was cut off: entry {missed.seq} was signed at {missed.at}, the chain ends at entry {last}"
        )
    if head is not None and (end := head() or (0, b"")) != (last, prev):
        faults.append(f"the chain ends at entry {last}, its head says entry {end[0]} or another hash")
    return faults[:MOST_FAULTS]


def _faults_of_link(link: Link, expected: int, prev: bytes, withheld: bool) -> Iterator[str]:
    if link.seq != expected:
        yield (
            f"entries {expected} to {link.seq - 1} are missing"
            if link.seq > expected
            else (f"entry {link.seq} stands where entry {expected} belongs")
        )
    elif link.prev != prev:
        yield f"entry {link.seq} does not continue the one before it"
    if link.payload is None:
        if not withheld:
            yield f"the event of entry {link.seq} is missing"
    elif hashlib.sha256(link.payload.encode()).digest() != link.digest:
        yield f"the event of entry {link.seq} was changed"
    if link_hash(link.prev, link.seq, link.digest) != link.hash:
        yield f"the hash of entry {link.seq} is not its own"


def _changed(anchor: Anchor) -> str:
    return f"entry {anchor.seq} is not the one that was signed at {anchor.at}: the chain was written anew"


def is_signed(anchor: Anchor, public_key: bytes) -> bool | None:
    """Tell whether the anchor is signed with this key; None where `cryptography` is not installed."""
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - optional beside an export
        from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - as above
            Ed25519PublicKey,
        )
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(anchor.signature, anchor.statement())
    except (InvalidSignature, ValueError):
        return False
    return anchor.public_key == public_key


def check_export(folder: Path) -> tuple[list[str], list[str]]:
    """Check the export in a folder; give its faults, and remarks on what was checked and what could not be."""
    try:
        chain = (folder / "chain.jsonl").read_text(encoding="utf-8").splitlines()
        signed = (folder / "anchors.jsonl").read_text(encoding="utf-8").splitlines()
        key = base64.b64decode((folder / "public-key.txt").read_text(encoding="utf-8"))
        links, anchors = [Link.read(line) for line in chain], [Anchor.read(line) for line in signed]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"the export cannot be read: {error}"], []
    faults = faults_of_chain(links, anchors=anchors, withheld=True)
    results = [is_signed(anchor, key) for anchor in anchors]
    faults += [
        f"the anchor of {anchor.at} is not signed with the key in public-key.txt"
        for anchor, result in zip(anchors, results, strict=True)
        if result is False
    ]
    remarks = [f"{len(links)} entries, {sum(link.payload is None for link in links)} of them withheld."]
    if not anchors:
        remarks.append("There is no signed anchor: entries cut off at the end would not be noticed.")
    elif None in results:
        remarks.append("Signatures were not checked: for that, install the Python package cryptography.")
    else:
        remarks.append(f"{len(anchors)} signed anchors, the last of {anchors[-1].at}.")
    fingerprint = hashlib.sha256(key).hexdigest()
    remarks.append(f"Key fingerprint {fingerprint}: compare it with the one in the portal's mails.")
    return faults, remarks


def main(arguments: list[str]) -> int:
    """Check the folder named, or the one this file lies in; 1 when something is wrong."""
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    faults, remarks = check_export(folder)
    verdict: Any = "NOT IN ORDER" if faults else "In order: nothing was changed, taken out or put in."
    sys.stdout.write("\n".join([*faults, *remarks, verdict]) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
