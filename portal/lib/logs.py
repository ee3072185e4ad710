"""Keeps secret addresses out of the logs: whoever could read them there could open what they open."""

from __future__ import annotations

import logging
import re

# The part of an address that is a secret: calendar feeds, links for setting up, signing in, joining, confirming.
_SECRET = re.compile(
    r"(/(?:calendar|set-up|sign-in-link|invitation/[0-9a-f-]{36}|account/confirm|account/password/forgotten)/)"
    r"(?!sent/|\s|$)[^/\s\"'?]+"
)


class WithoutSecretAddresses(logging.Filter):
    """Writes an ellipsis in place of the secret part of an address in a line of the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record through, without its secrets."""
        said = record.getMessage()
        if (safe := without_secrets(said)) != said:
            record.msg, record.args = safe, ()
        return True


def without_secrets(text: str) -> str:
    """Give a text with an ellipsis in place of the secret part of addresses."""
    return _SECRET.sub(r"\1…", text)
