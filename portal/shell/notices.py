"""Notices over Today: what somebody must know before they trust the page. Rooms register theirs from `ready()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from portal.tenancy.permissions import Access


@dataclass(frozen=True)
class Notice:
    """A sentence in a strip over the page, with a link to where it is explained. `state`: late or soon."""

    text: str
    label: str
    url: str
    state: str = "late"


Find = Callable[[Access], list[Notice]]
_finders: list[Find] = []


def register(find: Find) -> None:
    """Add a source of notices; it gives none to those whom they do not concern, and is asked for each Today."""
    if find not in _finders:
        _finders.append(find)


def notices_for(access: Access) -> list[Notice]:
    """Ask every source."""
    if not access.is_of_practice:
        return []
    return [notice for find in _finders for notice in find(access)]
