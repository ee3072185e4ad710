"""What other rooms do when somebody loses access, or a client comes or goes: registered in `AppConfig.ready()`.

Followers run in the transaction of the change, in the order of the rooms from below; when one fails, nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from portal.tenancy.models import Client
from portal.tenancy.scope import current, enter

if TYPE_CHECKING:
    from portal.accounts.models import User


class AccessFollower(Protocol):
    """Told that somebody may have lost their place at some clients (None: at every client of the practice).

    Called once too often it changes nothing: it looks itself at who is left.
    """

    def __call__(
        self, user: User, clients: Collection[Client] | None, *, now: datetime, by: User | None
    ) -> object: ...


ClientFollower = Callable[..., object]
"""Called as follower(client, now=, by=, why=)."""

_access_ended: list[AccessFollower] = []
_client_added: list[ClientFollower] = []
_client_ended: list[ClientFollower] = []


def on_access_ended(follower: AccessFollower) -> None:
    """Call `follower(user, clients, now=, by=)` whenever somebody's access ended or became less."""
    _access_ended.append(follower)


def on_client_added(follower: ClientFollower) -> None:
    """Call `follower(client, now=, by=, why=)` for every new client."""
    _client_added.append(follower)


def on_client_ended(follower: ClientFollower) -> None:
    """Call `follower(client, now=, by=, why=)` when the work for a client has ended."""
    _client_ended.append(follower)


def access_ended(user: User, clients: Collection[Client] | None, *, now: datetime, by: User | None) -> None:
    """Tell that somebody's access to these clients, or to the whole practice, has ended or become less."""
    with _inside():
        for follower in _access_ended:
            follower(user, clients, now=now, by=by)


def client_added(client: Client, *, now: datetime, by: User | None, why: str = "") -> None:
    """Tell that a client was added."""
    with _inside():
        for follower in _client_added:
            follower(client, now=now, by=by, why=why)


def client_ended(client: Client, *, now: datetime, by: User | None, why: str = "") -> None:
    """Tell that the work for a client has ended."""
    with _inside():
        for follower in _client_ended:
            follower(client, now=now, by=by, why=why)


@contextmanager
def _inside() -> Iterator[None]:
    """Let the practice's internal rows follow as well, also where a client's admin removed one of their own people.

    Nothing of them is shown to that person, and the clients in reach stay the same.
    """
    with enter(replace(current(), internal=True), switch=True):
        yield
