"""The ledger entry as a value: what is owed, by when, by whom, and what can be done about it. No reads, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.shell.tables import Link

LONG_AGO = "Overdue since"


@dataclass(frozen=True)
class Entry:
    """One thing owed, due on a day or at an instant (exactly one of the two), with its state and words.

    `owner` is a person or None; `kind` and `meta` stand under the title; `action` is the next thing to do.
    """

    title: str
    url: str
    state: str
    words: str
    kind: str = ""
    due_on: date | None = None
    due_at: datetime | None = None
    client_name: str = ""
    client_url: str = ""
    meta: str = ""
    owner: Any = None
    action: Link | None = None
    menu: Sequence[Link] = ()

    def __post_init__(self) -> None:
        if (self.due_on is None) == (self.due_at is None):
            raise ValueError("an entry is due on a day or at an instant: give one of due_on and due_at")

    @property
    def is_long_ago(self) -> bool:
        """Whether the words are "Overdue since" a date; the page then writes that date once, with its year."""
        return self.words.startswith(LONG_AGO)
