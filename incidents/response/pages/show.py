"""The parts of one incident's page: phases with what is missing, clock strips, the timeline by day, the post-mortem."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from incidents.response.breach_actions import told_by
from incidents.response.models import BreachClock, Incident, Measure, PostMortem, TimelineEntry
from incidents.response.obligations import POST_MORTEM, RESPONSE, UPDATE
from incidents.response.pages.records import address_of
from incidents.response.post_mortems.reading import data_involved, short_form_of
from incidents.response.rules.phases import DONE, Phase
from incidents.response.rules.post_mortem import sections
from portal.deadlines.models import Deadline
from portal.deadlines.rules.clocks import Clock, clock, span
from portal.tenancy.models import Client

S, K = Incident.Status, TimelineEntry.Kind
#: The strip of each kind: its name, and what its start is called.
STRIPS = {
    RESPONSE: ("First response", "reported"),
    POST_MORTEM: ("Post-mortem to the client", "resolved"),
    UPDATE: ("Next word to the client", "since"),
}
#: So many of the latest entries stand on the page at once.
LATEST = 30
PIPS = {"Reported.": "is-late", "Resolved.": "is-ok", "Closed.": "is-ok"}
KEYS = (K.STATE, K.UPDATE, K.NOTICE, K.DECISION)


def link(incident: Incident, name: str, **more: object) -> str:
    """Give the address of a page below the incident; "" where there is none of this name."""
    try:
        return reverse(name, kwargs={"client_slug": incident.client.slug, "number": incident.number, **more})
    except NoReverseMatch:
        return ""


@dataclass(frozen=True)
class Strip:
    """One clock of the incident; `due_at` is None for one without a fixed time."""

    name: str
    at: Clock | None
    started_at: datetime
    started: str
    due_at: datetime | None
    is_open: bool
    source: str
    words: str = ""
    url: str = ""
    action: str = ""


@dataclass(frozen=True)
class PhaseLine:
    """A phase with the instant at which it was done, or what is missing."""

    phase: Phase
    at: datetime | None
    words: str

    @property
    def is_done(self) -> bool:
        """Whether nothing is missing."""
        return self.phase.state == DONE


@dataclass(frozen=True)
class EntryLine:
    """An entry of the timeline as the page shows it. url: the page of the record that it is about."""

    entry: TimelineEntry
    pip: str
    was_corrected: bool
    url: str = ""


@dataclass(frozen=True)
class Task:
    """A section of the post-mortem and how it stands."""

    title: str
    url: str
    state: str
    words: str


def phase_lines(incident: Incident, phases: Sequence[Phase]) -> list[PhaseLine]:
    """Put instants and words to the phases."""
    detected = incident.detected_at
    reached = {
        "detection": (
            incident.detected_at,
            _since(incident.reported_at, incident.acknowledged_at, "taken up in"),
        ),
        "containment": (incident.contained_at, _since(detected, incident.contained_at, "after")),
        "investigation": (None, "cause found" if incident.root_cause else "scope known"),
        "notification": (None, "nothing is left to decide"),
        "remediation": (incident.resolved_at, _since(detected, incident.resolved_at, "resolved after")),
    }
    lines = []
    for phase in phases:
        at, words = reached[phase.id]
        lines.append(PhaseLine(phase, at, words if phase.state == DONE else " ".join(phase.missing)))
    return lines


def _since(start: datetime, at: datetime | None, words: str) -> str:
    return f"{words} {span(at - start)}" if at else ""


def strips(
    incident: Incident, deadlines: Iterable[Deadline], clocks: Iterable[BreachClock], now: datetime
) -> list[Strip]:
    """List the clocks: those that run first, by what is due first; then what is met.

    Of the clocks of the law that run, our duty to tell the client stands first.
    """
    found = [(_of_deadline(each, now), 0) for each in deadlines]
    found += [(_of_clock(each, incident, now), 1 if told_by(each) else 2) for each in clocks]
    found.sort(
        key=lambda each: (not each[0].is_open, each[0].due_at is None, each[0].due_at or each[0].started_at)
    )
    places = [place for place, (strip, law) in enumerate(found) if strip.is_open and law]
    ordered = sorted((found[place] for place in places), key=lambda each: each[1])
    for place, each in zip(places, ordered, strict=True):
        found[place] = each
    return [strip for strip, _ in found]


def _of_deadline(deadline: Deadline, now: datetime) -> Strip:
    name, started = STRIPS[deadline.kind]
    at = clock(deadline.started_at, deadline.due_at, now, deadline.ended_at)
    return Strip(name, at, deadline.started_at, started, deadline.due_at, deadline.is_open, deadline.source)


def _of_clock(row: BreachClock, incident: Incident, now: datetime) -> Strip:
    is_open = row.outcome == BreachClock.Outcome.RUNNING
    stopped = row.notified_at or row.decided_at
    at = clock(row.trigger_at, row.due_at, now, stopped) if row.due_at else None
    words = "" if is_open else row.get_outcome_display()
    whose = "our duty" if row.duty == BreachClock.Duty.OURS else "the client’s own duty"
    return Strip(
        row.title,
        at,
        row.trigger_at,
        "from",
        row.due_at,
        is_open,
        f"{row.citation}; {whose}. {row.terms}".strip(),
        words,
        link(incident, "incident_clocks"),
        "Record the decision" if is_open else "",
    )


def days_of(incident: Incident, entries: Iterable[TimelineEntry]) -> list[tuple[date, list[EntryLine]]]:
    """Put entries, latest first, under their days in the page's zone."""
    listed = list(entries)
    corrected = {entry.corrects_id for entry in listed if entry.corrects_id}
    lines = [
        EntryLine(
            entry,
            _pip(entry),
            entry.pk in corrected,
            address_of(incident, entry.subject_type, entry.subject_id),
        )
        for entry in listed
    ]
    return [
        (day, list(group))
        for day, group in groupby(lines, key=lambda line: timezone.localtime(line.entry.at).date())
    ]


