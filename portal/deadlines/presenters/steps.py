"""The steps of a deadline in words: what will be sent when and to whom, and what a policy says altogether."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from portal.deadlines.rules.durations import Duration, parse, words
from portal.deadlines.rules.policies import Policy
from portal.deadlines.rules.steps import Facts, Step, steps_of

PARTS = {
    "owner": "the owner",
    "backup": "the backup owner",
    "lead": "the lead",
    "practice_owner": "the practice’s owners",
    "client": "the client’s people",
}
CHANNELS = {
    "email": "E-mail",
    "slack": "Slack",
    "teams": "Teams",
    "sms": "SMS",
    "webhook": "Webhook",
}
MOST_TO_COME = 6


@dataclass(frozen=True)
class StepLine:
    """One step in words: when, how far before or after it is due, who hears of it."""

    at: datetime
    when: str
    to: str
    late: bool


def to_come(policy: Policy, facts: Facts, after: datetime, most: int = MOST_TO_COME) -> list[StepLine]:
    """List the next steps after an instant; late ones repeat without end, so only the first few."""
    ahead = (step for step in steps_of(policy, facts) if step.at > after)
    return [line_of(step) for step in islice(ahead, most)]


def line_of(step: Step) -> StepLine:
    """Put one step into words."""
    return StepLine(step.at, when_words(step.key), listed([PARTS[part] for part in step.to]), step.late)


def when_words(key: str) -> str:
    """Say how far a step is from the due instant: "7 days before", "when it falls due", "3 days late"."""
    offset = parse(key)
    if not offset:
        return "when it falls due"
    return f"{words(offset)} {'before' if offset.approximate < 0 else 'late'}"


def steps_words(policy: Policy) -> str:
    """Say all steps of a policy in a sentence: "60, 30, 14 and 7 days before, when it falls due, then every day"."""
    before = _gathered(policy.before)
    parts = [f"{before} before", "when it falls due"] if before else ["when it falls due"]
    if policy.late_every is not None:
        parts.append(f"while late {every_words(policy.late_every)}")
    if policy.late_slower is not None:
        parts.append(
            f"{every_words(policy.late_slower.every)} once it is {words(policy.late_slower.after)} late"
        )
    return _sentence(", ".join(parts))


def who_words(policy: Policy) -> str:
    """Say who hears of it, and who from when on as well."""
    also = [
        f"{listed([PARTS[part] for part in step.to])} {_from(step.since)}"
        for step in policy.escalate
        if step.to
    ]
    return _sentence("; ".join([listed([PARTS[part] for part in policy.to]), *also]))


def every_words(every: Duration) -> str:
    """Say how often: "every day", "every hour", "every 2 days", "every week"."""
    if every == Duration(days=7):
        return "every week"
    length = words(every)
    return f"every {length.removeprefix('1 ')}" if length.startswith("1 ") else f"every {length}"


def listed(names: Sequence[str]) -> str:
    """Join names: "the owner, the lead and the practice’s owners"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _from(since: Duration) -> str:
    if not since:
        return "once it is due"
    return f"from {words(since)} before" if since.approximate < 0 else f"once it is {words(since)} late"


def _gathered(steps: Iterable[Duration]) -> str:
    """Name the unit once where several share it: "60, 30 and 1 day", "2 days and 12 hours"."""
    said = [words(step) for step in steps]
    for i, one in enumerate(said[:-1]):
        unit, following = (each.rpartition(" ")[2].removesuffix("s") for each in (one, said[i + 1]))
        if unit == following and one.count(" ") == 1:
            said[i] = one.partition(" ")[0]
    return listed(said)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
