"""One channel and one message of each client, of the practice and of a person, for the access test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.accounts.models import User
from portal.outbox.models import Channel, Delivery, Message
from portal.tenancy.models import Client

NOW = datetime.now(UTC)
Named = Iterator[tuple[str, dict[str, Any]]]
VERBS = ("test", "on", "off")


class OutboxRows:
    """The rows of one client; every text begins with zz- and the client's short name."""

    def __init__(self, client: Client, owner: User) -> None:
        mark = f"zz-{client.slug}"
        self.channel = make_channel(client.practice_id, f"{mark} alerts", client=client)
        self.delivery = make_delivery(client.practice_id, f"{mark} renewal", owner, client=client)


def make_channel(practice_id: Any, name: str, **fields: Any) -> Channel:
    """A webhook that is on, past the action."""
    return Channel.objects.create(
        practice_id=practice_id,
        kind="webhook",
        name=name,
        address="https://hooks.example.test/abc",
        created_at=NOW,
        **fields,
    )


def make_delivery(practice_id: Any, subject: str, person: User, **fields: Any) -> Delivery:
    """A message to a person that was not delivered."""
    message = Message.objects.create(
        practice_id=practice_id,
        created_at=NOW,
        key=f"sample:{subject}",
        kind="deadline.reminder",
        subject=subject,
        lines=[f"{subject} is due."],
        url="/",
        person=person,
        **fields,
    )
    return Delivery.objects.create(
        practice_id=practice_id,
        created_at=NOW,
        message=message,
        person=person,
        medium="email",
        state="dead",
        attempts=12,
        ended_at=NOW - timedelta(minutes=1),
        last_error="The mail server refused it.",
        **fields,
    )


def of_outbox(rows: OutboxRows) -> Named:
    """The addresses of a client's channels."""
    yield "client_channel_list", {}
    yield "client_channel_add", {}
    for name in ("client_channel_edit", "client_channel_remove"):
        yield name, {"pk": rows.channel.pk}
    yield from (("client_channel_act", {"pk": rows.channel.pk, "verb": verb}) for verb in VERBS)


def of_everybody() -> Named:
    """The addresses that name no row."""
    for name in (
        "message_settings", "own_messages", "own_channel_add", "practice_channel_list", "practice_channel_add",
        "message_list", "message_export", "message_again_all",
    ):  # fmt: skip
        yield name, {}


def of_an_owner(practice_id: Any, owner: User) -> Named:
    """The addresses that name a row of the practice, or a channel of this owner."""
    channel = make_channel(practice_id, "zz-practice operations")
    own = make_channel(practice_id, "zz-own phone", person=owner)
    delivery = make_delivery(practice_id, "zz-practice notice", owner)
    for place, row in (("practice", channel), ("own", own)):
        for name in ("edit", "remove"):
            yield f"{place}_channel_{name}", {"pk": row.pk}
        yield from ((f"{place}_channel_act", {"pk": row.pk, "verb": verb}) for verb in VERBS)
    for name in ("message_show", "message_again"):
        yield name, {"pk": delivery.pk}
