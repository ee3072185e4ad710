"""The secret part of a feed's address: the practice's id and 256 random bits. No Django.

The practice stands in it because no row of a practice can be read from outside it, and the door that takes the
address may not look over all practices.
"""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from portal.accounts.tokens import new_token

_PRACTICE_LETTERS = 22


def new_feed_token(practice_id: UUID) -> str:
    """Give 65 letters that an address takes."""
    return base64.urlsafe_b64encode(practice_id.bytes).decode().rstrip("=") + new_token()


def practice_in(token: str) -> UUID | None:
    """Give the practice that a token names; None for what is no token."""
    try:
        return UUID(bytes=base64.urlsafe_b64decode(f"{token[:_PRACTICE_LETTERS]}=="))
    except (ValueError, binascii.Error):
        return None
