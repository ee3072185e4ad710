"""How long a sender waits before it tries again: twice as long each time, with jitter so that not all come at once."""

from __future__ import annotations

from datetime import timedelta

MOST_ATTEMPTS = 12
FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=6)
JITTER = 0.25
MOST_ASKED = timedelta(hours=24)


def wait_after(attempt: int, *, jitter: float, asked: timedelta | None = None) -> timedelta | None:
    """Give the wait after the failed attempt of this number (from 1); None when it was the last.

    jitter: a number from 0 to 1, drawn by the caller: up to a quarter is added. asked: what the receiver asked for
    (Retry-After); it is heeded where it is longer, up to a day.
    """
    if attempt >= MOST_ATTEMPTS:
        return None
    steady = min(FIRST * (1 << (attempt - 1)), LONGEST / (1 + JITTER))
    wait = steady * (1 + JITTER * min(max(jitter, 0.0), 1.0))
    return max(wait, min(asked or timedelta(0), MOST_ASKED))
