"""Mail, by whatever backend Django is set to: text and HTML in one message, the same Message-ID at every attempt."""

from __future__ import annotations

import smtplib
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailAPIError, AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string

from portal.outbox.composing import Composed
from portal.outbox.media import fates
from portal.outbox.media.fates import Fate, Outcome

REFUSED = "The mail server refuses this mailbox ({code})."
REJECTED = "The mail server refuses the message ({code})."
NO_SERVER = "The mail server could not be reached."
NOT_SIGNED_IN = "The mail server did not let the portal sign in ({code})."
TROUBLE = "The mail server has trouble of its own ({code})."
PROVIDER_REFUSED = "The mail provider refuses the message (HTTP {code})."
PROVIDER_TROUBLE = "The mail provider could not be used."
NOT_SENT = "The mail could not be sent ({code})."
CLOSED_BY_THEM = (smtplib.SMTPServerDisconnected, ConnectionError)


class Mailer:
    """Keeps one connection to the mail server for as long as it is used; `close` it."""

    def __init__(self) -> None:
        self._backend: BaseEmailBackend | None = None

    def carry(
        self, address: str, composed: Composed, *, envelope: UUID, to_person: bool, now: datetime
    ) -> Fate:
        """Send to one mailbox and tell what became of it. Raises nothing for what the server does."""
        message = written(address, composed, envelope=envelope, to_person=to_person)
        reused = self._backend is not None
        fate, error = self._try(message, now)
        if reused and isinstance(error, CLOSED_BY_THEM):  # an idle connection that the server has ended
            fate, _ = self._try(message, now)
        return fate

    def close(self) -> None:
        """End the connection."""
        backend, self._backend = self._backend, None
        if backend is not None:
            try:
                backend.close()
            except Exception:  # noqa: S110 - what was sent was sent; the server is gone
                pass

    def _try(self, message: EmailMultiAlternatives, now: datetime) -> tuple[Fate, Exception | None]:
        try:
            if self._backend is None:
                self._backend = get_connection(fail_silently=False)
                self._backend.open()
            message.connection = self._backend
            message.send(fail_silently=False)
        except Exception as error:
            self.close()
            return fate_of(error, now), error
        return fates.sent(_provider_id(message)), None


def written(address: str, composed: Composed, *, envelope: UUID, to_person: bool) -> EmailMultiAlternatives:
    """Give the mail. Answers to it are for nobody; programs that answer by themselves are asked not to."""
    context = {"composed": composed, "to_person": to_person}
    host = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers = {
        "Message-ID": f"<{envelope}@{host}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if to_person:
        headers["List-Unsubscribe"] = f"<{composed.preferences}>"
    message = EmailMultiAlternatives(
        subject=composed.subject,
        body=render_to_string("emails/outbox/message.txt", context),
        to=[address],
        headers=headers,
    )
    message.attach_alternative(render_to_string("emails/outbox/message.html", context), "text/html")
    return message


def fate_of(error: Exception, now: datetime) -> Fate:
    """Judge what was raised. Its own words are left aside: they hold addresses."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        code = max(codes, default=550)
        return _by_code(code, REFUSED)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return fates.later(NOT_SIGNED_IN.format(code=error.smtp_code))
    if isinstance(error, smtplib.SMTPDataError):
        return _by_code(error.smtp_code, REJECTED)
    if isinstance(error, smtplib.SMTPResponseException):  # the greeting, the sender: the portal's own affair
        return fates.later(TROUBLE.format(code=error.smtp_code))
    if isinstance(error, AnymailRecipientsRefused):
        return fates.never(REFUSED.format(code="by the provider"))
    if isinstance(error, AnymailAPIError):
        return _by_provider(error, now)
    if isinstance(error, OSError):  # smtplib's own errors are OSErrors as well
        return fates.later(NO_SERVER)
    return fates.later(NOT_SENT.format(code=type(error).__name__))


def _by_code(code: int, words: str) -> Fate:
    said = words.format(code=code)
    return fates.never(said) if 500 <= code < 600 else fates.later(said)


def _by_provider(error: Any, now: datetime) -> Fate:
    status = getattr(error, "status_code", None)
    if status is None:
        return fates.later(PROVIDER_TROUBLE)
    answer = getattr(error, "response", None)
    asked = str(answer.headers.get("Retry-After", "")) if answer is not None else ""
    fate = fates.of_status(status, asked, now)
    said = PROVIDER_REFUSED.format(code=status)
    if status in (401, 403):  # the portal's own key, not the mailbox
        return fates.later(said)
    return fates.never(said) if fate.outcome is Outcome.NEVER else fates.later(said, fate.asked)


def _provider_id(message: EmailMultiAlternatives) -> str:
    status = getattr(message, "anymail_status", None)
    found = getattr(status, "message_id", None)
    return str(found) if isinstance(found, str | int) else ""
