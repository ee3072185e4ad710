"""Adding, changing, rotating and turning off the sources of alerts. A secret is given once, when it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from incidents.response.models import AlertSource
from incidents.response.rules.signatures import checked_networks, new_secret
from portal.audit.actions import action
from portal.lib.refused import Refused
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from portal.accounts.models import User

OVERLAP = timedelta(hours=24)
MOST_SOURCES = 50


def add_source(
    client: Client, values: Mapping[str, Any], *, by: User, now: datetime
) -> tuple[AlertSource, str]:
    """Add a source; give it with its secret, which is shown once. Raises Refused for a name that is taken."""
    secret = new_secret()
    name = str(values["name"]).strip()
    if AlertSource.objects.for_client(client).count() >= MOST_SOURCES:
        raise Refused(f"A client has {MOST_SOURCES} sources at most.")
    with action("alert_source.add", by=by, client=client), _named(name):
        source: AlertSource = AlertSource.objects.create(
            practice_id=client.practice_id,
            client=client,
            internal=True,
            name=name,
            secret=secret,
            rotated_at=now,
            allowed_addresses=_networks(values.get("allowed_addresses", ())),
            added_by=by,
        )
    return source, secret


def edit_source(source: AlertSource, values: Mapping[str, Any], *, by: User) -> AlertSource:
    """Change the name of a source and the networks that may send. Raises Refused for a name that is taken."""
    name = str(values["name"]).strip()
    with action("alert_source.edit", by=by, client=source.client), _named(name):
        row = _locked(source)
        row.name, row.allowed_addresses = name, _networks(values.get("allowed_addresses", ()))
        row.save(update_fields=["name", "allowed_addresses"])
    return row


def rotate(source: AlertSource, *, by: User, now: datetime) -> tuple[AlertSource, str]:
    """Give a source a new secret; the present one signs for 24 hours more, one before it no longer."""
    secret = new_secret()
    with action("alert_source.rotate", by=by, client=source.client):
        row = _locked(source)
        row.previous_secret, row.previous_until = row.secret, now + OVERLAP
        row.secret, row.rotated_at = secret, now
        row.save(update_fields=["secret", "previous_secret", "previous_until", "rotated_at"])
    return row, secret


def set_enabled(source: AlertSource, enabled: bool, *, by: User) -> AlertSource:
    """Turn a source on or off; one that is off is not there for whoever sends."""
    with action("alert_source.turn_on" if enabled else "alert_source.turn_off", by=by, client=source.client):
        row = _locked(source)
        row.enabled = enabled
        row.save(update_fields=["enabled"])
    return row


def _locked(source: AlertSource) -> AlertSource:
    rows = AlertSource.objects.for_client(source.client).select_for_update()
    row: AlertSource = rows.get(pk=source.pk)
    row.client = source.client
    return row


def _networks(lines: Any) -> list[str]:
    try:
        return checked_networks(list(lines))
    except ValueError as fault:
        raise Refused(str(fault)) from None


@contextmanager
def _named(name: str) -> Iterator[None]:
    if not name:
        raise Refused("Give the source a name.")
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "name_once" in str(error):
            raise Refused(f"There is a source “{name}” already.") from error
        raise
