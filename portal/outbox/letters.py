"""Letter: what another room hands to the outbox. Plain data, checked before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.outbox.models import Channel
    from portal.tenancy.models import Client

LONGEST_KEY, LONGEST_SUBJECT, LONGEST_LINE, MOST_LINES = 200, 240, 300, 12


@dataclass(frozen=True)
class Letter:
    """One message to one person or to one channel.

    key: what it is about; the same key in the same practice is one message, however often it is posted.
    kind: as in the registry (`kinds.register`). subject and lines: reference, client, what, when; no contents.
    url: the path of the page where it is done ("/c/alder/…"); `action_label` are the words of the link to it.
    urgent: goes at once, past digests and opt-outs. not_before: it is not sent earlier.
    internal: only people of the practice may get it.
    """

    key: str
    kind: str
    subject: str
    lines: tuple[str, ...]
    url: str
    client: Client | None
    person: User | None = None
    channel: Channel | None = None
    due_at: datetime | None = None
    due_on: date | None = None
    late: bool = False
    urgent: bool = False
    action_label: str = ""
    internal: bool = True
    may_opt_out: bool = True
    not_before: datetime | None = None

    def check(self, practice_id: UUID) -> None:
        """Raise ValueError for a letter that no practice could send: a mistake in the code."""
        if (self.person is None) == (self.channel is None):
            raise ValueError(f"{self.key} goes to one person or to one channel")
        if not self.key or len(self.key) > LONGEST_KEY:
            raise ValueError(f"a key has 1 to {LONGEST_KEY} characters")
        if not self.url.startswith("/") or self.url.startswith("//"):
            raise ValueError(f"{self.key} leads to no page of the portal")
        if self.client is not None and self.client.practice_id != practice_id:
            raise ValueError(f"{self.key} is of a client of another practice")
        channel = self.channel
        if channel is None:
            return
        of_another = channel.client_id is not None and (
            self.client is None or channel.client_id != self.client.pk
        )
        if channel.practice_id != practice_id or of_another:
            raise ValueError(f"{self.key} goes to a channel of somebody else")

    def row(self, now: datetime) -> dict[str, object]:
        """Give the letter as the columns of a message, except the practice's."""
        return {
            "client_id": str(self.client.pk) if self.client else None,
            "internal": self.internal,
            "created_at": now.isoformat(),
            "key": self.key,
            "kind": self.kind,
            "subject": _one_line(self.subject, LONGEST_SUBJECT),
            "lines": [_one_line(line, LONGEST_LINE) for line in self.lines[:MOST_LINES]],
            "url": self.url,
            "action_label": self.action_label[:60],
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "due_on": self.due_on.isoformat() if self.due_on else None,
            "late": self.late,
            "urgent": self.urgent,
            "person_id": str(self.person.pk) if self.person else None,
            "channel_id": self.channel.pk if self.channel else None,
        }


def _one_line(text: str, longest: int) -> str:
    plain = " ".join(text.replace("\x00", "").split())
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"
