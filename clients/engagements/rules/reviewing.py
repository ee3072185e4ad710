"""Access reviews: when the next is due, and what stands in the way of finishing one."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

#: ACC-07 of the control catalogue: each client once in 90 days.
EVERY = timedelta(days=90)
KEEP, CHANGE, REMOVE = "keep", "change", "remove"
PERSON, CREDENTIAL = "person", "credential"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a review. who: the person it is about; None for a credential."""

    kind: str
    decision: str
    who: Hashable | None = None


def next_due_on(finished_on: date | None, added_on: date, since_on: date | None) -> date:
    """Give the day by which access is reviewed next.

    The first is due 90 days after the client came here or the work for it began, whichever is later.
    """
    return (finished_on or max(added_on, since_on or added_on)) + EVERY


def faults(items: Collection[Item], reviewer: Hashable) -> list[str]:
    """Say why a review cannot be finished by this person; nothing when it can."""
    found = []
    people = {item.who for item in items if item.kind == PERSON}
    if not items:
        found.append("There is nothing to review: nobody has access.")
    undecided = sum(not item.decision for item in items)
    if undecided == 1:
        found.append("One entry has no decision yet. Decide on it first.")
    elif undecided:
        found.append(f"{undecided} entries have no decision yet. Decide on them first.")
    if people == {reviewer}:
        found.append(
            "You are the only person reviewed, and nobody finishes a review of themselves alone. "
            "Ask another owner or consultant to finish it."
        )
    return found


def decided(items: Iterable[Item], decision: str) -> int:
    """Count the items with one decision."""
    return sum(item.decision == decision for item in items)
