"""Signs the ends of all chains with a key from outside the database, keeps the signatures and mails them away.

Whoever commands the database could cut a chain's end off or write it anew; not against a mail that has left.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.db import connection
from django.db.models import Exists, OuterRef
from django.template.loader import render_to_string

from portal.audit.chains import NOBODYS
from portal.audit.models import AuditAnchor, AuditHead
from portal.audit.verification import Anchor, anchor_instant
from portal.tenancy.models import Practice
from portal.tenancy.scope import EMPTY, enter
from portal.tenancy.system import SYSTEM_ALIAS, as_operator, practice_ids

KEY_LENGTH = 32
ADD = "SELECT audit_anchor_add(%s, %s, %s, %s, %s, %s)"


@lru_cache(maxsize=2)
def _private_key(encoded: str) -> Ed25519PrivateKey:
    try:
        key = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_LENGTH:
        raise ImproperlyConfigured("ANCHOR_KEY cannot be used. Set it to the base64 of 32 random bytes.")
    return Ed25519PrivateKey.from_private_bytes(key)


def public_key() -> bytes:
    """Give the public half of ANCHOR_KEY. Raises ImproperlyConfigured when the setting is no key."""
    return _private_key(settings.ANCHOR_KEY).public_key().public_bytes_raw()


def fingerprint(key: bytes) -> str:
    """Give what people compare a public key by."""
    return hashlib.sha256(key).hexdigest()


def signed(chain: UUID, seq: int, own: bytes, at: datetime) -> Anchor:
    """Sign a chain's end as of `at`."""
    unsigned = Anchor(str(chain), seq, own, anchor_instant(at), public_key(), b"")
    signature = _private_key(settings.ANCHOR_KEY).sign(unsigned.statement())
    return Anchor(unsigned.chain, seq, own, unsigned.at, unsigned.public_key, signature)


def anchor_everything(now: datetime) -> int:
    """Sign every chain's end that has moved since it was last signed; mail each practice its own. Gives how many.

    A practice whose mail cannot be sent keeps its anchors; the error is raised once all practices are done.
    """
    done, failures = 0, []
    with enter(EMPTY, switch=True):
        done += len(_keep(_unsigned_heads(SYSTEM_ALIAS, only=NOBODYS), now))
    for practice_id in practice_ids():
        with as_operator(practice_id, "Daily anchor"):
            anchors = _keep(_unsigned_heads("default"), now)
            done += len(anchors)
            try:
                _mail(Practice.objects.get(pk=practice_id), anchors, now)
            except OSError as error:
                failures.append(error)
    if failures:
        raise failures[0]
    return done


def _unsigned_heads(using: str, only: UUID | None = None) -> list[AuditHead]:
    same = AuditAnchor.objects.filter(
        chain=OuterRef("chain"), seq=OuterRef("seq"), hash=OuterRef("hash"), public_key=public_key()
    )
    heads = AuditHead.objects.using(using).filter(~Exists(same)).order_by("chain")
    return list(heads.filter(chain=only) if only is not None else heads)


def _keep(heads: Iterable[AuditHead], now: datetime) -> list[Anchor]:
    anchors = [signed(head.chain, head.seq, bytes(head.hash), now) for head in heads]
    with connection.cursor() as cursor:
        for each in anchors:
            cursor.execute(ADD, [each.chain, each.seq, each.hash, each.at, each.public_key, each.signature])
    return anchors


def _mail(practice: Practice, anchors: list[Anchor], now: datetime) -> None:
    if not practice.contact_email or not anchors:
        return
    context = {
        "practice": practice,
        "lines": [anchor.line() for anchor in anchors],
        "fingerprint": fingerprint(public_key()),
        "at": anchor_instant(now),
    }
    EmailMessage(
        f"Audit anchor of {now:%Y-%m-%d}, {practice.name}",
        render_to_string("audit/emails/anchor.txt", context),
        to=[practice.contact_email],
    ).send()
