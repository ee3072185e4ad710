"""What a rule finds: a mark for each record, and from the marks one finding for the control."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from clients.posture.rules.facts import Reference


class Result(StrEnum):
    """The result of a control, or of one record under it, as the catalogue names them."""

    PASS = "pass"  # noqa: S105 - a result, no password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    EXCEPTION = "exception"


#: From good to bad. A failing record shows whatever else is unknown; an unknown one hides every pass.
BY_WEIGHT = (Result.NOT_APPLICABLE, Result.PASS, Result.WARN, Result.UNKNOWN, Result.FAIL)


@dataclass(frozen=True, slots=True)
class Mark:
    """What one record shows under one control. `seen_on` is how old this evidence is."""

    result: Result
    reference: Reference
    seen_on: date | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What the records say of one control.

    `checked` records were looked at and `passing` of them are in order; `failing`, `warning` and `undecided` name
    the others. `records` are those that count as evidence, `events` is evidence that is not a record of a
    register. `weakest` and `words` are for the reader. `missing` names the kinds of record that nobody keeps yet.
    """

    control_id: str
    result: Result
    words: str
    weakest: str = ""
    checked: int = 0
    passing: int = 0
    failing: tuple[Reference, ...] = ()
    warning: tuple[Reference, ...] = ()
    undecided: tuple[Reference, ...] = ()
    records: frozenset[tuple[str, int]] = frozenset()
    events: int = 0
    oldest_on: date | None = None
    missing: tuple[str, ...] = ()

    @property
    def evidence(self) -> int:
        """How much is recorded in proof, whatever it shows."""
        return len(self.records) + self.events


def nothing(control_id: str, words: str) -> Finding:
    """Make the finding for a control of which no record says anything."""
    return Finding(control_id, Result.UNKNOWN, f"Nothing recorded: {words}.")


def does_not_apply(control_id: str, why: str, records: Iterable[Mark] = ()) -> Finding:
    """Make the finding for a control that the records themselves put aside; `why` is a sentence without its stop."""
    marks = list(records)
    return Finding(
        control_id,
        Result.NOT_APPLICABLE,
        f"Does not apply: {why}.",
        records=frozenset(mark.reference.key for mark in marks),
        oldest_on=_oldest(marks),
    )


def judge(control_id: str, noun: str, marks: Iterable[Mark], *, exempt: str = "") -> Finding:
    """Sum up the marks of all records. Without any, or with undecided ones and none failing, it is unknown.

    noun: one record in words ("credential"). exempt: why nothing applies when every mark says so.
    """
    every = list(marks)
    checked = [mark for mark in every if mark.result is not Result.NOT_APPLICABLE]
    if not every:
        return nothing(control_id, f"no {noun} is in the register")
    if not checked:
        return does_not_apply(control_id, exempt or f"no {noun} is concerned", every)
    named = {result: _named(checked, result) for result in (Result.FAIL, Result.UNKNOWN, Result.WARN)}
    passing = sum(mark.result is Result.PASS for mark in checked)
    decided = [mark for mark in checked if mark.result is not Result.UNKNOWN]
    return Finding(
        control_id,
        worst(mark.result for mark in checked),
        _words(noun, len(checked), passing, named),
        weakest=_weakest(named),
        checked=len(checked),
        passing=passing,
        failing=named[Result.FAIL],
        warning=named[Result.WARN],
        undecided=named[Result.UNKNOWN],
        records=frozenset(mark.reference.key for mark in decided),
        oldest_on=_oldest(decided),
    )


def worst(results: Iterable[Result]) -> Result:
    """Return the worst of one or more results."""
    return max(results, key=BY_WEIGHT.index)


def unproven(finding: Finding, missing: Sequence[str], kinds: str) -> Finding:
    """Hold a finding down to unknown unless it fails or does not apply: a kind of record it needs is not kept yet."""
    if finding.result in (Result.FAIL, Result.NOT_APPLICABLE):
        return replace(finding, missing=tuple(missing))
    left = f"{kinds} are not recorded yet, so this is not shown as passed."
    words = f"{finding.words} {left[0].upper()}{left[1:]}" if finding.checked else finding.words
    return replace(finding, result=Result.UNKNOWN, words=words, missing=tuple(missing))


def counted(number: int, noun: str) -> str:
    """Say how many: "1 credential", "3 credentials"."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith("y") else f"{number:,} {noun}s"


def _named(marks: Iterable[Mark], result: Result) -> tuple[Reference, ...]:
    found = [mark.reference for mark in marks if mark.result is result]
    return tuple(sorted(found, key=lambda each: (each.register, each.name.casefold(), each.pk)))


def _oldest(marks: Iterable[Mark]) -> date | None:
    return min((mark.seen_on for mark in marks if mark.seen_on), default=None)


def _weakest(named: dict[Result, tuple[Reference, ...]]) -> str:
    for references in named.values():
        if references:
            return references[0].words
    return ""


def _words(noun: str, checked: int, passing: int, named: dict[Result, tuple[Reference, ...]]) -> str:
    if passing == checked:
        return f"{counted(checked, noun)} checked, {'in order' if checked == 1 else 'all in order'}."
    tails = {Result.FAIL: "fail", Result.WARN: "need attention", Result.UNKNOWN: "cannot be decided"}
    parts = [f"{passing} of {counted(checked, noun)} in order"]
    for result, references in named.items():
        if references:
            verb = tails[result]
            one = {"fail": "fails", "need attention": "needs attention"}.get(verb, verb)
            parts.append(f"{len(references)} {one if len(references) == 1 else verb}")
    return ", ".join(parts) + "."
