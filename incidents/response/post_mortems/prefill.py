"""First words for a section, taken from the record: the timeline in UTC, the numbers, the clocks, the measures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from incidents.response.models import BreachClock, Incident, Measure, TimelineEntry
from incidents.response.models.incident import INSTANTS
from incidents.response.post_mortems.reading import measures_of, visible_entries

WORDS = INSTANTS
NOT_KNOWN = "not known yet"


def prefilled(incident: Incident, key: str) -> str:
    """Give the record's words for a section in Markdown; "" where the record has none."""
    make = _MAKERS.get(key)
    return make(incident) if make else ""


def labels() -> dict[str, str]:
    """Give the label of the button for each section that can be prefilled."""
    return {
        "timeline": "Insert the timeline",
        "impact": "Insert the numbers",
        "detection": "Insert how it was detected",
        "root_cause": "Insert the recorded cause",
        "contributing_factors": "Insert the recorded factors",
        "response_and_recovery": "Insert the instants",
        "notifications": "Insert the clocks",
        "corrective_measures": "Insert the measures",
        "preventive_measures": "Insert the measures",
    }


def timeline_text(entries: Sequence[TimelineEntry]) -> str:
    """A line an entry, oldest first, in UTC."""
    return "\n".join(
        f"- **{entry.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC** {_one_line(f'{entry.lead_in} {entry.text}')}"
        for entry in entries
    )


def impact_text(incident: Incident) -> str:
    """The numbers of the record; what is not known says so, as nobody may mistake it for none."""
    lines = [
        f"- Duration: {_span(incident.detected_at, incident.resolved_at, 'not resolved yet')}"
        " from detection to resolution",
        f"- Contained after: {_span(incident.detected_at, incident.contained_at, 'not recorded')}",
        f"- People affected: {_number(incident.people_affected)}",
        f"- Records affected: {_number(incident.records_affected)}",
        f"- Personal data involved: {incident.get_personal_data_display().lower()}",
    ]
    if incident.data_categories:
        lines.append(f"- Kinds of data: {', '.join(incident.data_categories)}")
    if incident.systems:
        lines.append(f"- Systems: {', '.join(incident.systems)}")
    return "\n".join(lines)


def clocks_text(clocks: Sequence[BreachClock]) -> str:
    """Which clocks ran, who was told and when, or why not."""
    return "\n".join(
        f"- **{_one_line(clock.title)}** ({clock.authority}): {_outcome(clock)}" for clock in clocks
    )


def measures_text(measures: Sequence[Measure]) -> str:
    """What is to be done, by whom, by when."""
    return "\n".join(
        f"- {_one_line(each.text)} ({each.owner.name if each.owner else 'nobody yet'}, "
        f"{f'by {each.due_on:%-d %B %Y}' if each.due_on else 'no day yet'}"
        f"{', done' if each.done_at else ''})"
        for each in measures
    )


def duration_words(start: datetime, end: datetime) -> str:
    """Say a span: "40 minutes", "29 hours 30 minutes", "3 days 2 hours"."""
    minutes = int((end.astimezone(UTC) - start.astimezone(UTC)).total_seconds() // 60)
    hours, minutes = divmod(max(minutes, 0), 60)
    days, hours = divmod(hours, 24) if hours >= 48 else (0, hours)
    parts = [(days, "day"), (hours, "hour"), (0 if days else minutes, "minute")]
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(said) or "less than a minute"


def _outcome(clock: BreachClock) -> str:
    due = f", due {clock.due_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if clock.due_at else ""
    if clock.outcome == BreachClock.Outcome.NOTIFIED and clock.notified_at:
        reference = f", reference {clock.reference}" if clock.reference else ""
        return f"notified {clock.notified_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{reference}{due}"
    if clock.outcome == BreachClock.Outcome.NOT_NOTIFIED:
        return f"not notified: {_one_line(clock.reason)}"
    return f"not decided yet{due}"


def _instants(incident: Incident) -> str:
    found = [(WORDS[name], getattr(incident, name)) for name in ("acknowledged_at", "contained_at", "fixed_at",
             "resolved_at")]  # fmt: skip
    lines = [f"- {name}: {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" for name, at in found if at]
    done = [f"\n{incident.containment}"] if incident.containment else []
    return "\n".join([*lines, *done])


def _detection(incident: Incident) -> str:
    source = f" by {incident.source}" if incident.source else ""
    return (
        f"Detected {incident.detected_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC{source}; reported "
        f"{incident.reported_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    )


def _measures(incident: Incident, *, corrective: bool) -> str:
    rows = [
        each
        for each in measures_of(incident)
        if each.dropped_at is None and (each.kind == Measure.Kind.CORRECTIVE) == corrective
    ]
    return measures_text(rows)


def _span(start: datetime, end: datetime | None, none: str) -> str:
    return duration_words(start, end) if end else none


def _number(value: int | None) -> str:
    return NOT_KNOWN if value is None else f"{value:,}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


_MAKERS: dict[str, Callable[[Incident], str]] = {
    "timeline": lambda incident: timeline_text(visible_entries(incident)),
    "impact": impact_text,
    "detection": _detection,
    "response_and_recovery": _instants,
    "root_cause": lambda incident: incident.root_cause,
    "contributing_factors": lambda incident: incident.contributing_factors,
    "notifications": lambda incident: clocks_text(
        list(BreachClock.objects.filter(incident=incident).order_by("due_at", "id"))
    ),
    "corrective_measures": lambda incident: _measures(incident, corrective=True),
    "preventive_measures": lambda incident: _measures(incident, corrective=False),
}
