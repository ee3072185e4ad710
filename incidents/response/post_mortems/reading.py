"""Reads of post-mortems: what is written, what is missing, and the record that they are written from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from incidents.response.models import (
    BreachClock,
    Incident,
    Measure,
    PostMortem,
    PostMortemSection,
    TimelineEntry,
)
from incidents.response.rules.post_mortem import Section, Written, sections
from incidents.response.rules.severities import REQUIRED, severities
from portal.tenancy.models import Client

INVOLVED = (Incident.PersonalData.YES, Incident.PersonalData.SUSPECTED)


@dataclass(frozen=True)
class Shown:
    """One section as it is shown: its rule, its text if there is one, and what the record puts in its place."""

    section: Section
    row: PostMortemSection | None
    is_required: bool
    entries: tuple[TimelineEntry, ...] = ()
    measures: tuple[Measure, ...] = ()
    clocks: tuple[BreachClock, ...] = ()

    @property
    def text(self) -> str:
        return self.row.text if self.row else ""

    @property
    def is_empty(self) -> bool:
        """Whether neither a person nor the record has put anything into it."""
        return not (self.text.strip() or self.entries or self.measures or self.clocks)


def find(client: Client, number: int) -> Incident | None:
    """Find an incident of a client by its number, in reach of the scope."""
    rows = Incident.objects.for_client(client).select_related("client", "client__practice", "lead")
    found: Incident | None = rows.filter(number=number).first()
    return found


def post_mortem_of(incident: Incident) -> PostMortem | None:
    """Give its post-mortem as far as the scope sees it, with the people at hand. One query."""
    rows = PostMortem.objects.filter(incident=incident)
    found: PostMortem | None = rows.select_related("author", "reviewed_by", "shared_by", "document").first()
    return found


def short_form_of(incident: Incident) -> bool:
    """Whether the short form is enough: for what is no major incident."""
    return severities()[incident.severity].post_mortem != REQUIRED


def data_involved(incident: Incident) -> bool:
    """Whether personal data is, or may be, involved."""
    return incident.personal_data in INVOLVED


def texts_of(post_mortem: PostMortem | None) -> dict[str, PostMortemSection]:
    """Give the sections in reach by their keys. One query."""
    if post_mortem is None:
        return {}
    rows = PostMortemSection.objects.filter(post_mortem=post_mortem).select_related("updated_by")
    return {row.key: row for row in rows}


def measures_of(incident: Incident) -> QuerySet[Measure]:
    """List what is or was to be done, in the order in which it was written."""
    rows: QuerySet[Measure] = Measure.objects.filter(incident=incident)
    return rows.select_related("owner", "done_by").order_by("id")


def visible_entries(incident: Incident) -> list[TimelineEntry]:
    """List the entries that the client may see, oldest first, each corrected one replaced by its corrections.

    In a drill nobody outside sees anything: there all entries count.
    """
    rows = TimelineEntry.objects.filter(incident=incident).select_related("by", "evidence")
    if not incident.drill:
        rows = rows.filter(internal=False)
    entries = list(rows.order_by("at", "id"))
    corrected = {entry.corrects_id for entry in entries if entry.corrects_id}
    return [entry for entry in entries if entry.pk not in corrected]


def written_of(incident: Incident, post_mortem: PostMortem | None) -> Written:
    """Gather what the rules judge. Four queries."""
    measures = [row for row in measures_of(incident) if row.dropped_at is None]
    kinds = Counter(row.kind for row in measures)
    outcomes = list(BreachClock.objects.filter(incident=incident).values_list("outcome", flat=True))
    running = outcomes.count(BreachClock.Outcome.RUNNING)
    return Written(
        texts={key: row.text for key, row in texts_of(post_mortem).items()},
        entries=len(visible_entries(incident)),
        corrective=kinds[Measure.Kind.CORRECTIVE],
        preventive=kinds[Measure.Kind.PREVENTIVE],
        measures_incomplete=sum(row.owner_id is None or row.due_on is None for row in measures),
        clocks_open=running,
        clocks_decided=len(outcomes) - running,
    )


def shown_sections(incident: Incident, post_mortem: PostMortem | None) -> list[Shown]:
    """List the sections in order, each with its text or what the record says in its place. Four queries."""
    short = post_mortem.short_form if post_mortem and post_mortem.shared_at else short_form_of(incident)
    texts, entries = texts_of(post_mortem), visible_entries(incident)
    measures = [row for row in measures_of(incident) if row.dropped_at is None]
    clocks = list(BreachClock.objects.filter(incident=incident).order_by("due_at", "id"))
    found = []
    for section in sections(short=False):
        row = texts.get(section.key)
        if short and row is None and section not in sections(short=True):
            continue
        has_text = bool(row and row.text.strip())
        corrective = [each for each in measures if each.kind == Measure.Kind.CORRECTIVE]
        rest = [each for each in measures if each.kind != Measure.Kind.CORRECTIVE]
        of_kind = {"corrective_measures": corrective, "preventive_measures": rest}.get(section.key, [])
        found.append(
            Shown(
                section=section,
                row=row,
                is_required=section.is_required(data_involved=data_involved(incident)),
                entries=tuple(entries) if section.key == "timeline" and not has_text else (),
                measures=tuple(of_kind),
                clocks=tuple(clocks) if section.key == "notifications" and not has_text else (),
            )
        )
    return found