def _pip(entry: TimelineEntry) -> str:
    if entry.lead_in in PIPS:
        return PIPS[entry.lead_in]
    return "is-key" if entry.kind in KEYS else ""


def counted(all_entries: int, shown: int, *, for_practice: bool) -> str:
    """Say how many events there are: "11 events, 7 shown to the client"."""
    events = f"{all_entries} {'event' if all_entries == 1 else 'events'}"
    return f"{events}, {shown} shown to the client" if for_practice else events


def tasks(incident: Incident, post_mortem: PostMortem | None, recorded: Collection[str]) -> list[Task]:
    """List the sections that this incident's post-mortem needs, and how each stands. One query.

    recorded: the keys of the sections for which the record holds something. The form follows the severity until it
    is shared.
    """
    shared = post_mortem is not None and post_mortem.shared_at is not None
    short = post_mortem.short_form if post_mortem and shared else short_form_of(incident)
    written = {row.key for row in post_mortem.sections.all() if row.text.strip()} if post_mortem else set()
    return [
        Task(
            section.title,
            link(incident, "post_mortem_edit", key=section.key),
            *_written(section.key in written, section.key in recorded),
        )
        for section in sections(short=short)
        if section.is_required(data_involved=data_involved(incident)) or section.key in written
    ]


def _written(by_hand: bool, by_record: bool) -> tuple[str, str]:
    if by_hand:
        return "ok", "Written"
    return ("ok", "From the record") if by_record else ("idle", "Not started")


def recorded_sections(entries: int, measures: Iterable[Measure], clocks: Iterable[BreachClock]) -> set[str]:
    """Give the keys of the sections that the record fills: entries that the client may read, decided clocks."""
    kinds = {f"{measure.kind}_measures" for measure in measures}
    decided = any(each.outcome != BreachClock.Outcome.RUNNING for each in clocks)
    return kinds | ({"timeline"} if entries else set()) | ({"notifications"} if decided else set())


@dataclass(frozen=True)
class Part:
    """Another client's part of the same event, as people of the practice see it."""

    client: Client
    url: str
    status: str


def other_parts(incident: Incident, rows: Iterable[Incident]) -> list[Part]:
    """List the other clients' parts under the same number. Ask in the person's whole scope."""
    return [
        Part(row.client, row.get_absolute_url(), row.get_status_display())
        for row in rows
        if row.client_id != incident.client_id
    ]
