"""Signed messages: who may have written one, how old it may be, and from which networks it may come. No Django."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

WINDOW = timedelta(minutes=5)
_SECONDS = re.compile(r"[0-9]{1,12}")
_HEX = re.compile(r"[0-9a-f]{64}")


def new_secret() -> str:
    """Give 43 letters from 256 random bits."""
    return secrets.token_urlsafe(32)


def signature_of(secret: str, timestamp: str, body: bytes) -> str:
    """Give the HMAC-SHA256 of the timestamp, a full stop and the body as it is sent, in hexadecimal."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def is_signed(keys: Iterable[str], timestamp: str, body: bytes, signature: str) -> bool:
    """Tell whether one of the keys made the signature. It takes as long for a wrong one as for a right one."""
    given = signature.strip().lower().removeprefix("sha256=")
    if not given.isascii() or not timestamp.isascii():
        return False
    found = [hmac.compare_digest(signature_of(key, timestamp, body), given) for key in keys if key]
    return any(found) and bool(_HEX.fullmatch(given))


def is_fresh(timestamp: str, now: datetime) -> bool:
    """Tell whether a timestamp, in whole seconds since 1970, lies within five minutes of now, before or after."""
    if not timestamp.isascii() or not _SECONDS.fullmatch(timestamp):
        return False
    try:
        at = datetime.fromtimestamp(int(timestamp), UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return abs(now - at) <= WINDOW


def checked_networks(lines: Sequence[str]) -> list[str]:
    """Give networks as they are kept: 203.0.113.7 becomes 203.0.113.7/32. Raises ValueError in words for others."""
    found = []
    for line in lines:
        try:
            found.append(str(ip_network(line.strip(), strict=False)))
        except ValueError:
            raise ValueError(
                f"“{line.strip()[:60]}” is not an address or a network. Write 203.0.113.7 or 203.0.113.0/24."
            ) from None
    return list(dict.fromkeys(found))


def may_call(address: str, networks: Sequence[str]) -> bool:
    """Tell whether an address lies in one of the networks; without any, every address may call."""
    if not networks:
        return True
    try:
        at = ip_address(address)
    except ValueError:
        return False
    if isinstance(at, IPv6Address) and at.ipv4_mapped:
        at = at.ipv4_mapped
    return any(at in ip_network(each) for each in networks)
