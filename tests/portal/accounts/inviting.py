"""Invitations as the tests make and open them."""

from __future__ import annotations

import re

from django.test import Client as Browser

from portal.accounts import invitations, people_actions
from portal.accounts.models import User
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter


def invite(by: User, where: Client | Practice, email: str, role: Role | None = None) -> str:
    """Invite an address to a practice or to a client's people; give the path of the link."""
    client = where if isinstance(where, Client) else None
    practice = where.practice if isinstance(where, Client) else where
    default = Role.CLIENT_VIEWER if client else Role.CONSULTANT
    with enter(Scope(practice=practice.pk, person=by.pk, clients=EVERY_CLIENT, internal=True), switch=True):
        invitation, token = people_actions.invite(
            by=by, practice=practice, email=email, role=role or default, client=client
        )
    return re.sub(r"^https?://[^/]+", "", invitations.link_to(invitation, token))


def open_invitation(browser: Browser, by: User, where: Client | Practice, email: str) -> str:
    """Invite an address and open the link in its owner's browser."""
    path = invite(by, where, email)
    assert browser.get(path).status_code == 200
    return path
