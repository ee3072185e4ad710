"""Sections of the pack that rooms above this one add: they register in `ready()` how theirs is made of the records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from clients.trust.pack import FurtherSection
from portal.tenancy.models import Client

#: Makes a section as the records stand at an instant; None where there is nothing to say.
Build = Callable[[Client, datetime], FurtherSection | None]
_sections: dict[str, tuple[int, Build]] = {}


def register_section(key: str, build: Build, order: int = 50) -> None:
    """Add a section. `build` runs in the client's scope, without rows marked internal; its queries must be bounded."""
    _sections[key] = (order, build)


def forget_section(key: str) -> None:
    """Take a section out again."""
    _sections.pop(key, None)


def sections_of(client: Client, now: datetime) -> tuple[FurtherSection, ...]:
    """Make every section that has something to say, in the order in which they stand in the pack."""
    ordered = sorted(_sections.items(), key=lambda item: (item[1][0], item[0]))
    made = (build(client, now) for _, (_, build) in ordered)
    return tuple(each for each in made if each is not None)
