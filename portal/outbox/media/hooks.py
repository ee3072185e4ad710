"""Slack, Microsoft Teams, SMS and webhooks: Apprise's plugins write the message, `wire` takes it out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit
from uuid import UUID

import requests
from apprise import Apprise, AppriseAsset, NotifyFormat, NotifyType
from apprise.common import OverflowMode
from apprise.exception import AppriseException
from apprise.plugins.custom_json import NotifyJSON
from apprise.plugins.slack import NotifySlack
from apprise.plugins.workflows import NotifyWorkflows
from django.conf import settings

from portal.outbox.media import fates
from portal.outbox.media.fates import Fate
from portal.outbox.media.wire import Exchange, sending
from portal.outbox.models import Medium

UNUSABLE = "The address is none of its kind. Enter it anew."
NO_SMS = "SMS is not set up here: SMS_PROVIDER_URL is empty."
BAD_SMS = "SMS_PROVIDER_URL cannot be used. Whoever runs the portal has to put it right."
PRIVATE = "The address leads to this machine or into its own network, which is not allowed."
NO_ANSWER = "The receiver could not be reached."
SLOW = "The receiver did not answer in time."
CERTIFICATE = "The receiver's certificate is not valid, or its connection is not secure."
LONGEST = 12_000
MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True)
class Line:
    """A line of a note; with an address it is a link."""

    words: str
    url: str = ""


@dataclass(frozen=True)
class Note:
    """A message as chats take it: a title, lines, and `facts` for programs; `short` is all that an SMS says."""

    title: str
    lines: tuple[Line, ...]
    short: str
    facts: dict[str, Any]
    late: bool

    @property
    def text(self) -> str:
        """The lines as plain text."""
        return "\n".join(f"{line.words}: {line.url}" if line.url else line.words for line in self.lines)

    @property
    def markdown(self) -> str:
        """The lines as Markdown, with nothing in our words that Markdown would read as its own."""
        return "\n\n".join(
            f"[{_escaped(line.words)}]({quote(line.url, safe=':/?=&%#')})"
            if line.url
            else _escaped(line.words)
            for line in self.lines
            if line.words
        )


def carry(kind: str, address: str, note: Note, *, envelope: UUID, now: datetime) -> Fate:
    """Send a note over one of the four media and tell what became of it. Never raises for what the receiver does."""
    if kind == Medium.SMS and not settings.SMS_PROVIDER_URL:
        return fates.never(NO_SMS)
    headers = {"Idempotency-Key": str(envelope)}
    exchange = Exchange(confined=kind != Medium.SMS, headers=headers)
    try:
        plugin = _plugin(kind, address, note)
    except (AppriseException, TypeError, ValueError, KeyError):
        plugin = None
    if plugin is None:
        return fates.never(BAD_SMS if kind == Medium.SMS else UNUSABLE)
    try:
        with sending(plugin, exchange):
            taken = _notify(plugin, kind, note)
    except LookupError:
        return fates.never(BAD_SMS)
    return _fate(exchange, taken, now)


def _notify(plugin: Any, kind: str, note: Note) -> bool:
    plugin.request_rate_per_sec = 0  # Retry-After says when to wait; nobody sleeps here
    title, text = note.title, note.text
    if kind == Medium.TEAMS:
        title, text = _escaped(title), note.markdown
    elif kind == Medium.SMS:
        title, text = "", note.short
    elif kind == Medium.SLACK and plugin.workflow_path:  # there the plugin leaves titles as they are
        title, text = "", f"{title}\n{text}"
    if kind != Medium.SMS:
        plugin.body_maxlen = LONGEST
    return bool(
        plugin.notify(
            title=title,
            body=text,
            notify_type=NotifyType.WARNING if note.late else NotifyType.INFO,
            body_format=NotifyFormat.MARKDOWN if kind == Medium.TEAMS else NotifyFormat.TEXT,
            overflow=OverflowMode.TRUNCATE,
        )
    )


def _escaped(words: str) -> str:
    return MARKUP.sub(r"\\\1", words)


def _plugin(kind: str, address: str, note: Note) -> Any:
    """Make the plugin with nothing but what we say: options hidden in a pasted address are not read."""
    makers = {Medium.SLACK: _slack, Medium.TEAMS: _teams, Medium.SMS: _sms}
    if kind == Medium.WEBHOOK:
        return _webhook(address, note)
    return makers[Medium(kind)](address)


def _asset() -> AppriseAsset:
    return AppriseAsset(
        app_id="Plumbline", app_desc="Plumbline", app_url=settings.SITE_URL, http_redirects=False
    )


def _slack(address: str) -> Any:
    found = NotifySlack.parse_native_url(address)
    if not found:
        return None
    taken = ("token_a", "token_b", "token_c", "workflow_path", "mode")
    return NotifySlack(
        **{name: found[name] for name in taken if found.get(name)},
        include_image=False,
        include_footer=False,
        asset=_asset(),
    )


def _teams(address: str) -> Any:
    found = NotifyWorkflows.parse_native_url(address)
    if not found:
        return None
    taken = ("host", "port", "workflow", "signature", "power_automate", "routing_id", "version")
    return NotifyWorkflows(
        **{name: found[name] for name in taken if found.get(name)}, include_image=False, asset=_asset()
    )


def _webhook(address: str, note: Note) -> Any:
    parts = urlsplit(address)
    params: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        params.setdefault(name, []).append(value)
    return NotifyJSON(
        host=f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname,
        port=parts.port,
        fullpath=parts.path,
        secure=True,
        method="POST",
        params=params,
        payload={"attachments": "", **note.facts},
        asset=_asset(),
    )


def _sms(number: str) -> Any:
    url = settings.SMS_PROVIDER_URL.replace("{number}", quote(number, safe=""))
    return Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)


def _fate(exchange: Exchange, taken: bool, now: datetime) -> Fate:
    if exchange.status is not None:
        return fates.of_status(exchange.status, exchange.retry_after, now)
    if exchange.private:
        return fates.never(PRIVATE)
    error = exchange.error
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return fates.never(UNUSABLE)
    if isinstance(error, requests.exceptions.SSLError):
        return fates.later(CERTIFICATE)
    if exchange.ran_out or isinstance(error, requests.exceptions.Timeout):
        return fates.later(SLOW)
    if error is None and taken:
        return fates.sent()
    return fates.later(NO_ANSWER)
