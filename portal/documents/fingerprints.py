"""Canonical JSON and its fingerprint, and how both are written and read back. No Django."""

from __future__ import annotations

import hashlib
import json
from typing import Any

SHORT, FULL, GROUP = 16, 64, 4
HEXADECIMAL = frozenset("0123456789abcdef")


def canonical(data: dict[str, Any]) -> bytes:
    """Write data of JSON values in the one way that is hashed: sorted keys, no spaces, UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def fingerprint(data: dict[str, Any]) -> str:
    """Give the SHA-256 of the canonical JSON as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(data)).hexdigest()


def short(digits: str) -> str:
    """Give the part that stands on every page."""
    return digits[:SHORT]


def grouped(digits: str) -> str:
    """Write digits in groups of four: 7f3a 91c2 0e5d 44b8."""
    return " ".join(digits[at : at + GROUP] for at in range(0, len(digits), GROUP))


def read_back(text: str) -> str | None:
    """Read a fingerprint as somebody typed it off a page: 16 or 64 digits, whatever stands between; else None."""
    digits = "".join(letter for letter in text.casefold() if letter not in " \t\r\n\u00a0\u2009\u202f·:.-")
    if len(digits) in (SHORT, FULL) and set(digits) <= HEXADECIMAL:
        return digits
    return None
