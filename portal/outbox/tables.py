"""Deliveries and channels as tables: to whom, by what, and what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse

from portal.lib.dates import format_instant
from portal.outbox.kinds import title_of
from portal.outbox.models import Channel, Delivery
from portal.outbox.rules.addresses import shown
from portal.shell.tables import Cell, Column, Empty, Link, Row, Table, headings

State = Delivery.State
STATES = {
    State.QUEUED: "wait",
    State.SENDING: "wait",
    State.SENT: "ok",
    State.DEAD: "late",
    State.DROPPED: "idle",
}
COLUMNS = (
    Column("subject", "Message", narrow="lead"),
    Column("to", "To"),
    Column("medium", "By"),
    Column("created", "Written"),
    Column("fate", "Fate", narrow="side"),
    Column("actions", "", kind="actions"),
)
HEADER = ("Written", "Client", "Message", "Kind", "To", "By", "Fate", "When", "Attempts", "Words")


def recipient(delivery: Delivery) -> str:
    """Say to whom a message goes; never the address."""
    if delivery.person is not None:
        return str(delivery.person)
    return delivery.channel.name if delivery.channel else ""


def by_what(delivery: Delivery) -> str:
    """Say by what it goes: E-mail, or Slack and the name of the channel."""
    medium = delivery.get_medium_display()
    return f"{medium}, {delivery.channel.name}" if delivery.channel and delivery.person else medium


def fate(delivery: Delivery, zone: ZoneInfo) -> tuple[str, str, str]:
    """Give the state for the mark, the words, and a line under them."""
    words, state = str(delivery.get_state_display()), STATES[State(delivery.state)]
    if delivery.ended_at is not None:
        under = delivery.last_error if state != "ok" else format_instant(delivery.ended_at, zone)
        return state, words, under
    if delivery.attempts and delivery.last_error:
        assert delivery.next_attempt_at is not None
        again = format_instant(delivery.next_attempt_at, zone)
        return "soon", "Trying again", f"{delivery.last_error} Next attempt {again}."
    if delivery.batch is not None:
        return state, "In the next digest", format_instant(delivery.batch, zone)
    return state, words, ""


def delivery_table(
    deliveries: Iterable[Delivery], request: HttpRequest, zone: ZoneInfo, empty: Empty, *, linked: bool
) -> Table:
    """The list of messages, newest first; `linked` rows lead to their page and can be tried again."""
    rows = [_row(each, zone, linked=linked) for each in deliveries]
    columns = COLUMNS if linked else COLUMNS[:-1]
    return Table("Messages", "Messages, newest first", headings(columns, request), rows, empty)


def _row(delivery: Delivery, zone: ZoneInfo, *, linked: bool) -> Row:
    message = delivery.message
    state, words, under = fate(delivery, zone)
    where = f"{delivery.client.name} · " if delivery.client else ""
    url = reverse("message_show", kwargs={"pk": delivery.pk}) if linked else message.url
    again = reverse("message_again", kwargs={"pk": delivery.pk})
    return Row(
        [
            Cell("lead", message.subject, sub=f"{where}{title_of(message.kind)}", url=url),
            Cell("name", recipient(delivery)),
            Cell("name", by_what(delivery)),
            Cell("name", format_instant(delivery.created_at, zone)),
            Cell("status", words, state=state, sub=under),
        ],
        state="late" if delivery.state == State.DEAD else "",
        action=Link("Try again", again, post=True) if linked and delivery.state == State.DEAD else None,
    )


def lines(deliveries: Iterable[Delivery]) -> Iterable[Sequence[object]]:
    """The same rows for a file; instants in UTC."""
    for each in deliveries:
        yield (
            each.created_at,
            each.client.name if each.client else "",
            each.message.subject,
            title_of(each.message.kind),
            recipient(each),
            by_what(each),
            each.get_state_display(),
            each.ended_at or "",
            each.attempts,
            each.last_error,
        )


def channel_state(channel: Channel, now: datetime, zone: ZoneInfo) -> tuple[str, str, str]:
    """Give the state for the mark, the words and a line under them: what the sender last saw of it."""
    if not channel.enabled:
        return "idle", "Turned off", ""
    tested, failed = channel.tested_at, channel.failed_at
    if failed is not None and (tested is None or failed > tested):
        return "late", "Failing", f"{channel.last_failure} {format_instant(failed, zone)}"
    if tested is not None:
        return "ok", "Works", f"Last test {format_instant(tested, zone)}"
    return "wait", "Not tested yet", ""


def address_words(channel: Channel) -> str:
    """Say as much of the address as tells two apart, and no more."""
    return shown(channel.kind, channel.address)
