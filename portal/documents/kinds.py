"""The kinds of document. Upper rooms say in `ready()` how the contents of theirs are made; nothing here knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.documents.models import Document


@dataclass(frozen=True)
class Contents:
    """What a document says: JSON values, and the template with the context that prints exactly them."""

    template: str
    context: Mapping[str, Any]
    data: dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind: its noun ("pack"), its title on lists, the name of its file, and how its contents are made."""

    noun: str
    title: str
    file_name: str
    build: Callable[[Document, datetime], Contents]


_kinds: dict[str, Kind] = {}


def register(
    kind: str, *, title: str, file_name: str, build: Callable[[Document, datetime], Contents]
) -> None:
    """Register a kind by its noun. `build` runs in the client's scope, without rows marked internal."""
    _kinds[kind] = Kind(kind, title, file_name, build)


def kind_of(kind: str) -> Kind:
    """Return a registered kind. Raises KeyError for another."""
    return _kinds[kind]
