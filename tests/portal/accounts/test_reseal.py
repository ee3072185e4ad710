"""A new key takes over from an old one, and no sealed field is forgotten."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

from portal.accounts.management.commands.reseal import SEALED
from portal.accounts.models import TotpDevice
from portal.lib.sealed import SealedTextField
from tests.conftest import make_user

pytestmark = pytest.mark.django_db


def sealed_text() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM accounts_totpdevice")
        return str(cursor.fetchone()[0])


def test_the_old_key_can_be_dropped_afterwards(settings: Any, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    settings.FIELD_KEYS = {"old": old}
    device = TotpDevice.objects.create(user=make_user("Sam Stone", "sam@nowhere.test"), name="phone")
    secret = device.secret
    settings.FIELD_KEYS = {"new": new, "old": old}
    call_command("reseal")
    assert "1 sealed anew" in capsys.readouterr().out
    assert ":new:" in sealed_text()
    settings.FIELD_KEYS = {"new": new}
    assert TotpDevice.objects.get(pk=device.pk).secret == secret
    call_command("reseal")
    assert "0 sealed anew" in capsys.readouterr().out


def test_no_sealed_field_is_forgotten() -> None:
    found = {
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, SealedTextField)
    }
    assert found == set(SEALED)
