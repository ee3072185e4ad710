"""What a record obliges somebody to, as the rooms above say it. `actions.keep` makes deadlines of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.accounts.models import User


@dataclass(frozen=True)
class Subject:
    """What a deadline is about: the type and id of a record, and its name in words."""

    type: str
    id: str
    text: str

    @property
    def key(self) -> tuple[str, str]:
        """The part that identifies it."""
        return self.type, self.id


@dataclass(frozen=True)
class Due:
    """When something is due: on a day, whose end in the client's zone counts, or at an instant.

    Exactly one of `on` and `at`. calendar: "clock", "days", "months" or "business:GB-ENG". duration: ISO 8601, for
    the words "of 48 hours"; empty where the day was simply chosen.
    """

    on: date | None = None
    at: datetime | None = None
    calendar: str = "days"
    duration: str = ""

    def __post_init__(self) -> None:
        if (self.on is None) == (self.at is None):
            raise ValueError("something is due on a day or at an instant: give one of on and at")


@dataclass(frozen=True)
class Obligation:
    """One thing that must be done. `internal`: for people of the practice only."""

    kind: str
    subject: Subject
    title: str
    due: Due
    started_at: datetime
    owner: User | None = None
    backup_owner: User | None = None
    note: str = ""
    source: str = ""
    internal: bool = True

    @property
    def key(self) -> tuple[str, str, str]:
        """What there is one open deadline of."""
        return (self.kind, *self.subject.key)
