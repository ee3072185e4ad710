"""The invitation that a stranger holds: found by its link, kept in the session, accepted. Inviting: people_actions.py.

The link carries the practice's id beside the token, because no row of a practice can be read from outside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.urls import reverse
from django.utils import timezone

from portal.accounts import people_actions
from portal.accounts.models import Invitation, User
from portal.accounts.tokens import digest
from portal.audit.actions import record
from portal.lib.refused import Refused
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter

WAITING = "invitation"


@contextmanager
def _inside(practice_id: UUID, person: User | None = None) -> Iterator[None]:
    scope = Scope(
        practice=practice_id, person=person.pk if person else None, clients=EVERY_CLIENT, internal=True
    )
    with enter(scope, switch=True):
        yield


def link_to(invitation: Invitation, token: str) -> str:
    """Give the whole address at which an invitation is accepted."""
    path = reverse("invitation", kwargs={"practice_id": invitation.practice_id, "token": token})
    return f"{settings.SITE_URL}{path}"


def find(practice_id: UUID, token_hash: str) -> Invitation | None:
    """Give the usable invitation with this digest, with its practice, client and inviter; else None."""
    with _inside(practice_id):
        found: Invitation | None = (
            Invitation.objects.usable(timezone.now())
            .filter(token_hash=token_hash)
            .select_related("practice", "client", "invited_by")
            .first()
        )
    return found


def opened(practice_id: UUID, token: str) -> Invitation | None:
    """Give the invitation whose link was opened; a link that was good once is noted in the practice's trail."""
    token_hash = digest(token)
    invitation = find(practice_id, token_hash)
    if invitation is None:
        with _inside(practice_id):
            stale = Invitation.objects.filter(token_hash=token_hash).first()
            if stale is not None:
                record(
                    "invitation.refused",
                    practice_id=practice_id,
                    object="Invitation",
                    object_id=str(stale.pk),
                    why="The link had been used, was revoked or had run out",
                )
    return invitation


def wait(session: SessionBase, invitation: Invitation) -> None:
    """Keep an invitation in the session while its holder makes an account or signs in."""
    session[WAITING] = [str(invitation.practice_id), invitation.token_hash]


def waiting(session: SessionBase) -> Invitation | None:
    """Give the invitation that waits in the session, if it can still be accepted."""
    kept = session.get(WAITING)
    return find(UUID(kept[0]), kept[1]) if kept else None


def accept(invitation: Invitation, *, by: User) -> None:
    """Give the person the role they were invited to. Raises Refused; the practice's trail shows either."""
    with _inside(invitation.practice_id, by):
        try:
            people_actions.accept(invitation=invitation, by=by)
        except Refused as refusal:
            record(
                "invitation.refused",
                practice_id=invitation.practice_id,
                object="Invitation",
                object_id=str(invitation.pk),
                why=str(refusal),
            )
            raise


def accept_waiting(session: SessionBase, *, by: User) -> None:
    """Accept the invitation that waits in the session and forget it there. Raises Refused."""
    invitation = waiting(session)
    session.pop(WAITING, None)
    if invitation is None:
        raise Refused("The invitation has run out. Ask for a new one.")
    accept(invitation, by=by)
