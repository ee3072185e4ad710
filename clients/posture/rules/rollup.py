"""From findings to posture: exceptions, tallies, areas and the share of provable controls that pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clients.posture.catalogue import Catalogue, Control
from clients.posture.rules.facts import Facts
from clients.posture.rules.finding import Finding, Result
from clients.posture.rules.registry import evaluate, is_provable
from portal.lib.dates import format_table as day


@dataclass(frozen=True, slots=True)
class Waived:
    """A written, approved exception to a control that holds up to and including `until_on`."""

    control_id: str
    reason: str
    until_on: date
    approved_by: str = ""
    approved_on: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One control of one client: its finding, and the waiver that covers it, if one does."""

    control: Control
    finding: Finding
    waiver: Waived | None = None

    @property
    def result(self) -> Result:
        """The finding's result, or exception where a waiver covers it."""
        return Result.EXCEPTION if self.waiver else self.finding.result

    @property
    def is_unrecorded(self) -> bool:
        """Whether it is unknown because the records that would prove it are kept in no register yet."""
        return self.result is Result.UNKNOWN and not is_provable(self.control.id)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many controls have each result. Unknown ones are applicable: what is not shown is not passed.

    `unrecorded` are those of the unknown that no register kept here could prove; they are shown beside the
    share, never in it and never as passed.
    """

    passes: int = 0
    warns: int = 0
    waived: int = 0
    fails: int = 0
    unknown: int = 0
    not_applicable: int = 0
    unrecorded: int = 0

    @property
    def applicable(self) -> int:
        return self.passes + self.warns + self.waived + self.fails + self.unknown

    @property
    def decided(self) -> int:
        """How many the records decide, one way or the other."""
        return self.applicable - self.unknown

    @property
    def share(self) -> int | None:
        """Passes in percent of provable controls, rounded, but 100 only when all pass. None when there is none."""
        return percent(self.passes, self.provable)

    @property
    def undecided(self) -> int:
        """How many of the provable ones are unknown."""
        return self.unknown - self.unrecorded

    @property
    def provable(self) -> int:
        """How many apply and can be proven by the registers kept here, or are decided by them already."""
        return self.applicable - self.unrecorded


@dataclass(frozen=True, slots=True)
class Area:
    """One family of controls. `state` is how `weakest` is shown: late, soon, wait, or empty for plain words."""

    key: str
    title: str
    standings: tuple[Standing, ...]
    tally: Tally
    evidence: int
    oldest_on: date | None
    weakest: str
    state: str


@dataclass(frozen=True, slots=True)
class Posture:
    """The results of all controls for a client at an instant."""

    at: datetime
    today: date
    standings: tuple[Standing, ...]
    areas: tuple[Area, ...]
    tally: Tally

    @property
    def share(self) -> int | None:
        return self.tally.share

    def of(self, control_id: str) -> Standing | None:
        """Find one control's standing."""
        return next((each for each in self.standings if each.control.id == control_id), None)


def percent(part: int, whole: int) -> int | None:
    """Give a share in whole percent: 100 and 0 only when it is exactly so, None of nothing."""
    if not whole:
        return None
    if part in (0, whole):
        return 100 * part // whole
    return min(99, max(1, (200 * part + whole) // (2 * whole)))


def posture(facts: Facts, now: datetime, found: Catalogue, waivers: Iterable[Waived] = ()) -> Posture:
    """Judge every control of the catalogue on these facts at `now`."""
    today = facts.today(now)
    covered = {each.control_id: each for each in sorted(waivers, key=lambda each: each.until_on)}
    standings = tuple(
        _standing(control, evaluate(control.id, facts, now), covered.get(control.id), today)
        for control in found.controls.values()
    )
    areas = tuple(_area(key, title, standings) for key, title in found.families.items())
    return Posture(now, today, standings, areas, tally(standings))


def _standing(control: Control, finding: Finding, waiver: Waived | None, today: date) -> Standing:
    holds = waiver is not None and waiver.until_on >= today and finding.result in (Result.FAIL, Result.WARN)
    return Standing(control, finding, waiver if holds else None)


def tally(standings: Iterable[Standing]) -> Tally:
    """Count results."""
    standings = tuple(standings)
    results = [each.result for each in standings]
    return Tally(
        passes=results.count(Result.PASS),
        warns=results.count(Result.WARN),
        waived=results.count(Result.EXCEPTION),
        fails=results.count(Result.FAIL),
        unknown=results.count(Result.UNKNOWN),
        not_applicable=results.count(Result.NOT_APPLICABLE),
        unrecorded=sum(each.is_unrecorded for each in standings),
    )


def _area(key: str, title: str, standings: Sequence[Standing]) -> Area:
    own = tuple(each for each in standings if each.control.area == key)
    records = frozenset(record for each in own for record in each.finding.records)
    dated = [each.finding.oldest_on for each in own if each.finding.oldest_on]
    weakest, state = _weakest(own)
    return Area(
        key,
        title,
        own,
        tally(own),
        evidence=len(records) + sum(each.finding.events for each in own),
        oldest_on=min(dated, default=None),
        weakest=weakest,
        state=state,
    )


def _weakest(standings: Sequence[Standing]) -> tuple[str, str]:
    """Say which control is weakest: a failing one, then one that warns, is waived, or is not known."""
    by_result: dict[Result, list[Standing]] = {}
    for each in standings:
        by_result.setdefault(each.result, []).append(each)
    for result, state in _STATES.items():
        if result in by_result:
            first = by_result[result][0]
            return first.finding.weakest or first.control.title, state
    if Result.EXCEPTION in by_result:
        first = by_result[Result.EXCEPTION][0]
        return f"{first.control.title} waived to {day(first.waiver.until_on)}", "wait"  # type: ignore[union-attr]
    unknown = by_result.get(Result.UNKNOWN, [])
    seen = next((each.finding.weakest for each in unknown if each.finding.weakest), "")
    if seen or not unknown:
        return seen, ""
    touched = any(each.finding.evidence for each in unknown)
    return f"{'Not decided' if touched else 'Nothing recorded'} for {len(unknown)}", ""


_STATES: Mapping[Result, str] = {Result.FAIL: "late", Result.WARN: "soon"}
