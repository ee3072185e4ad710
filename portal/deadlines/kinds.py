"""The kinds of deadlines: each room registers its own in `AppConfig.ready()`. Where a deadline leads is asked here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse

if TYPE_CHECKING:
    from portal.deadlines.models import Deadline
    from portal.deadlines.obligations import Obligation
    from portal.tenancy.models import Client
    from portal.tenancy.permissions import Access


@dataclass(frozen=True)
class Step:
    """The next thing to do about a deadline: words of a button and the page where it is done."""

    label: str
    url: str


@dataclass(frozen=True)
class Kind:
    """One kind of obligation.

    name: "credential.renewal". title: "Credential renewal", as lists and filters say. policy: the name of the
    shipped reminder policy (data/policies.yaml). promise: it is promised to clients, so it is never snoozed past
    its instant. address: the page of the subject. next_step: the button for this person, None when there is nothing
    they may do. hand_over: gives the subject itself to another owner (and with it the deadline); None: the deadline
    alone changes hands.
    """

    name: str
    title: str
    policy: str
    address: Callable[[Deadline], str]
    next_step: Callable[[Deadline, Access], Step | None]
    promise: bool = False
    hand_over: Callable[..., None] | None = None


#: Everything that a client's records oblige to at this moment, for the nightly comparison.
Source = Callable[["Client"], "Iterable[Obligation]"]
_kinds: dict[str, Kind] = {}
_sources: dict[str, tuple[tuple[str, ...], Source]] = {}


def register(kind: Kind) -> None:
    """Add a kind."""
    _kinds[kind.name] = kind


def register_source(name: str, kinds: Iterable[str], source: Source) -> None:
    """Add a source: all obligations of `kinds` that a client's records hold now. The nightly comparison asks it."""
    _sources[name] = (tuple(kinds), source)


def kind_of(name: str) -> Kind:
    """Give a kind; one that no room registers any more leads to its client's page and has no step."""
    return _kinds.get(name) or Kind(
        name, name.replace(".", " ").capitalize(), "renewal", _clients_page, _no_step
    )


def all_kinds() -> list[Kind]:
    """List the kinds by title."""
    return sorted(_kinds.values(), key=lambda kind: kind.title)


def sources() -> dict[str, tuple[tuple[str, ...], Source]]:
    """List the sources, each with its kinds."""
    return dict(_sources)


def _clients_page(deadline: Deadline) -> str:
    return reverse("client_overview", kwargs={"client_slug": deadline.client.slug})


def _no_step(deadline: Deadline, access: Access) -> None:
    return None
