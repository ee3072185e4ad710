"""Numbers the evidence of a section: the same source gets the same mark. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import date

from clients.trust.pack import Source

LETTERS = {
    "workflows": "WFL",
    "integrations": "INT",
    "credentials": "CRD",
    "sub-processors": "SUB",
    "exports": "EXP",
    "waivers": "WVR",
    "support": "SPT",
    "contacts": "CON",
    "access-reviews": "ACR",
}
MOST_NUMBERS = 12


def evidence_number(kind: str, pk: int) -> str:
    """Give the number under which the portal finds a piece of evidence: INT-0012."""
    return f"{LETTERS[kind]}-{pk:04d}"


class Sources:
    """Collects the sources of one section in the order in which they are first cited."""

    def __init__(self) -> None:
        self._marks: dict[Hashable, int] = {}
        self._said: dict[int, tuple[str, str, date | None]] = {}
        self._numbers: dict[int, list[str]] = {}

    def cite(self, key: Hashable, what: str, origin: str, captured_on: date | None, number: str) -> int:
        """Cite a source and give its mark; cited again under the same key it only gains the number."""
        mark = self._marks.setdefault(key, len(self._marks) + 1)
        self._said.setdefault(mark, (what, origin, captured_on))
        numbers = self._numbers.setdefault(mark, [])
        if number and number not in numbers:
            numbers.append(number)
        return mark

    def all(self) -> tuple[Source, ...]:
        """Give every source in the order of its mark."""
        return tuple(
            Source(mark, *said, numbers=tuple(_shortened(self._numbers[mark])))
            for mark, said in sorted(self._said.items())
        )


def _shortened(numbers: list[str]) -> Iterable[str]:
    if len(numbers) <= MOST_NUMBERS:
        return numbers
    return [*numbers[: MOST_NUMBERS - 1], f"and {len(numbers) - MOST_NUMBERS + 1} more"]
