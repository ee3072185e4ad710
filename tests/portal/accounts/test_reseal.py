"""A new key takes over from an old one, and no sealed field is forgotten."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from portal.accounts.management.commands.reseal import sealed_fields
from portal.accounts.models import TotpDevice
from portal.outbox.models import Channel
from portal.tenancy.models import Practice
from portal.tenancy.scope import enter
from tests.conftest import everything_of, make_user

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])
OLD, NEW = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


def sealed_text(table: str, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")
        return str(cursor.fetchone()[0])


def test_the_old_key_can_be_dropped_afterwards(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    device = TotpDevice.objects.create(user=make_user("Sam Stone", "sam@nowhere.test"), name="phone")
    secret = device.secret
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    call_command("reseal")
    assert "1 sealed anew" in capsys.readouterr().out
    assert ":new:" in sealed_text("accounts_totpdevice", "secret")
    settings.FIELD_KEYS = {"new": NEW}
    assert TotpDevice.objects.get(pk=device.pk).secret == secret
    call_command("reseal")
    assert "1 sealed anew" not in capsys.readouterr().out


def test_what_belongs_to_a_practice_is_sealed_anew_in_every_practice(
    settings: Any, practice_a: Practice, practice_b: Practice, now: datetime
) -> None:
    settings.FIELD_KEYS = {"old": OLD}
    for practice in (practice_a, practice_b):
        with enter(everything_of(practice), switch=True):
            Channel.objects.create(
                practice=practice, kind="sms", name="Phone", address="+447700900123", created_at=now
            )
    settings.FIELD_KEYS = {"new": NEW, "old": OLD}
    call_command("reseal")
    settings.FIELD_KEYS = {"new": NEW}
    for practice in (practice_a, practice_b):
        with enter(everything_of(practice), switch=True):
            assert ":new:" in sealed_text("outbox_channel", "address")
            assert Channel.objects.get().address == "+447700900123"


def test_sealed_fields_of_every_room_are_found() -> None:
    assert {(TotpDevice, "secret"), (Channel, "address")} <= set(sealed_fields())
