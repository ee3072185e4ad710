"""Writes of channels. An address is sealed when it is kept, and nobody sees it again: it can only be replaced."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import IntegrityError, transaction

from portal.audit.actions import action, record
from portal.lib.refused import Refused
from portal.outbox.actions import Letter, post
from portal.outbox.models import Channel, Medium
from portal.outbox.queries import practice_in_scope
from portal.outbox.rules.addresses import cleaned

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.tenancy.models import Client

TEST_KIND = "channel.test"
NO_SMS = "SMS is not set up here. Ask whoever runs the portal to set SMS_PROVIDER_URL."
SAME_NAME = "There is a channel of this name already. Choose another."
BETWEEN_TESTS = timedelta(seconds=30)


def add_channel(
    *,
    by: User,
    now: datetime,
    kind: str,
    name: str,
    address: str,
    client: Client | None = None,
    person: User | None = None,
    internal: bool = True,
    urgent_only: bool = False,
) -> Channel:
    """Add a channel of a client, of a person (`by` alone for themselves), or with neither of the practice.

    internal: a client's channel that people of the practice read; without it the client's people do, and internal
    messages do not go there. Raises Refused, in words for the form, for an address that is none of its kind, for a
    name in use, for SMS where none is set up.
    """
    if person is not None and (person != by or client is not None):
        raise Refused("Everybody adds their own channels.")
    channel = Channel(
        practice_id=practice_in_scope(),
        client=client,
        person=person,
        internal=person is None and (client is None or internal),
        created_at=now,
        kind=kind,
        name=_named(name),
        address=_address(kind, address),
        urgent_only=urgent_only,
    )
    with _once_a_name(), action("channel.add", by=by, client=client):
        channel.save(force_insert=True)
    return channel


def edit_channel(
    channel: Channel,
    *,
    by: User,
    name: str,
    address: str = "",
    internal: bool | None = None,
    urgent_only: bool | None = None,
) -> Channel:
    """Change a channel; an empty address leaves the old one. Raises Refused as `add_channel` does."""
    with _once_a_name(), action("channel.edit", by=by, client=channel.client):
        row = _locked(channel, by)
        row.name = _named(name)
        if address.strip():
            row.address = _address(row.kind, address)
            row.tested_at, row.failed_at, row.last_failure = None, None, ""
        if internal is not None and row.client_id is not None:
            row.internal = internal
        if urgent_only is not None:
            row.urgent_only = urgent_only
        row.save()
    return row


def turn_on(channel: Channel, *, by: User) -> Channel:
    """Let messages go to the channel again."""
    return _turn(channel, "channel.enable", by=by, enabled=True)


def turn_off(channel: Channel, *, by: User) -> Channel:
    """Let no more messages go to the channel; what waits for it is dropped when its turn comes."""
    return _turn(channel, "channel.disable", by=by, enabled=False)


def remove_channel(channel: Channel, *, by: User, now: datetime) -> Channel:
    """Take the channel away: it is off, in no list, and its address is forgotten. What it was sent stays on record."""
    with action("channel.remove", by=by, client=channel.client):
        row = _locked(channel, by)
        row.enabled, row.removed_at, row.address = False, now, ""
        row.save(update_fields=["enabled", "removed_at", "address"])
    return row


def send_test(channel: Channel, *, by: User, now: datetime) -> None:
    """Send a message that says nothing but that it arrived; `tested_at` or `last_failure` then tell what came of it.

    Raises Refused for a channel that is off, and for a second test within half a minute.
    """
    with transaction.atomic():
        row = _locked(channel, by)
        if not row.enabled:
            raise Refused("Turn the channel on first.")
        round_of = int(now.timestamp() // BETWEEN_TESTS.total_seconds())
        letter = Letter(
            key=f"{TEST_KIND}:{row.pk}:{round_of}",
            kind=TEST_KIND,
            subject=f"Test message for “{row.name}”",
            lines=(f"{by.name} asked for it. Messages reach this channel.",),
            url="/",
            action_label="Open Plumbline",
            client=row.client,
            channel=row,
            urgent=True,
            internal=row.internal,
        )
        if not post([letter], now=now, practice_id=row.practice_id):
            raise Refused("A test is on its way already. Wait half a minute.")
        record(
            "channel.test",
            client=row.client,
            object="outbox_channel",
            object_id=str(row.pk),
            label=row.name,
            by=by,
            internal=row.internal and row.client_id is not None,
        )


def _turn(channel: Channel, verb: str, *, by: User, enabled: bool) -> Channel:
    with action(verb, by=by, client=channel.client):
        row = _locked(channel, by)
        row.enabled = enabled
        row.save(update_fields=["enabled"])
    return row


def _locked(channel: Channel, by: User) -> Channel:
    row: Channel = Channel.objects.select_for_update(of=("self",)).select_related("client").get(pk=channel.pk)
    if row.removed_at is not None:
        raise Refused("This channel was removed. Add it again.")
    if row.person_id is not None and row.person_id != by.pk:
        raise Refused("Everybody looks after their own channels.")
    return row


def _named(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > 80:
        raise Refused("Give the channel a name of up to 80 characters.")
    return plain


def _address(kind: str, raw: str) -> str:
    if kind == Medium.SMS and not settings.SMS_PROVIDER_URL:
        raise Refused(NO_SMS)
    try:
        return cleaned(kind, raw)
    except ValueError as error:
        raise Refused(str(error)) from None


@contextmanager
def _once_a_name() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "channel_name_once_an_owner" in str(error):
            raise Refused(SAME_NAME) from None
        raise
