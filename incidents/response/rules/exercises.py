"""What may be played in an exercise, and how a clock of it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache

import yaml

from incidents.response.rules.catalogue import DATA

KEPT, LATE, NOT_PLAYED = "kept", "late", "not_played"
STATES = {KEPT: "Kept", LATE: "Late", NOT_PLAYED: "Not played to its end"}


@dataclass(frozen=True)
class Scenario:
    """A situation to play. first_sign: what people on duty are told. questions: what the exercise should answer."""

    id: str
    severity: str
    title: str
    first_sign: str
    questions: tuple[str, ...]
    personal_data: bool


@cache
def scenarios() -> dict[str, Scenario]:
    """Give the scenarios by id, the worst first."""
    with (DATA / "exercises.yaml").open(encoding="utf-8") as file:
        entries = yaml.safe_load(file)["scenarios"]
    found = [Scenario(**{**entry, "questions": tuple(entry["questions"])}) for entry in entries]
    return {each.id: each for each in sorted(found, key=lambda each: each.severity)}


def examples(severity: str) -> tuple[str, ...]:
    """Give the examples of a severity: the titles of its scenarios."""
    return tuple(each.title for each in scenarios().values() if each.severity == severity)


def clock_state(due_at: datetime, met_at: datetime | None, late_at: datetime | None, now: datetime) -> str:
    """Say how a clock stood when the exercise ended. Exactly on time is kept; what ran on is not judged."""
    if late_at is not None or due_at < (met_at or now):
        return LATE
    return KEPT if met_at else NOT_PLAYED


def counted(states: list[str]) -> str:
    """Say how the clocks went: "3 kept, 1 late"; "" for none."""
    words = {KEPT: "kept", LATE: "late", NOT_PLAYED: "not played to the end"}
    parts = [f"{states.count(state)} {said}" for state, said in words.items() if state in states]
    return ", ".join(parts)
