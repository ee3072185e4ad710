"""The escalation path: how long a check of a contact holds, and who is missing on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

#: INC-06 of the control catalogue: checked within 180 days, and said to be due after 120.
VERIFIED_FOR = timedelta(days=180)
VERIFIED_WARN = timedelta(days=120)
#: A contact whose details are new is checked within so many business days.
FIRST_CHECK_DAYS = 5

PRACTICE, CLIENT = "practice", "client"
SIDES = (CLIENT, PRACTICE)
ORDINALS = ("Primary", "Backup", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")
MOST = len(ORDINALS)


@dataclass(frozen=True, slots=True)
class Person:
    """A contact as the rules take it. position: 1 is asked first. verified_on: None when nobody has checked."""

    side: str
    position: int
    verified_on: date | None


def position_words(position: int) -> str:
    """Say the place on the path: Primary, Backup, Third."""
    return ORDINALS[position - 1] if 1 <= position <= MOST else f"No. {position}"


def verified_until(verified_on: date | None) -> date | None:
    """Give the last day on which a check still holds."""
    return verified_on + VERIFIED_FOR if verified_on else None


def check_state(verified_on: date | None, today: date) -> tuple[str, str]:
    """Say how a contact stands: a state of the frame, and words."""
    until = verified_until(verified_on)
    if verified_on is None or until is None:
        return "wait", "Not verified yet"
    if until < today:
        return "late", "Verify again"
    if (today - verified_on) > VERIFIED_WARN:
        return "soon", "Verify soon"
    return "ok", "Verified"


def gaps(people: Iterable[Person], whose: dict[str, str]) -> list[str]:
    """Say who is missing: each side needs a primary contact and a backup.

    whose: how each side is called in the sentence, by its key.
    """
    counts = dict.fromkeys(SIDES, 0)
    for person in people:
        counts[person.side] += 1
    words = {0: "has no contact yet: add a primary and a backup", 1: "has no backup contact"}
    return [f"{whose[side]} {words[counts[side]]}" for side in SIDES if counts[side] in words]
