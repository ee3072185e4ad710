"""Reads the incidents of the demonstration: spans and days before today become instants. Knows no models."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from pathlib import Path

import yaml

from clients.trust.demonstration.spec import Calendar, Entry

HERE = Path(__file__).parent
_SPAN = re.compile(r"(-)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_DAY = re.compile(r"(\d+)d at (\d\d):(\d\d)")


@cache
def read(name: str) -> Entry:
    """Give the content of one of the data files."""
    found: Entry = yaml.safe_load((HERE / "data" / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def span(words: str) -> timedelta:
    """Read a span: "6m", "1h5m", "2d3h", "-36m". Raises ValueError for anything else."""
    found = _SPAN.fullmatch(words)
    if found is None or not any(found.groups()[1:]):
        raise ValueError(f"“{words}” is no span such as 6m, 1h5m or 2d3h")
    days, hours, minutes = (int(each or 0) for each in found.groups()[1:])
    length = timedelta(days=days, hours=hours, minutes=minutes)
    return -length if found[1] else length


def begin(words: str, calendar: Calendar) -> datetime:
    """Read when an incident began: "64d at 09:12" is a day before today, "35h32m" so long before now.

    In UTC, so that spans added to it are elapsed time also over a change of the clocks.
    """
    if found := _DAY.fullmatch(words):
        day = calendar.today - timedelta(days=int(found[1]))
        at = datetime.combine(day, time(int(found[2]), int(found[3])), calendar.zone)
    else:
        at = calendar.now.replace(second=0, microsecond=0) - span(words)
    return at.astimezone(UTC)
