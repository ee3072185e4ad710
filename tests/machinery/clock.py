"""A clock that a test sets: in processes that follow it, Django's `now` is ahead by what stands in a file.

It runs on at its usual pace from wherever it was set. Nothing in the product knows of it.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.utils import timezone

FILE = "PLUMBLINE_TEST_CLOCK"


def set_to(file: Path, at: datetime) -> None:
    """Let whoever follows `file` believe that it is `at` now. They see the former time or this one, never half."""
    part = file.with_suffix(".part")
    part.write_text(str((at - datetime.now(UTC)).total_seconds()))
    part.replace(file)


def follow() -> None:
    """Take the time from the file that the environment names. Call it before Django is set up: its parts, and those
    of the product, may hold `now` by its name.
    """
    file = Path(os.environ[FILE])

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()))

    timezone.now = now
