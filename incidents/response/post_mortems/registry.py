"""What this part adds to the registries of the rooms below: its messages and its documents."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from django.db import transaction

from incidents.response.models import Incident
from incidents.response.post_mortems import documents
from incidents.response.post_mortems.sharing import DOCUMENT, SHARED
from portal.documents import kinds, tasks
from portal.documents.actions import ask_for
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.outbox import kinds as messages

if TYPE_CHECKING:
    from portal.accounts.models import User

INCIDENT = "incident"


def register_all() -> None:
    """Add kinds of messages and documents. Called once, when the apps are ready."""
    messages.register(SHARED, "Post-mortems shared", may_opt_out=False)
    kinds.register(DOCUMENT, title="Post-mortem", file_name="post-mortem", build=documents.post_mortem)
    kinds.register(INCIDENT, title="Incident record", file_name="incident", build=documents.incident)


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
