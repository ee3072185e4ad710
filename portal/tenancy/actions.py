"""Writes about clients: add, edit, end. The rows' triggers record them; the verb and the reason go with the scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.lib.refused import Refused
from portal.tenancy import followers
from portal.tenancy.models import Assignment, Client, Practice
from portal.tenancy.scope import narrowed

if TYPE_CHECKING:
    from portal.accounts.models import User

FACTS = frozenset(
    {
        "name",
        "slug",
        "legal_name",
        "sector",
        "headcount",
        "region",
        "handles_personal_data",
        "since_on",
        "time_zone",
        "holiday_calendar",
    }
)


@contextmanager
def _verb(name: str, by: User, why: str = "") -> Iterator[None]:
    """Do what `portal.audit.actions.action` does, which stands in a room above this one."""
    try:
        with narrowed(action=name, reason=why, person=by.pk), transaction.atomic():
            yield
    except IntegrityError as error:
        if "client_slug_once_a_practice" in str(error):
            raise Refused("Another client has this short name. Choose one of its own.") from error
        raise


def add_client(*, by: User, practice: Practice, facts: Mapping[str, Any], why: str = "") -> Client:
    """Add a client of the practice. Raises Refused when the short name is taken."""
    with _verb("client.add", by, why):
        client: Client = Client.objects.create(practice=practice, **_known(facts))
        followers.client_added(client, now=timezone.now(), by=by, why=why)
    return client


def edit_client(*, by: User, client: Client, facts: Mapping[str, Any], why: str = "") -> None:
    """Change a client's facts. Raises Refused when the short name is taken."""
    known = _known(facts)
    for name, value in known.items():
        setattr(client, name, value)
    with _verb("client.edit", by, why):
        client.save(update_fields=list(known))


def end_client(*, by: User, client: Client, ended_on: date, why: str = "") -> None:
    """End the work for a client: its people lose access at once, the records stay readable for the practice.

    Raises Refused for a client that has ended.
    """
    with _verb("client.end", by, why):
        locked = Client.objects.select_for_update().get(pk=client.pk)
        if locked.status == Client.Status.ENDED:
            raise Refused(f"The work for {locked} has ended already.")
        locked.status, locked.ended_on = Client.Status.ENDED, ended_on
        locked.save(update_fields=["status", "ended_on"])
        now = timezone.now()
        for assignment in Assignment.objects.filter(client=locked).active(now):
            assignment.until_at = now
            assignment.save(update_fields=["until_at"])
        followers.client_ended(locked, now=now, by=by, why=why)


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name in FACTS}
