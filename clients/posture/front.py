"""What rooms above put beside the posture on a client's front page. They register it from `ready()`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

#: Gives the values of the template, or None where there is nothing to show.
Find = Callable[[Access, Client, datetime], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Part:
    """A section of the page: its template and what it is printed with."""

    template: str
    values: Mapping[str, Any]


_parts: dict[str, tuple[int, Find]] = {}


def register(template: str, find: Find, *, order: int = 50) -> None:
    """Put a section beside the posture, once; `find` runs in the scope of the page's client."""
    _parts[template] = (order, find)


def parts(access: Access, client: Client, now: datetime) -> list[Part]:
    """List what there is to show, in its order."""
    found = []
    for template, (_order, find) in sorted(_parts.items(), key=lambda item: item[1][0]):
        values = find(access, client, now)
        if values is not None:
            found.append(Part(template, values))
    return found
