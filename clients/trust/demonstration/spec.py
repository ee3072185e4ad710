"""Reads the demonstration's files: what is written in days from today becomes dates. Knows no models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent
#: The one practice that the demonstration may touch. Real practices have random ids.
PRACTICE_ID = UUID("6e0f7d52-0a3c-5b6e-9d1f-4f1f5a7c2e10")
REGISTERS = ("workflows", "integrations", "credentials", "sub-processors")
_ANSWERS = {True: "yes", False: "no"}
_TRUTHS = ("internal",)

Entry = Mapping[str, Any]


@cache
def read(name: str) -> Entry:
    """Give the content of one of the data files."""
    found: Entry = yaml.safe_load((HERE / "data" / f"{name}.yaml").read_text(encoding="utf-8"))
    return found


def client_slugs() -> tuple[str, ...]:
    """List the clients in the order in which they are built; the first is the fullest."""
    return tuple(read("practice")["clients"])


def export_file(name: str) -> bytes:
    """Give a workflow export, with the value planted that a reader has to refuse. It opens nothing anywhere."""
    planted = "-".join(("northgate", "demonstration", "opens", "nothing", "0001"))
    return (HERE / "exports" / name).read_bytes().replace(b"@@PLANTED@@", planted.encode())


@dataclass(frozen=True)
class Calendar:
    """Turns days from today into dates and instants. `now` is aware."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def on(self, day: int | date | None) -> date | None:
        """Give the date that lies so many days from today; a date stays as it is."""
        return self.today + timedelta(days=day) if isinstance(day, int) else day

    def at(self, days: int) -> datetime:
        """Give an instant on the day that lies so many days from today: in working hours."""
        minute = 9 * 60 + abs(days) * 37 % (8 * 60)
        return datetime.combine(self.today + timedelta(days=days), time(minute // 60, minute % 60), self.zone)

    def values(self, entry: Entry) -> dict[str, Any]:
        """Give an entry's fields as models take them: dates for `…_on`, words for yes and no."""
        return {name: self._value(name, value) for name, value in entry.items()}

    def _value(self, name: str, value: Any) -> Any:
        if isinstance(value, bool):
            return value if name in _TRUTHS else _ANSWERS[value]
        return self.on(value) if name.endswith("_on") else value


def rows_of(slug: str, register: str) -> list[Entry]:
    """List a client's entries of one register, each with the defaults of its file underneath."""
    content = read(slug)
    defaults = content.get("defaults", {}).get(register, {})
    return [_complete(defaults, row) for row in content.get(register, ())]


def _complete(defaults: Entry, row: Entry) -> Entry:
    """Put the defaults under a row: no backup who is the owner, and nobody who approved what nobody approved."""
    full = {**defaults, **row}
    if full.get("backup_owner") and full["backup_owner"] == full.get("owner"):
        full["backup_owner"] = defaults.get("owner")
    if full.get("approved_by") and "approved_on" not in full:
        del full["approved_by"]
    return full
