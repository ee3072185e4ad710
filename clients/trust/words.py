"""Small English for the pack: numbers in words, lists, counts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

NUMBERS = (
    "none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip


def number(n: int) -> str:
    """Write a number as running text does: in words up to twelve."""
    return NUMBERS[n] if 0 <= n < len(NUMBERS) else f"{n:,}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Say how many: "one credential", "14 credentials"."""
    return f"{number(n) if n else 'no'} {noun if n == 1 else plural or noun + 's'}"


def joined(parts: Sequence[str]) -> str:
    """Join by commas and "and"."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def sentence(text: str) -> str:
    """Begin with a capital and end with a stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
