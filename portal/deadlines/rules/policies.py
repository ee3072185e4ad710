"""What a reminder policy is, and how one is read from data: what makes no sense is refused in words for the user."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from functools import cached_property
from typing import Any

from portal.deadlines.rules.durations import Duration, parse, words

#: Who may be reminded, in the order in which one stands in for another; "client": the client's own people.
PARTS = ("owner", "backup", "lead", "practice_owner", "client")
#: Where a reminder may go: to the person's own address and to channels of these kinds.
CHANNELS = ("email", "slack", "teams", "sms", "webhook")
MOST_STEPS = 24
SHORTEST_REPEAT = Duration(seconds=3600)
LONGEST_STEP = Duration(months=24)

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_MISSING = object()


class PolicyFault(ValueError):  # noqa: N818 - it is what is wrong, said to the user
    """What makes no sense in a policy, as a sentence for the user; `field` names the part of it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class Escalation:
    """From this offset on (-P7D, PT0S, P3D after due) these parts hear of it as well."""

    since: Duration
    to: tuple[str, ...]


@dataclass(frozen=True)
class Slower:
    """Once it is late by `after`, it is repeated only every so often."""

    after: Duration
    every: Duration


@dataclass(frozen=True)
class Policy:
    """When and whom to remind of one kind of deadline.

    before: how long before the due instant, the longest first. The due step itself is always taken. late_every: how
    often it is repeated while late, for ever; None: not at all. to, escalate: who. send_at: the local time of steps
    that count in days; they keep out of the quiet hours and, unless `weekends`, out of weekends. Steps that count in
    hours are taken to the second, whatever the hour. urgent: never held back for a digest.
    """

    name: str
    title: str
    to: tuple[str, ...]
    before: tuple[Duration, ...] = ()
    late_every: Duration | None = None
    late_slower: Slower | None = None
    escalate: tuple[Escalation, ...] = ()
    send_at: time = time(9)
    quiet_from: time | None = None
    quiet_until: time | None = None
    weekends: bool = True
    channels: tuple[str, ...] = ("email",)
    may_opt_out: bool = True
    urgent: bool = False

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Worked out once: schedules are cached by policy, tens of thousands of times a scan."""
        return hash((self.name, self.before, self.late_every, self.send_at, self.quiet_from, self.weekends))

    @property
    def hours_based(self) -> bool:
        """Whether the due step is taken at the very instant: the steps next to it count in hours."""
        nearest = self.before[-1] if self.before else self.late_every
        return nearest is not None and nearest.by_the_clock

    def to_at(self, offset: Duration) -> tuple[str, ...]:
        """List who hears of a step at this offset from the due instant, each part once."""
        heard = list(self.to)
        for escalation in self.escalate:
            if escalation.since.approximate <= offset.approximate:
                heard += [part for part in escalation.to if part not in heard]
        return tuple(heard)


FIELDS = (
    "name", "title", "to", "before", "late_every", "late_slower", "escalate", "send_at", "quiet", "weekends",
    "channels", "may_opt_out", "urgent",
)  # fmt: skip


def read(entry: Mapping[str, Any]) -> Policy:
    """Read a policy in the form of data/policies.yaml. Raises PolicyFault (a ValueError) with a sentence."""
    if not isinstance(entry, Mapping):
        raise PolicyFault("", "A policy is a list of named parts, as in the shipped ones.")
    for name in entry:
        if name not in FIELDS:
            raise PolicyFault(
                "", f"“{str(name)[:40]}” is not a part of a policy. Its parts are: {_listed(FIELDS)}."
            )
    before = _before(entry.get("before", []))
    late_every = _late_every(entry.get("late_every"))
    quiet_from, quiet_until = _quiet(entry.get("quiet"))
    return Policy(
        name=_text(entry, "name", ""),
        title=_text(entry, "title"),
        to=_some_of(entry.get("to", []), PARTS, "to", "Choose who is reminded"),
        before=before,
        late_every=late_every,
        late_slower=_slower(entry.get("late_slower"), late_every),
        escalate=_escalations(entry.get("escalate", [])),
        send_at=_clock(entry.get("send_at", "09:00"), "send_at"),
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        weekends=_yes_or_no(entry, "weekends", True),
        channels=_some_of(
            entry.get("channels", ["email"]), CHANNELS, "channels", "Choose where reminders go"
        ),
        may_opt_out=_yes_or_no(entry, "may_opt_out", True),
        urgent=_yes_or_no(entry, "urgent", False),
    )


def _before(given: Any) -> tuple[Duration, ...]:
    steps = [_length(text, "before") for text in _many(given, "before")]
    if len(steps) > MOST_STEPS:
        raise PolicyFault("before", f"{len(steps)} steps are too many. Choose at most {MOST_STEPS}.")
    if len(set(steps)) < len(steps):
        raise PolicyFault("before", "The same step stands there twice. Leave one of them out.")
    for step in steps:
        if step.approximate <= 0:
            raise PolicyFault(
                "before", f"Write how long before it is due, as in P7D: “{step}” is not before."
            )
        if step.approximate > LONGEST_STEP.approximate:
            raise PolicyFault("before", f"{words(step)} before is too early. Choose at most two years.")
    return tuple(sorted(steps, key=lambda step: -step.approximate))


def _late_every(given: Any) -> Duration | None:
    if given is None:
        return None
    every = _length(given, "late_every")
    if every.months:
        raise PolicyFault(
            "late_every", "Say in days or hours how often it is repeated while late, not in months."
        )
    if every.approximate < SHORTEST_REPEAT.approximate:
        raise PolicyFault("late_every", "Repeat it at most once an hour while it is late: PT1H or longer.")
    return every


def _slower(given: Any, late_every: Duration | None) -> Slower | None:
    if given is None:
        return None
    if late_every is None:
        raise PolicyFault(
            "late_slower", "Say in late_every how often it is repeated before it becomes rarer."
        )
    entry = _named(given, ("after", "every"), "late_slower")
    after, every = _length(entry["after"], "late_slower"), _length(entry["every"], "late_slower")
    if after.months or every.months or {after.by_the_clock, every.by_the_clock} != {late_every.by_the_clock}:
        unit = "hours" if late_every.by_the_clock else "days"
        raise PolicyFault("late_slower", f"Say in {unit} when it becomes rarer, as late_every does.")
    if after.approximate < late_every.approximate or every.approximate <= late_every.approximate:
        raise PolicyFault(
            "late_slower", f"It becomes rarer after more than {words(late_every)}, and then rarer than that."
        )
    return Slower(after, every)


def _escalations(given: Any) -> tuple[Escalation, ...]:
    found = []
    for one in _many(given, "escalate"):
        entry = _named(one, ("from", "to"), "escalate")
        to = _some_of(entry["to"], PARTS, "escalate", "Choose who hears of it as well")
        found.append(Escalation(_length(entry["from"], "escalate"), to))
    if len(found) > MOST_STEPS:
        raise PolicyFault("escalate", f"{len(found)} escalations are too many. Choose at most {MOST_STEPS}.")
    return tuple(sorted(found, key=lambda escalation: escalation.since.approximate))


def _quiet(given: Any) -> tuple[time | None, time | None]:
    if given is None:
        return None, None
    entry = _named(given, ("from", "until"), "quiet")
    start, end = _clock(entry["from"], "quiet"), _clock(entry["until"], "quiet")
    if start == end:
        raise PolicyFault("quiet", "Quiet hours begin and end at different times. Leave both out for none.")
    return start, end


def _length(given: Any, field: str) -> Duration:
    try:
        length = parse(given if isinstance(given, str) else repr(given))
    except ValueError as fault:
        raise PolicyFault(field, str(fault)) from fault
    if length.by_the_clock and (length.days or length.months):
        raise PolicyFault(field, f"Write “{given}” in days or in hours, not in both.")
    return length


def _clock(given: Any, field: str) -> time:
    match = _CLOCK.fullmatch(given) if isinstance(given, str) else None
    if match is None:
        raise PolicyFault(field, f"“{str(given)[:20]}” is not a time of day. Write it as 09:00.")
    return time(int(match[1]), int(match[2]))


def _some_of(given: Any, known: tuple[str, ...], field: str, ask: str) -> tuple[str, ...]:
    chosen = _many(given, field)
    for one in chosen:
        if one not in known:
            raise PolicyFault(field, f"“{str(one)[:40]}” is not known here. {ask}: {_listed(known)}.")
    if not chosen:
        raise PolicyFault(field, f"{ask}: {_listed(known)}.")
    return tuple(dict.fromkeys(chosen))


def _many(given: Any, field: str) -> list[Any]:
    if not isinstance(given, list | tuple):
        raise PolicyFault(field, f"“{field}” is a list. Write it in square brackets.")
    return list(given)


def _named(given: Any, parts: tuple[str, ...], field: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or set(given) != set(parts):
        raise PolicyFault(field, f"“{field}” needs exactly these parts: {_listed(parts)}.")
    return given


def _text(entry: Mapping[str, Any], field: str, default: Any = _MISSING) -> str:
    text = entry.get(field, default)
    if not isinstance(text, str) or (default is _MISSING and not text.strip()) or len(text) > 60:
        raise PolicyFault(field, f"Enter a {field} of at most 60 characters.")
    return text


def _yes_or_no(entry: Mapping[str, Any], field: str, default: bool) -> bool:
    value = entry.get(field, default)
    if not isinstance(value, bool):
        raise PolicyFault(field, f"“{field}” is yes or no: true or false.")
    return value


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
