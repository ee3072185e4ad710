"""What a response plan must say before it is approved, and what of it has changed since. Plain values in and out.

A reading is what `plans.reading` makes of the records: `severities`, `support`, `contacts`, `clocks`, `promise`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Reading = Mapping[str, Any]
#: Where a gap is closed.
SUPPORT, CONTACTS, PLAN = "support", "contacts", "plan"
SIDES = ("client", "practice")
WANTED = 2


@dataclass(frozen=True)
class Gap:
    """What is missing, as a sentence, and where it is entered: support, contacts or plan."""

    words: str
    where: str


def gaps(reading: Reading) -> list[Gap]:
    """Say what is missing before the plan may be approved; nothing for a whole one."""
    return [*_support_gaps(reading), *_contact_gaps(reading), *_clock_gaps(reading)]


def _support_gaps(reading: Reading) -> Iterator[Gap]:
    support = reading["support"]
    if not support:
        yield Gap("No support is agreed, so nothing says how soon somebody responds. Write it down.", SUPPORT)
        return
    if support["ended"]:
        yield Gap("The support that was agreed does not hold today. Write down what does.", SUPPORT)
    missing = [each["id"] for each in reading["severities"] if not each["target"]]
    if missing and support["promised"]:
        yield Gap(f"No response target is agreed for {_listed(missing)}. Agree on one.", SUPPORT)


def _contact_gaps(reading: Reading) -> Iterator[Gap]:
    for side in SIDES:
        number = len(reading["contacts"][side])
        whose = reading["names"][side]
        if number == 0:
            yield Gap(f"{whose} has no contact. Add a primary and a backup.", CONTACTS)
        elif number < WANTED:
            yield Gap(f"{whose} has no backup contact. Add one.", CONTACTS)


def _clock_gaps(reading: Reading) -> Iterator[Gap]:
    if not reading["jurisdictions"]:
        yield Gap("Nothing says which laws apply. Choose where the people live whose data is handled.", PLAN)


def differences(approved: Reading, current: Reading) -> list[str]:
    """Say what the records hold other than the approved plan says, as sentences; nothing where they agree."""
    return [
        *_other_severities(approved, current),
        *_other_support(approved, current),
        *(line for side in SIDES for line in _other_contacts(approved, current, side)),
        *_other_clocks(approved, current),
    ]


def _other_severities(approved: Reading, current: Reading) -> Iterator[str]:
    before = {each["id"]: each for each in approved["severities"]}
    for each in current["severities"]:
        was = before.get(each["id"], {})
        if was.get("target") != each["target"]:
            old, new = was.get("target") or "none", each["target"] or "none"
            yield f"The response target for {each['id']} was {old} and is {new}."
        if any(was.get(name) != each[name] for name in ("means", "update", "post_mortem")):
            yield f"What {each['id']} means, or what follows from it, has changed."


def _other_support(approved: Reading, current: Reading) -> Iterator[str]:
    was, now = approved["support"], current["support"]
    for name, words in (
        ("tier", "The tier of support"),
        ("counted", "How time is counted"),
        ("open", "When support is open"),
        ("channel", "The preferred channel"),
    ):
        if now and was.get(name) != now.get(name):
            yield f"{words} was “{was.get(name) or 'not said'}” and is “{now.get(name) or 'not said'}”."
    if bool(was) and not now:
        yield "The support that was agreed is gone."
    if approved["promise"] != current["promise"]:
        yield f"The post-mortem was promised {approved['promise']}, and is {current['promise']}."


def _other_contacts(approved: Reading, current: Reading, side: str) -> Iterator[str]:
    was, now = approved["contacts"][side], current["contacts"][side]
    whose = current["names"][side]
    before, after = [each["name"] for each in was], [each["name"] for each in now]
    if joined := [name for name in after if name not in before]:
        yield f"New on the escalation path of {whose}: {_listed(joined)}."
    if gone := [name for name in before if name not in after]:
        yield f"No longer on the escalation path of {whose}: {_listed(gone)}."
    if was != now and set(before) == set(after):
        yield f"The order or the details of the contacts of {whose} have changed."


def _other_clocks(approved: Reading, current: Reading) -> Iterator[str]:
    was = [(each["title"], each["words"]) for each in approved["clocks"]]
    now = [(each["title"], each["words"]) for each in current["clocks"]]
    if was != now:
        yield "The clocks of the law that would run have changed."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
