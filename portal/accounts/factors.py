"""What second factors a person has, and whether a code is one of theirs. Reads, but for the burning of codes."""

from __future__ import annotations

import ipaddress
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_otp import verify_token
from django_otp.models import Device
from django_otp_webauthn.models import WebAuthnCredential

from portal.accounts.models import DemonstrationDevice, RecoveryDevice, TotpDevice, User
from portal.accounts.models.devices import is_app_code

APP, PASSKEY = "app", "passkey"
KINDS: dict[str, type[Device]] = {APP: TotpDevice, PASSKEY: WebAuthnCredential}
WORDS = {
    TotpDevice: "authenticator app",
    WebAuthnCredential: "passkey",
    RecoveryDevice: "recovery code",
    DemonstrationDevice: "demonstration link",
}


@dataclass(frozen=True)
class Factor:
    """A second factor as its owner sees it."""

    kind: str
    pk: int
    name: str
    added_at: datetime | None
    used_at: datetime | None
    is_current: bool

    @property
    def words(self) -> str:
        return WORDS[KINDS[self.kind]].capitalize()


def kind_words(device: Any) -> str:
    """Name a device's kind."""
    return WORDS[type(device)]


def confirmed(user: User) -> list[tuple[str, Any]]:
    """List the person's second factors with their kind, oldest first of each kind. Two queries.

    Recovery codes are not among them: they help out, they cannot stand alone.
    """
    return [
        (kind, device)
        for kind, model in KINDS.items()
        for device in model.objects.filter(user=user, confirmed=True).order_by("created_at", "pk")
    ]


def has_factor(user: User) -> bool:
    """Tell whether the person has a second factor of their own."""
    return bool(confirmed(user))


def has_passkey(user: User) -> bool:
    """Tell whether the person has a passkey."""
    return any(kind == PASSKEY for kind, _ in confirmed(user))


def listed(user: User) -> list[Factor]:
    """List the person's second factors for their account page; `user` is the request's, with its device."""
    current = getattr(getattr(user, "otp_device", None), "persistent_id", "")
    return [
        Factor(
            kind=kind,
            pk=device.pk,
            name=device.name or WORDS[KINDS[kind]].capitalize(),
            added_at=device.created_at,
            used_at=device.last_used_at,
            is_current=device.persistent_id == current,
        )
        for kind, device in confirmed(user)
    ]


def codes_left(user: User) -> int:
    """Count the recovery codes that are not used."""
    device = RecoveryDevice.objects.filter(user=user).first()
    return device.codes.count() if device else 0


def verify(user: User, code: str) -> Device | None:
    """Give the person's device that this code belongs to, and burn the code; None when it belongs to none.

    Each device is checked alone, with its row locked and its own waiting time after wrong codes. Six digits go to
    authenticator apps and all else to recovery codes, so that guessing the one never burns the other.
    """
    model = TotpDevice if is_app_code(code) else RecoveryDevice
    for device in model.objects.filter(user=user, confirmed=True):
        if verified := verify_token(user, device.persistent_id, code):
            return verified
    return None


def must_wait(user: User) -> int:
    """Give the seconds until the person's devices take codes again; 0 when one takes them now."""
    waits: list[float] = []
    for device in [
        *TotpDevice.objects.filter(user=user, confirmed=True),
        *RecoveryDevice.objects.filter(user=user),
    ]:
        allowed, reason = device.verify_is_allowed()
        until = reason.get("locked_until") if reason else None
        waits.append(0 if allowed or until is None else (until - timezone.now()).total_seconds())
    return max(0, math.ceil(min(waits, default=0)))


def passkeys_offered() -> bool:
    """Tell whether browsers can make passkeys for this site: they need a name, not the number of a machine."""
    try:
        ipaddress.ip_address(str(settings.OTP_WEBAUTHN_RP_ID).strip("[]"))
    except ValueError:
        return True
    return False
