"""The way out to a pasted address: https, to a public address looked up once, no redirect, in bounded time.

Apprise's plugins send with the `requests` that stands in their module; it is replaced by one that sends through the
exchange of the current flow of control, which keeps what was answered (plugins tell no more than yes or no).
"""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import Any

import requests
from apprise.utils.http import HTTPPolicy, HTTPPolicySession, is_public_ip_address, is_secure_http_url
from django.conf import settings

from portal.outbox.rules.addresses import host_of

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 5.0, 10.0, 30.0
MOST_BYTES = 64 * 1024
MOST_ADDRESSES = 3


class Exchange:
    """One message on the wire: the rules that hold for it, and what was answered.

    confined: the address was pasted by somebody, so it must be https and lead out of the house, unless its host is in
    OUTBOX_PRIVATE_HOSTS. The operator's own (SMS_PROVIDER_URL) may lead anywhere. headers are added to the request.
    """

    def __init__(self, *, confined: bool, headers: Mapping[str, str]) -> None:
        self.confined, self.headers = confined, dict(headers)
        self.status: int | None = None
        self.retry_after = ""
        self.error: requests.RequestException | None = None
        self.private = False
        self.ran_out = False

    def send(self, method: str, url: str, **options: Any) -> requests.Response:
        """Send one request under the rules and remember the answer; raises as requests does."""
        policy = _Policy(self)
        own = options.pop("headers", None) or {}
        options |= {
            "headers": {**own, **self.headers},
            "verify": self._verify(url),
            "timeout": (CONNECT_SECONDS, READ_SECONDS),
            "allow_redirects": False,
            "stream": True,
        }
        options.pop("cert", None)
        try:
            with _ending(policy, self), HTTPPolicySession(policy) as session:
                answer: requests.Response = session.request(method, url, **options)
                if self.ran_out:  # what was cut off reads like an answer that ended
                    raise requests.exceptions.ReadTimeout("out of time")
                _read(answer)
        except requests.RequestException as error:
            self.error = error
            raise
        self.status, self.retry_after = answer.status_code, answer.headers.get("Retry-After", "")
        return answer

    def allows(self, url: str) -> bool:
        """Whether a request may go to this address at all."""
        return not self.confined or bool(is_secure_http_url(url))

    def _verify(self, url: str) -> bool | str:
        return settings.OUTBOX_CA_FILE if settings.OUTBOX_CA_FILE and is_private_host(host_of(url)) else True


class _Policy(HTTPPolicy):
    """Looks a host up once, connects to what was approved, and can cut the connection off."""

    def __init__(self, exchange: Exchange) -> None:
        super().__init__(exchange.allows, None, CONNECT_SECONDS)  # type: ignore[no-untyped-call]
        self.exchange = exchange
        self.cut = threading.Event()
        self._open: socket.socket | None = None
        self._lock = threading.Lock()

    def resolve(self, host: str, port: int) -> list[Any]:
        refused: list[str] = []

        def is_public(address: str) -> bool:
            public = bool(is_public_ip_address(address))
            if not public:
                refused.append(address)
            return public

        free = not self.exchange.confined or is_private_host(host)
        self.address_filter = None if free else is_public
        try:
            found: list[Any] = super().resolve(host, port)  # type: ignore[no-untyped-call]
        except socket.gaierror:
            self.exchange.private = bool(refused)
            raise
        return found[:MOST_ADDRESSES]

    def create_connection(self, *args: Any, **options: Any) -> socket.socket:
        made: socket.socket = super().create_connection(*args, **options)  # type: ignore[no-untyped-call]
        with self._lock:
            if self.cut.is_set():
                made.close()
                raise OSError("out of time")
            self._open = made.dup()  # TLS takes the socket over; a copy of its handle still ends it
        return made

    def cut_off(self) -> None:
        """End the connection from outside, however slowly the other side speaks."""
        with self._lock:
            self.cut.set()
            if self._open is not None:
                try:
                    self._open.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # it has ended by itself

    def close(self) -> None:
        """Give the copy of the handle back."""
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None


@contextmanager
def _ending(policy: _Policy, exchange: Exchange) -> Iterator[None]:
    """End whatever runs in the body after WHOLE_SECONDS."""

    def end() -> None:
        exchange.ran_out = True
        policy.cut_off()

    watch = threading.Timer(WHOLE_SECONDS, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        policy.close()


def _read(answer: requests.Response) -> None:
    """Read the beginning of the answer, for the plugin to look at."""
    until, found = time.monotonic() + READ_SECONDS, b""
    with answer:
        for part in answer.iter_content(4096):
            found += part
            if len(found) > MOST_BYTES or time.monotonic() > until:
                break
    answer._content = found[:MOST_BYTES]


def is_private_host(host: str) -> bool:
    """Whether the operator lets webhooks lead to this host though it lies in the house."""
    return host.lower() in {name.lower() for name in settings.OUTBOX_PRIVATE_HOSTS}


_current: ContextVar[Exchange | None] = ContextVar("outbox_exchange", default=None)


class _Requests(ModuleType):
    """Stands where a plugin has `requests`: what sends goes through the current exchange, the rest is as it was."""

    def __getattr__(self, name: str) -> Any:
        return getattr(requests, name)

    @staticmethod
    def request(method: str, url: str, **options: Any) -> requests.Response:
        exchange = _current.get()
        if exchange is None:
            raise requests.exceptions.InvalidURL("a plugin sends outside an exchange")
        return exchange.send(method, url, **options)


def _verb(method: str) -> Any:
    return lambda url, *args, **options: _Requests.request(method, url, **_named(args, options))


def _named(args: tuple[Any, ...], options: dict[str, Any]) -> dict[str, Any]:
    """`requests.get` takes params, `requests.post` takes data as its second argument; plugins name both."""
    if args:
        raise TypeError("plugins name their arguments")
    return options


_stand_in = _Requests("requests")
for _method in ("get", "post", "put", "patch", "delete", "head"):
    setattr(_stand_in, _method, _verb(_method))


@contextmanager
def sending(plugin: Any, exchange: Exchange) -> Iterator[None]:
    """Let everything that the plugin sends in the body go through the exchange.

    Raises LookupError for a plugin that does not send with `requests`, as its way out would be none of ours.
    """
    for parent in type(plugin).__mro__:
        module = sys.modules.get(parent.__module__)
        if module is not None and getattr(module, "requests", None) in (requests, _stand_in):
            module.requests = _stand_in  # type: ignore[attr-defined]
            break
    else:
        raise LookupError(f"{type(plugin).__name__} does not send by HTTP")
    token = _current.set(exchange)
    try:
        yield
    finally:
        _current.reset(token)
