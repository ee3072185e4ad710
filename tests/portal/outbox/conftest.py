"""What the tests of the outbox share: letters, and a look at what became of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from portal.accounts.models import User
from portal.outbox.actions import Letter, post
from portal.outbox.models import Channel, Delivery, Preference
from portal.outbox.sending import send_due
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from portal.tenancy.system import as_operator
from tests.conftest import everything_of, scope_of
from tests.portal.outbox.servers import Hook, Mailbox, hook_server, mail_server


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


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    """A mail server that the portal is set to."""
    with mail_server() as (box, host, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
        settings.DEFAULT_FROM_EMAIL = "Plumbline <portal@northlight.test>"
        yield box


@pytest.fixture
def hook(settings: Any, tmp_path: Path) -> Iterator[Hook]:
    """A webhook server in the house, which the operator allows."""
    with hook_server(tmp_path) as (found, certificate):
        settings.OUTBOX_PRIVATE_HOSTS = ["127.0.0.1"]
        settings.OUTBOX_CA_FILE = str(certificate)
        yield found


class Clock:
    """A clock that the test moves."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def empty(practice: Any, now: datetime) -> dict[str, int]:
    """Send everything that the practice has due at `now`, as the task does."""
    with as_operator(practice.pk, "a test"):
        return dict(send_due(clock=Clock(now), jitter=lambda: 0.0).states)


def look(practice: Any) -> list[Delivery]:
    """Give every delivery of the practice with its message, oldest first."""
    with as_operator(practice.pk, "a test"):
        rows = Delivery.objects.select_related("message", "client", "person", "channel")
        return list(rows.order_by("pk"))
