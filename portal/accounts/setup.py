"""The first run without the demonstration: a link in the terminal leads to making the practice and its owner."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from portal.accounts.actions import add_person
from portal.accounts.models import SetUpLink, User
from portal.accounts.tokens import digest, new_token
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy.models import Member, Practice
from portal.tenancy.permissions import Role
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter
from portal.tenancy.system import practice_ids

GOOD_FOR = timedelta(hours=24)


def pending_link() -> str | None:
    """Make the link for setting up and give its address; None when there is a practice. A former link dies.

    It is good for a day and for once. Only its digest is kept, so it cannot be shown a second time.
    """
    if practice_ids():
        return None
    token = new_token()
    now = timezone.now()
    with transaction.atomic():
        SetUpLink.objects.all().delete()
        SetUpLink.objects.create(token_hash=digest(token), created_at=now, expires_at=now + GOOD_FOR)
    return f"{settings.SITE_URL}/set-up/{token}/"


def usable_link(token: str, now: datetime) -> SetUpLink | None:
    """Give the link that a token opens, while there is no practice."""
    link: SetUpLink | None = SetUpLink.objects.usable(now).filter(token_hash=digest(token)).first()
    return None if link is None or practice_ids() else link


def set_up(
    *, token: str, practice_name: str, slug: str, time_zone: str, name: str, email: str, password: str
) -> User:
    """Make the practice and its owner, whose address the person at the terminal vouches for. Give the owner.

    Raises Refused when the link has been used, or a practice has been made meanwhile.
    """
    now = timezone.now()
    practice_id = uuid.uuid4()
    scope = Scope(practice=practice_id, clients=EVERY_CLIENT, internal=True)
    with enter(scope, switch=True), action("practice.add", by=None, why="First set-up"):
        burnt = SetUpLink.objects.usable(now).filter(token_hash=digest(token)).update(used_at=now)
        if not burnt or practice_ids():
            raise Refused("This link has been used. Run manage.py set_up_link for another one.")
        owner = add_person(email=email, name=name, password=password)
        practice = Practice.objects.create(
            pk=practice_id, name=practice_name, slug=slug, time_zone=time_zone, contact_email=owner.email
        )
        Member.objects.create(practice=practice, user=owner, role=Role.OWNER.value, from_at=now)
    return owner
