"""What became of an attempt: sent, to be tried later, or never to be. Words never hold an address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum

TRY_LATER = frozenset({408, 423, 425, 429})
GONE = {
    401: "The receiver refuses this address: it may have been revoked.",
    403: "The receiver refuses this address: it may have been revoked.",
    404: "The receiver does not know this address any more.",
    410: "The receiver has taken this address away for good.",
    413: "The receiver finds the message too long.",
}


class Outcome(Enum):
    """How an attempt ended."""

    SENT = "sent"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True)
class Fate:
    """The outcome with its words for people; `asked` is the wait that the receiver asked for."""

    outcome: Outcome
    words: str = ""
    provider_id: str = ""
    asked: timedelta | None = None


def sent(provider_id: str = "") -> Fate:
    """It was taken."""
    return Fate(Outcome.SENT, provider_id=provider_id[:200])


def later(words: str, asked: timedelta | None = None) -> Fate:
    """It may work another time."""
    return Fate(Outcome.LATER, words, asked=asked)


def never(words: str) -> Fate:
    """It will not work, however often it is tried."""
    return Fate(Outcome.NEVER, words)


def of_status(status: int, retry_after: str, now: datetime) -> Fate:
    """Judge an HTTP answer by its status and its Retry-After header."""
    if 200 <= status < 300:
        return sent()
    if status in TRY_LATER or status >= 500:
        words = "The receiver asks for patience" if status == 429 else "The receiver has trouble of its own"
        return later(f"{words} (HTTP {status}).", wait_asked(retry_after, now))
    if 300 <= status < 400:
        return never("The receiver sends on to another address. Paste the one that it sends on to.")
    return never(GONE.get(status, f"The receiver refused the message (HTTP {status})."))


def wait_asked(retry_after: str, now: datetime) -> timedelta | None:
    """Read a Retry-After header, in seconds or as a date; None for none that can be understood."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text), 10**6))
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    return max(at.replace(tzinfo=at.tzinfo or UTC) - now, timedelta(0))
