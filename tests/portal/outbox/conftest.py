"""What the tests of the outbox share: letters, and a look at what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from portal.accounts.models import User
from portal.outbox.actions import Letter, post
from portal.outbox.models import Channel, Delivery, Preference
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import everything_of, scope_of


@pytest.fixture
def pokes(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect the practices whose sender was woken; no broker is asked."""
    woken: list[Any] = []
    monkeypatch.setattr("portal.outbox.poke.send_soon", woken.append)
    return woken


def letter(key: str, client: Client | None, person: User | None = None, **fields: Any) -> Letter:
    """A letter about a renewal."""
    given: dict[str, Any] = {
        "kind": "credential.renewal",
        "subject": f"Renew {key}",
        "lines": ("CRM token of Lead intake",),
        "url": "/c/alder/credentials/1/",
        "action_label": "Open the credential",
    }
    return Letter(key=key, client=client, person=person, **{**given, **fields})


def send(practice: Any, now: datetime, *letters: Letter) -> list[Delivery]:
    """Post letters in the practice's widest scope and give their deliveries, oldest first."""
    with enter(everything_of(practice), switch=True):
        post(letters, now=now, practice_id=practice.pk)
        found = Delivery.objects.select_related("message", "client", "person").order_by("pk")
        return list(found.filter(message__key__in=[each.key for each in letters]))


def prefer(user: User, now: datetime, **wishes: Any) -> Preference:
    """Keep a person's wishes in the practice of their scope."""
    scope = scope_of(user)
    with enter(scope, switch=True):
        return Preference.objects.create(practice_id=scope.practice, user=user, changed_at=now, **wishes)


def channel_of(practice: Any, now: datetime, **fields: Any) -> Channel:
    """Make a channel past the action, for tests of what comes later."""
    given: dict[str, Any] = {"kind": "webhook", "name": "Ours", "address": "https://hooks.example.test/abc"}
    with enter(everything_of(practice), switch=True):
        return Channel.objects.create(practice_id=practice.pk, created_at=now, **{**given, **fields})
