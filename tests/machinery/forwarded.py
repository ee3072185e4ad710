"""The Celery application on a clock that a test sets: `celery -A tests.machinery.forwarded worker` or `beat`."""

from __future__ import annotations

from tests.machinery import clock

clock.follow()

from tests.machinery.ticking import app  # noqa: E402 - the clock is set before anything reads it

__all__ = ["app"]
