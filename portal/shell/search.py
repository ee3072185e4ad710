"""Finding things by a word, over everything that the person may see. Rooms register what can be found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from portal.tenancy.permissions import Access

SHORTEST = 2
MOST_A_KIND = 8


@dataclass(frozen=True)
class Hit:
    """One thing found; `meta` says what and whose it is."""

    title: str
    url: str
    meta: str = ""


Find = Callable[[Access, str], Sequence[Hit]]
_kinds: dict[str, tuple[int, Find]] = {}


def register(title: str, find: Find, *, order: int = 50) -> None:
    """Add a kind of thing; `find(access, text)` gives its hits, best first, and looks no further than it must."""
    _kinds[title] = (order, find)


def search(access: Access, text: str) -> list[tuple[str, Sequence[Hit]]]:
    """Find `text` among all kinds; kinds without a hit are left out. Nothing for fewer than two letters."""
    text = " ".join(text.split())[:200]
    if len(text) < SHORTEST or access.practice is None:
        return []
    found: list[tuple[str, Sequence[Hit]]] = []
    for title, (_, find) in sorted(_kinds.items(), key=lambda kind: kind[1][0]):
        hits = list(find(access, text))[:MOST_A_KIND]
        if hits:
            found.append((title, hits))
    return found
