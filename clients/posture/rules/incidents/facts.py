"""What the rules know of a client's incidents: read by the room that keeps them, handed over by `sources`.

Drills are left out, and so is whatever people of the client do not see: a post-mortem before it is shared, internal
entries, measures of a post-mortem that is still being written.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clients.posture.rules.facts import UNKNOWN, Person, RecordFact, Reference

MAJOR = ("SEV1", "SEV2")


@dataclass(frozen=True, slots=True)
class Timed:
    """A promise with its instant. `late_at` is the first due instant that was missed, and stays for ever."""

    started_at: datetime
    due_at: datetime
    ended_at: datetime | None = None
    late_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether it was or is late; exactly on time is not."""
        return self.late_at is not None or (self.ended_at or now) > self.due_at

    def used(self, part: float) -> datetime:
        """Give the instant at which so much of its time is over: 0.75 for three quarters."""
        return self.started_at + (self.due_at - self.started_at) * part


@dataclass(frozen=True, slots=True)
class Stretch:
    """From an instant on, how often the client is to hear; None while it is no major incident, or is resolved."""

    from_at: datetime
    every: timedelta | None


@dataclass(frozen=True, slots=True)
class Told:
    """The client was told. `preferred`: on the channel that it prefers; None where none was agreed."""

    at: datetime
    preferred: bool | None = None


@dataclass(frozen=True, slots=True)
class PostMortem:
    """What was shared. `missing` names required sections that are empty. `whole`: not the client's message alone."""

    missing: tuple[str, ...] = ()
    preventive: int = 0
    reviewed: bool = False
    whole: bool = True


@dataclass(frozen=True, slots=True)
class BreachClock:
    """A clock of a law or contract. `done_at`: when it was notified, or decided with a reason that nobody is."""

    title: str
    started_at: datetime
    due_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident(RecordFact):
    """Something that went wrong. Its `pk` is its number, its name the reference: INC-0042.

    response, post_mortem: None while nothing is promised.
    stretches and told: the cadence of updates since the report, and when the client heard. phase: the current one, ""
    when all are done; missing: what they lack. unstarted: what may run and was not started, in words, unless it is
    decided that no clock runs.
    """

    REGISTER = "incidents"

    severity: str = "SEV3"
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    lessons_shared_at: datetime | None = None
    personal_data: str = UNKNOWN
    response: Timed | None = None
    stretches: tuple[Stretch, ...] = ()
    told: tuple[Told, ...] = ()
    post_mortem: Timed | None = None
    shared: PostMortem | None = None
    phase: str = ""
    missing: tuple[str, ...] = ()
    last_entry_at: datetime | None = None
    clocks: tuple[BreachClock, ...] = ()
    no_clock_decided: bool = False
    unstarted: tuple[str, ...] = ()

    @property
    def is_major(self) -> bool:
        return self.severity in MAJOR


@dataclass(frozen=True, slots=True)
class Measure(RecordFact):
    """What is to be done after an incident. Dropped ones are left out."""

    REGISTER = "measures"

    number: int = 0
    owner: Person | None = None
    due_on: date | None = None
    done_at: datetime | None = None

    def reference(self, note: str = "") -> Reference:
        return Reference(self.REGISTER, self.pk, self.name, note, self.number)


@dataclass(frozen=True, slots=True)
class ResponsePlan(RecordFact):
    """The client's response plan: when it was approved, and when it was last exercised. `gaps` names what it lacks."""

    REGISTER = "response-plan"

    approved_at: datetime | None = None
    exercised_on: date | None = None
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Responses:
    """Everything recorded of a client's incidents."""

    incidents: tuple[Incident, ...] = ()
    measures: tuple[Measure, ...] = ()
    plan: ResponsePlan | None = None
