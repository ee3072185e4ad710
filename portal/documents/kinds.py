"""The kinds of document. Upper rooms say in `ready()` how the contents of theirs are made; nothing here knows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from portal.audit import presenters

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
    """One kind: its noun in words ("pack"), its title on lists, the name of its file, and how its contents are made."""

    noun: str
    title: str
    file_name: str
    build: Callable[[Document, datetime], Contents]


#: What is done to a document, in the words of the trail; the action is named "<kind>.<verb>".
PHRASES = {
    "make": "asked for",
    "render": "began to print",
    "issue": "issued",
    "fail": "could not print",
    "retry": "asked again for",
    "requeue": "sent again to print",
    "see": "opened",
}

_kinds: dict[str, Kind] = {}


def register(
    kind: str, *, title: str, file_name: str, build: Callable[[Document, datetime], Contents], noun: str = ""
) -> None:
    """Register a kind. `build` runs in the client's scope, without rows marked internal.

    noun: what people call one, within a sentence; by default the name of the kind.
    """
    _kinds[kind] = Kind(noun or spoken(kind), title, file_name, build)
    for verb, phrase in PHRASES.items():
        presenters.register_action(f"{kind}.{verb}", phrase)


def kind_of(kind: str) -> Kind:
    """Return a registered kind. Raises KeyError for another."""
    return _kinds[kind]


def noun_of(kind: str) -> str:
    """Say what people call a document of this kind, also of one that is not made any more."""
    return _kinds[kind].noun if kind in _kinds else spoken(kind)


def noun_of_action(action: str) -> str:
    """Say what people call the document that "<kind>.<verb>" was done to; "" when the action says nothing about it."""
    kind, _, verb = action.partition(".")
    return noun_of(kind) if verb in PHRASES else ""


def spoken(kind: str) -> str:
    """Put the name of a kind into words: post_mortem → post-mortem."""
    return kind.replace("_", "-")
