"""Lengths of time as ISO 8601 writes them: P60D, PT48H, P1M. Months and days stay what they are, never hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

_ISO = re.compile(
    r"([+-]?)P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?"
    r"(?:T(?:(\d{1,6})H)?(?:(\d{1,7})M)?(?:(\d{1,8})S)?)?"
)
_DAY = 24 * 60 * 60
#: Nobody promises anything for longer, and dates stay within the calendar.
LONGEST_DAYS = 100 * 366


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar months, calendar days and elapsed seconds, all of one sign."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __post_init__(self) -> None:
        parts = (self.months, self.days, self.seconds)
        if min(parts) < 0 < max(parts):
            raise ValueError("A length of time goes forwards or backwards, not both.")

    def __neg__(self) -> Duration:
        return Duration(-self.months, -self.days, -self.seconds)

    def __str__(self) -> str:
        """Write it as ISO 8601, always in the same way: -P7D, PT48H, PT0S."""
        if not self:
            return "PT0S"
        sign = "-" if min(self.months, self.days, self.seconds) < 0 else ""
        minutes, seconds = divmod(abs(self.seconds), 60)
        hours, minutes = divmod(minutes, 60)
        days = f"{abs(self.months)}M" * bool(self.months) + f"{abs(self.days)}D" * bool(self.days)
        clock = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{seconds}S" * bool(seconds)
        return f"{sign}P{days}{'T' * bool(clock)}{clock}"

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.seconds)

    @property
    def by_the_clock(self) -> bool:
        """Whether hours, minutes or seconds belong to it: it is then counted to the second."""
        return self.seconds != 0

    @property
    def approximate(self) -> int:
        """Its seconds, a month taken as 30 days: for putting lengths in order, never for a date."""
        return (self.months * 30 + self.days) * _DAY + self.seconds


@lru_cache(maxsize=1024)
def parse(text: str) -> Duration:
    """Read P1M, P60D, P2W, PT48H, P1DT12H, -P7D or +P3D. Raises ValueError with a sentence for the user."""
    match = _ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if match is None or not any(match.groups()[1:]) or text.strip().endswith("T"):
        raise ValueError(
            f"“{str(text)[:40]}” is not a length of time. Write P7D for 7 days, P1M for a month, PT48H for 48 hours."
        )
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    length = Duration(years * 12 + months, weeks * 7 + days, (hours * 60 + minutes) * 60 + seconds)
    if length.approximate > LONGEST_DAYS * _DAY:
        raise ValueError(f"“{text[:40]}” is longer than a hundred years. Choose a shorter time.")
    return -length if match[1] == "-" else length


def words(duration: Duration) -> str:
    """Say how long it is, whichever way it goes: "48 hours", "7 days", "1 month and 2 days"."""
    minutes, seconds = divmod(abs(duration.seconds), 60)
    hours, minutes = divmod(minutes, 60)
    counted = (
        (abs(duration.months), "month"),
        (abs(duration.days), "day"),
        (hours, "hour"),
        (minutes, "minute"),
        (seconds, "second"),
    )
    parts = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in counted if number]
    if not parts:
        return "no time"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
