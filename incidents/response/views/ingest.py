"""The public address to which a source sends its alerts. Who may send is settled before anything is read."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables

from incidents.response.intake.finding import found, keys_of
from incidents.response.intake.receiving import RepeatedError, receive
from incidents.response.models import AlertSource
from incidents.response.rules.alerts import UnreadableError
from incidents.response.rules.signatures import is_fresh, is_signed, may_call
from portal.accounts.limits import reads_too_often
from portal.audit.actions import record
from portal.lib.fields import SecretRefused
from portal.tenancy.decorators import public_view

MOST_BYTES = 64 * 1024
_KEY = re.compile(r"[\x21-\x7e]{1,120}")
NO_SOURCE = "There is no source at this address, or it is turned off."


class Declined(Exception):  # noqa: N818 - it is an answer
    """A message is not taken: the status, the short name of the reason for the trail, and the sentence."""

    def __init__(self, status: int, reason: str, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.reason = reason


@csrf_exempt
@public_view
def alert_ingest(request: HttpRequest, practice_id: UUID, public_id: UUID) -> JsonResponse:
    """Take a signed alert for the one client whose source has this address."""
    if request.method != "POST":
        answer = _answer(405, {"error": "Send the alert with POST."})
        answer["Allow"] = "POST"
        return answer
    if reads_too_often(request, "alert_ingest"):
        return _too_many()
    with found(practice_id, public_id, getattr(request, "request_id", "")) as source:
        if source is None:
            return _answer(404, {"error": NO_SOURCE})
        try:
            return _taken(request, source, timezone.now())
        except Declined as declined:
            _write_down(request, source, declined)
            return (
                _too_many() if declined.status == 429 else _answer(declined.status, {"error": str(declined)})
            )


@sensitive_variables()
def _taken(request: HttpRequest, source: AlertSource, now: datetime) -> JsonResponse:
    if not source.enabled:
        raise Declined(404, "turned off", NO_SOURCE)
    if not may_call(_address(request), source.allowed_addresses):
        raise Declined(403, "address", "This address may not send alerts to this source.")
    body = _body(request)
    signature = _checked_signature(request, source, body, now)
    if reads_too_often(request, "alert_source", key=str(source.public_id)):
        raise Declined(429, "too many", "Too many alerts.")
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        words = "Send a header Idempotency-Key of 1 to 120 letters, digits or signs, the same for every try."
        raise Declined(422, "no key", words)
    try:
        answer = receive(source, body, key=key, signature=signature, now=now)
    except UnreadableError as fault:
        raise Declined(422, "unreadable", str(fault)) from None
    except SecretRefused:
        raise Declined(422, "secret", "The alert holds what looks like a secret. Leave it out.") from None
    except RepeatedError as fault:
        raise Declined(409, "repeated", str(fault)) from None
    return _answer(answer.status, answer.as_json())


def _body(request: HttpRequest) -> bytes:
    """Give the body as it was sent, unless it is too long or another type; a long one is not read at all."""
    if request.content_type != "application/json":
        raise Declined(415, "type", "Send the alert as application/json.")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise Declined(413, "size", "An alert may have 64 KB at most.")
    body = request.body
    if len(body) > MOST_BYTES:
        raise Declined(413, "size", "An alert may have 64 KB at most.")
    return body


@sensitive_variables()
def _checked_signature(request: HttpRequest, source: AlertSource, body: bytes, now: datetime) -> str:
    timestamp = request.headers.get("X-Plumbline-Timestamp", "")
    signature = request.headers.get("X-Plumbline-Signature", "")
    if not timestamp or not signature:
        raise Declined(401, "unsigned", "Send X-Plumbline-Timestamp and X-Plumbline-Signature.")
    if not is_signed(keys_of(source, now), timestamp, body, signature):
        raise Declined(401, "signature", "The signature does not fit the message.")
    if not is_fresh(timestamp, now):
        raise Declined(401, "stale", "The timestamp is more than five minutes away from now.")
    return signature


def _address(request: HttpRequest) -> str:
    """Give the sender's address as the house knows it: behind as many proxies as PROXIES says."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:
        return ""


def _write_down(request: HttpRequest, source: AlertSource, declined: Declined) -> None:
    """Leave an event of the refusal, without anything of the message; 60 a minute a source at most."""
    if reads_too_often(request, "alert_refusal", key=str(source.public_id)):
        return
    address = _address(request)
    record(
        "alert.refuse",
        client=source.client,
        object="response_alertsource",
        object_id=str(source.pk),
        label=source.name,
        details={"status": declined.status, "reason": declined.reason},
        private={"address": address} if address else {},
        internal=True,
    )


def _too_many() -> JsonResponse:
    answer = _answer(429, {"error": "Too many alerts. Try again in a minute, with the same Idempotency-Key."})
    answer["Retry-After"] = "60"
    return answer


def _answer(status: int, content: dict[str, object]) -> JsonResponse:
    return JsonResponse(content, status=status, headers={"Cache-Control": "no-store"})
