"""What becomes of deadlines when a client or a person leaves: called in the transaction of their leaving."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from portal.deadlines.actions import cancel_all
from portal.deadlines.succession import succeed
from portal.tenancy import followers
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User


def follow_clients_and_people() -> None:
    """Listen to the room that knows who works for whom. Called once, when the apps are ready."""
    followers.on_access_ended(succeed)
    followers.on_client_ended(end_with)


def end_with(client: Client, *, now: datetime, by: User | None, why: str = "") -> None:
    """Cancel every open deadline of a client whose work has ended, with that as the reason."""
    words = f"the work for {client} has ended"
    cancel_all(client, by=by, at=now, why=f"{words}: {why.strip()}" if why.strip() else words)
