"""Tokens of one-time links: what is sent, and the digest that is kept. No Django."""

import hashlib
import secrets


def new_token() -> str:
    """Give 256 random bits in letters that a link takes."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Give what is kept of a token. A plain hash will do: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
