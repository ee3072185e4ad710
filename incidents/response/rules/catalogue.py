"""The clocks that laws and contracts set, as data/regulations.yaml states them. Nothing is worked out here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent.parent / "data"
CONTROLLER, PROCESSOR, ANY = "controller", "processor", "any"
GENERAL, CONTRACTUAL = "general", "contractual"
#: The event of every report that waits for an earlier one, and the end of the id of a clock's second report.
REPORT, FOLLOW_UP = "prior_report_submitted", "-follow-up"
ROLLS_OVER = "noon_next_working_day"
#: What the time of a clock comes from. The target is the practice's own, as contract_default says.
LAW, CONTRACT, TARGET = "law", "contract", "target"
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
    """A second report of the same rule. event: what it is counted from, "" for what starts the first one too."""

    duration: str
    unit: str
    event: str
    note: str


@dataclass(frozen=True)
class Variant:
    """Another time of the same rule, for a case that somebody has to choose."""

    id: str
    case: str
    duration: str
    unit: str


@dataclass(frozen=True)
class Clock:
    """One rule: who tells whom, from which event, within what time. Durations are ISO 8601, or None.

    contract_default: the practice's own target where a contract should name the hours and does not.
    backstop: (duration, event) after which it is due at the latest.
    rolls_over: a due instant on a weekend or holiday moves to noon of the next working day; rolls_over_if_allowed:
    only where somebody recorded that it may. stage: which report of its regime it is, where there are several. after:
    the clock, or follow-up, whose report starts this one.
    """

    id: str
    regime: str
    stage: str
    jurisdiction: str
    authority: str
    applies_to: str
    when: Condition
    trigger: str
    trigger_detail: str
    after: str
    threshold: str
    duration: str | None
    unit: str
    words: str
    contract_default: str | None
    backstop: tuple[str, str] | None
    rolls_over: bool
    rolls_over_if_allowed: bool
    notify: tuple[str, ...]
    content: tuple[str, ...]
    exemptions: tuple[str, ...]
    variants: tuple[Variant, ...]
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


@cache
def places() -> dict[str, int]:
    """Give the place of every clock in the file, by its id: stages stand there in their order."""
    return {clock.id: number for number, clock in enumerate(clocks())}


def jurisdictions() -> dict[str, str]:
    """Give code and name of every jurisdiction that has clocks."""
    return dict(_file()["meta"]["jurisdictions"])


def sectors() -> dict[str, str]:
    """Give id and name of the kinds of organisation that some clocks are kept to."""
    return dict(_file()["meta"]["sectors"])


def trigger_events() -> dict[str, str]:
    """Give id and meaning of the events that start clocks."""
    return dict(_file()["meta"]["trigger_events"])


def cases() -> dict[str, str]:
    """Give id and meaning of the cases in which a clock's time is another one."""
    return {each.id: each.case for clock in clocks() for each in clock.variants}


def clock_of(proposed: str) -> Clock | None:
    """Find the clock behind a proposed id, which may be that of its follow-up; None for an unknown one."""
    return by_id().get(proposed) or by_id().get(proposed.removesuffix(FOLLOW_UP))


@cache
def _file() -> dict[str, Any]:
    with (DATA / "regulations.yaml").open(encoding="utf-8") as file:
        data: dict[str, Any] = yaml.safe_load(file)
    return data


def _clock(entry: dict[str, Any]) -> Clock:
    deadline = entry["deadline"]
    backstop, rolls_over = deadline.get("backstop"), deadline.get("rollover") == ROLLS_OVER
    return Clock(
        id=entry["id"],
        regime=entry["regime"],
        stage=entry.get("stage", ""),
        jurisdiction=entry["jurisdiction"],
        authority=entry["authority"],
        applies_to=entry["applies_to"],
        when=_condition(entry["when"]),
        trigger=entry["trigger"],
        trigger_detail=entry.get("trigger_detail", ""),
        after=entry.get("after", ""),
        threshold=entry["threshold"],
        duration=deadline["duration"],
        unit=deadline["unit"],
        words=deadline.get("qualitative", ""),
        contract_default=(entry.get("contract_default") or {}).get("duration"),
        backstop=(backstop["duration"], backstop["from"]) if backstop else None,
        rolls_over=rolls_over,
        rolls_over_if_allowed=rolls_over and deadline.get("rollover_only", False),
        notify=tuple(entry["notify"]),
        content=tuple(entry["content"]),
        exemptions=tuple(entry.get("exemptions", ())),
        variants=tuple(Variant(**each) for each in entry.get("variants", ())),
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
    event = "" if entry["from"] == "trigger" else entry["from"]
    return FollowUp(entry["duration"], entry["unit"], event, entry["note"])


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "; ".join(source)
