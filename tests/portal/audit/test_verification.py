"""The rules by which a chain is checked, on chains built here."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.audit.verification import Anchor, Link, faults_of_chain, link_hash


def built(*texts: str) -> list[Link]:
    links, prev = [], b""
    for seq, text in enumerate(texts, 1):
        digest = hashlib.sha256(text.encode()).digest()
        own = link_hash(prev, seq, digest)
        links.append(Link(seq, prev, digest, own, text))
        prev = own
    return links


def anchor_of(link: Link) -> Anchor:
    return Anchor("c", link.seq, link.hash, "2026-11-19T02:10:00Z", b"", b"")


CHAIN = built("one", "two", "three", "four")
HEAD = (4, CHAIN[-1].hash)


def edited(links: list[Link]) -> list[Link]:
    return [replace(link, payload="forged") if link.seq == 2 else link for link in links]


def edited_with_digest(links: list[Link]) -> list[Link]:
    digest = hashlib.sha256(b"forged").digest()
    return [replace(link, payload="forged", digest=digest) if link.seq == 2 else link for link in links]


def edited_with_hash(links: list[Link]) -> list[Link]:
    digest = hashlib.sha256(b"forged").digest()
    own = link_hash(links[0].hash, 2, digest)
    return [Link(2, links[0].hash, digest, own, "forged") if link.seq == 2 else link for link in links]


def without_middle(links: list[Link]) -> list[Link]:
    return [link for link in links if link.seq != 2]


def without_first(links: list[Link]) -> list[Link]:
    return links[1:]


def without_event(links: list[Link]) -> list[Link]:
    return [replace(link, payload=None) if link.seq == 3 else link for link in links]


def twice(links: list[Link]) -> list[Link]:
    return [*links[:2], links[1], *links[2:]]


@pytest.mark.parametrize(
    ("tamper", "says"),
    [
        (edited, "the event of entry 2 was changed"),
        (edited_with_digest, "the hash of entry 2 is not its own"),
        (edited_with_hash, "entry 3 does not continue the one before it"),
        (without_middle, "entries 2 to 2 are missing"),
        (without_first, "entries 1 to 1 are missing"),
        (without_event, "the event of entry 3 is missing"),
        (twice, "entry 2 stands where entry 3 belongs"),
    ],
)
def test_what_was_done_to_a_chain_is_found(tamper: Callable[[list[Link]], list[Link]], says: str) -> None:
    assert says in faults_of_chain(tamper(CHAIN), head=lambda: HEAD)


def test_a_whole_chain_has_no_fault() -> None:
    assert faults_of_chain(CHAIN, head=lambda: HEAD, anchors=[anchor_of(CHAIN[1]), anchor_of(CHAIN[3])]) == []
    assert faults_of_chain([], head=lambda: None) == []


def test_a_cut_end_is_found_by_the_head_and_with_a_wound_back_head_by_the_anchor() -> None:
    cut = CHAIN[:2]
    assert faults_of_chain(cut, head=lambda: HEAD) != []
    assert faults_of_chain(cut, head=lambda: (2, cut[-1].hash)) == []
    found = faults_of_chain(cut, head=lambda: (2, cut[-1].hash), anchors=[anchor_of(CHAIN[3])])
    assert found == [
        "the end was cut off: entry 4 was signed at 2026-11-19T02:10:00Z, the chain ends at entry 2"
    ]


def test_a_chain_written_anew_is_found_by_the_anchor_alone() -> None:
    forged = built("one", "forged", "three", "four")
    assert faults_of_chain(forged) == []
    assert "the chain was written anew" in faults_of_chain(forged, anchors=[anchor_of(CHAIN[3])])[0]


def test_withheld_entries_hold_the_chain_by_their_digest() -> None:
    assert faults_of_chain(without_event(CHAIN), withheld=True) == []
    assert faults_of_chain(without_event(edited_with_digest(CHAIN)), withheld=True) != []


def test_only_so_many_faults_are_told() -> None:
    assert len(faults_of_chain(replace(link, payload="x") for link in built(*map(str, range(100))))) == 20


def test_lines_are_read_back_as_they_were_written() -> None:
    link = built("“quoted” — ✓")[0]
    assert Link.read(link.line()) == link
    assert Anchor.read(anchor_of(link).line()) == anchor_of(link)
