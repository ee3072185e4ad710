"""A look at the broker, whichever it is: does it answer, and how much waits on it. Gives up within seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from celery import current_app

SECONDS = 2.0
NOT_FOUND = "404"


class BrokerError(Exception):
    """The broker does not answer."""


@dataclass(frozen=True)
class Seen:
    """What the broker said: its kind in words and how many tasks wait for a worker."""

    kind: str
    waiting: int


def look() -> Seen:
    """Ask the broker how much waits. Raises BrokerError."""
    url = str(current_app.conf.broker_url)
    options = {} if url.startswith("amqp") else {"socket_timeout": SECONDS, "socket_connect_timeout": SECONDS}
    with current_app.connection_for_write(connect_timeout=SECONDS, transport_options=options) as connection:
        errors = (OSError, *connection.connection_errors, *connection.channel_errors)
        try:
            waiting = sum(_waiting(connection, name, errors) for name in current_app.amqp.queues)
        except errors as error:
            raise BrokerError from error
    return Seen("RabbitMQ" if url.startswith("amqp") else "Valkey or Redis", waiting)


def _waiting(connection: Any, queue: str, errors: tuple[type[BaseException], ...]) -> int:
    """Count what waits in one queue; one that no worker has made yet holds nothing."""
    with connection.channel() as channel:  # a refusal closes the channel
        try:
            return int(channel.queue_declare(queue=queue, passive=True).message_count)
        except errors as error:
            if str(getattr(error, "reply_code", "")) == NOT_FOUND:
                return 0
            raise
