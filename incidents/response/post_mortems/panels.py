"""What the pages of a post-mortem show: its sections, and beside them the record that they are written from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from incidents.response.models import BreachClock, Incident, PostMortem
from incidents.response.models.incident import INSTANTS
from incidents.response.obligations import POST_MORTEM
from incidents.response.post_mortems.prefill import WORDS, duration_words
from incidents.response.post_mortems.reading import (
    Shown,
    data_involved,
    short_form_of,
    shown_sections,
    visible_entries,
    written_of,
)
from incidents.response.post_mortems.sharing import may_go_unreviewed
from incidents.response.rules.post_mortem import missing
from portal.deadlines.models import Deadline
from portal.lib.dates import relative_instant
from portal.lib.markdown import to_html
from portal.outbox.actions import channels_of
from portal.tenancy.people import client_people_of


@dataclass(frozen=True)
class Part:
    """One section as the page has it: HTML of its text, how far it is, where it is written."""

    shown: Shown
    html: SafeString | str
    state: str
    words: str
    url: str

    @property
    def adds(self) -> str:
        """The kind of measure that is added here; "" for any other section."""
        kinds = {"corrective_measures": "corrective", "preventive_measures": "preventive"}
        return kinds.get(self.shown.section.key, "")


@dataclass(frozen=True)
class Promise:
    """The clock of 48 hours in words."""

    state: str
    words: str
    due_at: datetime


def page(
    incident: Incident, post_mortem: PostMortem | None, now: datetime, *, inside: bool
) -> dict[str, Any]:
    """Gather the whole page. The client's people get what was shared and nothing of the record beside it."""
    shared = post_mortem is not None and post_mortem.shared_at is not None
    seen = inside or shared
    context: dict[str, Any] = {
        "client": incident.client,
        "incident": incident,
        "post_mortem": post_mortem,
        "shared": shared,
        "inside": inside,
        "parts": [_part(each, incident, inside=inside) for each in shown_sections(incident, post_mortem)]
        if seen
        else [],
        "promise": promise_of(incident, now),
    }
    if not inside:
        context["parts"] = [part for part in context["parts"] if not part.shown.is_empty]
        return context
    context |= beside(incident)
    if not shared:
        context |= {
            "gaps": missing(
                written_of(incident, post_mortem),
                short=short_form_of(incident),
                data_involved=data_involved(incident),
            ),
            "short_form": short_form_of(incident),
            "alone": post_mortem is not None and may_go_unreviewed(incident, post_mortem, now),
        }
    return context


def beside(incident: Incident) -> dict[str, Any]:
    """The record for the right column: instants, clocks, timeline. Two queries."""
    return {
        "client": incident.client,
        "incident": incident,
        "instants": [
            (WORDS[name], at, duration_words(incident.detected_at, at) if at > incident.detected_at else "")
            for name in INSTANTS
            if (at := getattr(incident, name)) is not None
        ],
        "clocks": list(BreachClock.objects.filter(incident=incident).order_by("due_at", "id")),
        "entries": visible_entries(incident),
    }


def audience(incident: Incident, now: datetime) -> dict[str, Any]:
    """Who hears of it when it is shared. Two queries."""
    channels = [each for each in channels_of(incident.client) if each.client_id and not each.internal]
    return {"people": [each.user for each in client_people_of(incident.client, now)], "channels": channels}


def promise_of(incident: Incident, now: datetime) -> Promise | None:
    """Say how the promise of the post-mortem stands; None where none was made yet. One query."""
    rows = Deadline.objects.for_client(incident.client).filter(
        kind=POST_MORTEM, subject_type="response.incident", subject_id=str(incident.pk)
    )
    row: Deadline | None = rows.exclude(outcome=Deadline.Outcome.CANCELLED).order_by("pk").last()
    if row is None:
        return None
    if row.ended_at is None:
        said = relative_instant(row.due_at, now)
        return Promise(said.state, said.words, row.due_at)
    if row.late_at:
        return Promise("late", f"{duration_words(row.late_at, row.ended_at)} late", row.due_at)
    return Promise("ok", "In time", row.due_at)


def _part(shown: Shown, incident: Incident, *, inside: bool) -> Part:
    if shown.text.strip():
        state, words = "ok", "Written"
    elif not shown.is_empty:
        state, words = "ok", "From the record"
    elif shown.is_required:
        state, words = "wait", "To write"
    else:
        state, words = "idle", "Optional"
    kwargs = {"client_slug": incident.client.slug, "number": incident.number, "key": shown.section.key}
    url = reverse("post_mortem_edit", kwargs=kwargs) if inside else ""
    return Part(shown, to_html(shown.text, top=3) if shown.text else "", state, words, url)
