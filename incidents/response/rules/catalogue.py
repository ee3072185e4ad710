"""The clocks that laws and contracts set, as data/regulations.yaml states them. Nothing is worked out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "data"
CONTROLLER, PROCESSOR, ANY = "controller", "processor", "any"
GENERAL = "general"
#: Laws that are passed but not in force, or whose first day is disputed: proposed only where somebody switches them on.
UNSETTLED = frozenset({"pending", "application_date_uncertain"})


@dataclass(frozen=True)
class Condition:
    """When a clock may apply. `either`: one of the two limits is enough."""

    role: str
    sector: str
    personal_data: bool = True
    persons_from: int | None = None
    persons_below: int | None = None
    high_risk: bool = False
    either: bool = False


@dataclass(frozen=True)
class FollowUp:
    """A second report of the same rule, counted from the trigger or from the first report."""

    duration: str
    unit: str
    from_report: bool
    note: str


@dataclass(frozen=True)
class Clock:
    """One rule: who tells whom, from which event, within what time. Durations are ISO 8601, or None.

    contract_default: what is filled in where a contract should name the hours and does not.
    backstop: (duration, event) after which it is due at the latest.
    """

    id: str
    regime: str
    jurisdiction: str
    authority: str
    applies_to: str
    when: Condition
    trigger: str
    trigger_detail: str
    threshold: str
    duration: str | None
    unit: str
    words: str
    contract_default: str | None
    backstop: tuple[str, str] | None
    rolls_over: bool
    notify: tuple[str, ...]
    content: tuple[str, ...]
    exemptions: tuple[str, ...]
    variants: tuple[tuple[str, str], ...]
    follow_up: FollowUp | None
    late_rule: str
    citation: str
    status: str
    verification: str
    source: str
    notes: str

    @property
    def is_settled(self) -> bool:
        """Whether it is in force, as far as the sources say."""
        return self.status not in UNSETTLED

    @property
    def tells_the_controller(self) -> bool:
        """Whether it is a processor's duty to tell the controller: ours, and the first to stand."""
        return self.when.role == PROCESSOR


@cache
def clocks() -> tuple[Clock, ...]:
    """List every clock in the order of the file."""
    return tuple(_clock(entry) for entry in _file()["clocks"])


@cache
def by_id() -> dict[str, Clock]:
    """Give every clock by its id."""
    return {clock.id: clock for clock in clocks()}


def jurisdictions() -> dict[str, str]:
    """Give code and name of every jurisdiction that has clocks."""
    return dict(_file()["meta"]["jurisdictions"])


def sectors() -> dict[str, str]:
    """Give id and name of the kinds of organisation that some clocks are kept to."""
    return dict(_file()["meta"]["sectors"])


def trigger_events() -> dict[str, str]:
    """Give id and meaning of the events that start clocks."""
    return dict(_file()["meta"]["trigger_events"])


@cache
def _file() -> dict[str, Any]:
    with (DATA / "regulations.yaml").open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.safe_load(file)
    return data


def _clock(entry: dict[str, Any]) -> Clock:
    deadline = entry["deadline"]
    backstop = deadline.get("backstop")
    return Clock(
        id=entry["id"],
        regime=entry["regime"],
        jurisdiction=entry["jurisdiction"],
        authority=entry["authority"],
        applies_to=entry["applies_to"],
        when=_condition(entry["when"]),
        trigger=entry["trigger"],
        trigger_detail=entry.get("trigger_detail", ""),
        threshold=entry["threshold"],
        duration=deadline["duration"],
        unit=deadline["unit"],
        words=deadline.get("qualitative", ""),
        contract_default=(entry.get("contract_default") or {}).get("duration"),
        backstop=(backstop["duration"], backstop["from"]) if backstop else None,
        rolls_over=deadline.get("rollover", "none") == "noon_next_working_day",
        notify=tuple(entry["notify"]),
        content=tuple(entry["content"]),
        exemptions=tuple(entry.get("exemptions", ())),
        variants=tuple((each["case"], each["duration"]) for each in entry.get("variants", ())),
        follow_up=_follow_up(entry.get("follow_up")),
        late_rule=entry.get("late_rule", ""),
        citation=entry["citation"],
        status=entry["status"],
        verification=entry["verification"],
        source=_joined(entry["source"]),
        notes=entry.get("notes", ""),
    )


def _condition(entry: dict[str, Any]) -> Condition:
    limits = entry.get("either") or entry
    return Condition(
        role=entry["role"],
        sector=entry["sector"],
        personal_data=entry.get("personal_data", True),
        persons_from=limits.get("persons_from"),
        persons_below=limits.get("persons_below"),
        high_risk=limits.get("high_risk", False),
        either="either" in entry,
    )


def _follow_up(entry: dict[str, Any] | None) -> FollowUp | None:
    if entry is None:
        return None
    return FollowUp(entry["duration"], entry["unit"], entry["from"] == "report", entry.get("note", ""))


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "; ".join(source)
