"""Second factors of our own: authenticator apps, recovery codes, the demonstration's. Passkeys come with their library.

They are global, one set a person whatever practices they work for, and no tenant's data. Seeds are sealed and codes
kept as digests, because django-otp's own models keep both in clear text.
"""

from __future__ import annotations

import base64
import secrets
import time
from typing import ClassVar
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP

from portal.lib.sealed import SealedTextField

ISSUER = "Plumbline"
SEED_BYTES = 20
CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is read as another


def random_seed() -> str:
    """Give a new seed in hexadecimal: 160 bits, what RFC 4226 asks for."""
    return secrets.token_hex(SEED_BYTES)


class TotpDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """An authenticator app (RFC 6238: six digits, thirty seconds, one step of grace each way)."""

    secret = SealedTextField(default=random_seed)
    last_step = models.BigIntegerField(default=-1)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]

    def get_throttle_factor(self) -> int:
        """Wait 1, 2, 4, 8 … seconds after wrong codes."""
        return 1

    def verify_token(self, token: str) -> bool:
        """Check a code and burn its step. Call it through `django_otp.verify_token`, which locks the row."""
        if not self.verify_is_allowed()[0]:
            return False
        clock = TOTP(bytes.fromhex(self.secret))
        clock.time = time.time()
        if is_app_code(token) and clock.verify(int(token), 1, self.last_step + 1):
            self.last_step = clock.t()
            self.throttle_reset(commit=False)
            self.set_last_used_timestamp(commit=False)
            self.save()
            return True
        self.throttle_increment()
        return False

    @property
    def groups(self) -> str:
        """The seed as apps take it by hand: base 32, in groups of four."""
        text = base64.b32encode(bytes.fromhex(self.secret)).decode()
        return " ".join(text[start : start + 4] for start in range(0, len(text), 4))

    @property
    def address(self) -> str:
        """The `otpauth:` address that a QR code carries to the app."""
        label = quote(f"{ISSUER}:{self.user.email}")
        return f"otpauth://totp/{label}?" + urlencode(
            {"secret": self.groups.replace(" ", ""), "issuer": ISSUER, "digits": 6, "period": 30}
        )


class RecoveryDevice(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """A person's recovery codes, as one device: each works once."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user"], name="recovery_once_a_person")]

    def get_throttle_factor(self) -> int:
        """Wait 1, 2, 4, 8 … seconds after wrong codes."""
        return 1

    def digests(self, code: str) -> list[str]:
        """The digests under which a code may be kept: by the key in use, and by those it replaced."""
        plain = code.replace("-", "").replace(" ", "").lower()
        keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        salt = f"accounts.recovery_code.{self.pk}"
        return [salted_hmac(salt, plain, secret=key, algorithm="sha256").hexdigest() for key in keys]

    def issue(self) -> list[str]:
        """Replace all codes by new ones and return them, for the only time."""
        letters = ["".join(secrets.choice(LETTERS) for _ in range(10)) for _ in range(CODES)]
        codes = [f"{each[:5]}-{each[5:]}" for each in letters]
        self.codes.all().delete()
        RecoveryCode.objects.bulk_create(
            [RecoveryCode(device=self, digest=self.digests(code)[0]) for code in codes]
        )
        return codes

    def verify_token(self, token: str) -> bool:
        """Check a code and burn it. Call it through `django_otp.verify_token`, which locks the row."""
        if not self.verify_is_allowed()[0]:
            return False
        burnt, _ = self.codes.filter(digest__in=self.digests(token)).delete()
        if not burnt:
            self.throttle_increment()
            return False
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True


class RecoveryCode(models.Model):
    """One unused code, as a keyed digest."""

    device = models.ForeignKey(RecoveryDevice, on_delete=models.CASCADE, related_name="codes")
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "digest"], name="recovery_code_once")
        ]

    def __str__(self) -> str:
        return "a recovery code"


class DemonstrationDevice(Device):  # type: ignore[misc]
    """Stands in for a second factor where a demonstration link was opened; no code ever passes it."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user"], name="demonstration_once_a_person")]

    def verify_token(self, token: str) -> bool:
        """Refuse: it is set by a link alone."""
        return False


def is_app_code(text: str) -> bool:
    """Tell a code of an authenticator app from a recovery code, so that guessing one never burns the other."""
    return len(text) == 6 and text.isascii() and text.isdigit()
