"""What this part adds to the registries of the rooms below: its messages and its documents."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction

from incidents.response.models import Incident, Measure, PostMortem, PostMortemSection
from incidents.response.post_mortems import documents
from incidents.response.post_mortems.sharing import DOCUMENT, SHARED
from portal.audit import presenters
from portal.documents import kinds, tasks
from portal.documents.actions import ask_for
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.outbox import kinds as messages

if TYPE_CHECKING:
    from portal.accounts.models import User

INCIDENT = "incident"
PHRASES = {
    "post_mortem.write": "wrote",
    "post_mortem.ask_review": "asked for a review of",
    "post_mortem.review": "reviewed",
    "post_mortem.share": "shared",
    "post_mortem.add": "added to",
    "post_mortem.print": "printed",
    "measure.add": "added",
    "measure.edit": "changed",
    "measure.finish": "finished",
    "measure.drop": "dropped",
}


def register_all() -> None:
    """Add kinds of messages and documents. Called once, when the apps are ready."""
    messages.register(SHARED, "Post-mortems shared", may_opt_out=False)
    kinds.register(DOCUMENT, title="Post-mortem", file_name="post-mortem", build=documents.post_mortem)
    kinds.register(
        INCIDENT,
        title="Incident record",
        file_name="incident",
        build=documents.incident,
        noun="incident record",
    )
    _name_in_the_trail()


def print_incident(incident: Incident, *, by: User, now: datetime) -> Document:
    """Ask for the PDF of an incident's record; everything internal stays out of it."""
    if incident.drill:
        raise Refused("A drill is not printed: its record is for the practice alone.")
    with transaction.atomic():
        document = ask_for(
            INCIDENT,
            incident.client,
            by=by,
            at=now,
            about={"number": incident.number},
            title=f"Record of {incident.reference}",
        )
        transaction.on_commit(partial(tasks.send, document.pk))
    return document


def _name_in_the_trail() -> None:
    """Say in the trail what was done to post-mortems, measures and their documents."""
    for model, noun in ((PostMortem, "post-mortem"), (PostMortemSection, "section"), (Measure, "measure")):
        labels: dict[str, Any] = {
            str(field.column): str(field.verbose_name) for field in model._meta.concrete_fields
        }
        for name in ("id", "practice_id", "client_id", "created_at", "version", "updated_at"):
            labels[name] = None
        presenters.register(table=model._meta.db_table, noun=noun, columns=labels)
    for verb, words in PHRASES.items():
        presenters.register_action(verb, words)
