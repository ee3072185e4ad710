"""Erasing a person: the name goes, the chain stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.audit.names import FORGOTTEN, names_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import as_owner, everything_of, scope_of
from tests.portal.audit.conftest import faults

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_forgotten_person_has_no_name_and_the_chain_holds(
    add: Callable[..., Any], bob: User, client_a1: Client
) -> None:
    with enter(scope_of(bob), switch=True):
        add(client_a1, email="BOB@northlight.test")
        event = AuditEvent.objects.get(object="audit_probe")
        assert names_of([event.actor]) == {event.actor: "Bob Baker"}
    with as_owner():
        call_command("audit", "forget", "Bob@northlight.test", "--why", "Asked for erasure")
    with enter(everything_of(client_a1.practice_id), switch=True):
        assert names_of([event.actor]) == {event.actor: FORGOTTEN}
        assert faults(client_a1) == []
        (told,) = AuditEvent.objects.filter(action="person.forget")
        assert told.payload["why"] == "Asked for erasure"
        assert told.payload["changes"] == {"tokens": 2}
        assert "ob" not in told.payload["label"]


def test_the_serving_role_cannot_forget(bob: User) -> None:
    with pytest.raises(CommandError, match="Only the owner's database role"):
        call_command("audit", "forget", bob.email, "--why", "x")


def test_an_unknown_address_and_a_missing_reason_are_refused(bob: User) -> None:
    with as_owner():
        with pytest.raises(CommandError, match="knows nobody"):
            call_command("audit", "forget", "never-seen@nowhere.test", "--why", "x")
        with pytest.raises(CommandError, match="Say why"):
            call_command("audit", "forget", bob.email, "--why", " ")
