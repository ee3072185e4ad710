"""A mail server that keeps what it accepted: every message that went over the wire, by its Message-ID."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

SLOWNESS = 0.01  # seconds a message, so that senders are killed in the middle of one


class Sink:
    """Accepts everything. `times` counts how often each Message-ID came, `to` says to whom, `came` when.

    When as many have come as one of `at` says, `then` is done after the mail was taken and before the sender hears it.
    """

    def __init__(self) -> None:
        self.times: Counter[str] = Counter()
        self.to: dict[str, set[str]] = {}
        self.came: list[float] = []
        self.slowness = SLOWNESS
        self.at: tuple[int, ...] = ()
        self.then: Callable[[], object] = int

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a message; it counts from here on, whether or not the sender lives to hear the answer."""
        message = message_from_bytes(envelope.content)
        name = str(message["Message-ID"])
        self.times[name] += 1
        self.came.append(time.time())
        self.to.setdefault(name, set()).update(envelope.rcpt_tos)
        if sum(self.times.values()) in self.at:
            self.then()
        await asyncio.sleep(self.slowness)
        return "250 OK"


@contextmanager
def mail_server() -> Iterator[tuple[Sink, str]]:
    """Run a mail server on this machine while the body lasts; gives the sink and its address for EMAIL_URL."""
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port, data_size_limit=None)
    controller.start()
    try:
        yield sink, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
