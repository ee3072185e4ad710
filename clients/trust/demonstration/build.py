"""Builds the whole demonstration in one transaction: all of it stands, or nothing does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from clients.trust.demonstration import deadlines, engagements, exports, history, people, registers
from clients.trust.demonstration.spec import PRACTICE_ID, Calendar, client_slugs, read
from portal.accounts.models import User
from portal.documents import press
from portal.documents.actions import ask_for
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter, narrowed
from portal.tenancy.system import practice_ids

Report = Callable[[str], None]
#: What a room above adds to the house when registers and agreements stand and whoever left has left; gives its words
#: for the report. The weeks of reminders pass over it afterwards.
Part = Callable[[people.House], str]
SCOPE = Scope(practice=PRACTICE_ID, clients=EVERY_CLIENT, internal=True)
FIRST_PERSON = "priya.nair@northgate.example"
#: In whose place the trail names what workers do with it once the build is committed: nobody asked them.
HANDED_ON = "Left to the workers by the demonstration"

_parts: list[Part] = []


def register_part(part: Part) -> None:
    """Add a further part to the demonstration, once. Called when the apps are ready."""
    if part not in _parts:
        _parts.append(part)


def refuse_beside_a_practice() -> None:
    """Raise Refused when the database holds a practice that is not the demonstration's."""
    if [pk for pk in practice_ids() if pk != PRACTICE_ID]:
        raise Refused(
            "This database holds a practice of its own, so the demonstration is not put beside it. "
            "Set PLUMBLINE_HOME to another directory for the demonstration, or run “manage.py serve”."
        )


def is_built() -> bool:
    """Tell whether the demonstration is there."""
    with enter(SCOPE, switch=True):
        return Practice.objects.filter(pk=PRACTICE_ID).exists()


def build(now: datetime, report: Report) -> bool:
    """Build the demonstration as of `now`, telling its steps; give False, doing nothing, when it is there."""
    refuse_beside_a_practice()
    if is_built():
        return False
    calendar = Calendar(now, ZoneInfo(read("practice")["time_zone"]))
    with enter(replace(SCOPE, reason=HANDED_ON), switch=True), transaction.atomic(), narrowed(reason=""):
        house = people.make_practice(calendar)
        for slug in client_slugs():
            client = people.make_client(house, slug)
            entries = registers.fill_registers(house, client)
            workflows = exports.take_exports_in(house, client)
            read_words = f", {workflows} read from workflow exports" if workflows else ""
            report(f"{client.name}: {entries} register entries{read_words}")
            registers.let_things_happen(house, client)
            engagements.write_down(house, client)
            history.add_waivers(house, client)
            history.note_trail_export(house, client)
        people.end_terms(house)
        for part in _parts:
            report(part(house))
        deadlines.let_weeks_pass(house)
        report("The reminders of thirty days")
        for client in house.clients.values():
            history.add_history(client)
        report("The posture of twelve months")
    return True


def make_document(report: Report) -> None:
    """Make the first client's procurement pack, once, where the renderer's system libraries are."""
    with enter(SCOPE, switch=True):
        client = Client.objects.select_related("practice").get(slug=client_slugs()[0])
        if Document.objects.for_client(client).filter(kind="pack").exists():
            return
        by = User.objects.get(email=FIRST_PERSON)
    with enter(replace(SCOPE, person=by.pk), switch=True):
        wanted = ask_for("pack", client, by=by, at=timezone.now(), addressee="Kestrel Bank plc")
        document = press.make(wanted.pk, task="demonstration")
    if document is not None and document.state == Document.State.READY:
        report(f"{client.name}: procurement pack {document.number}")
    else:
        report(f"No procurement pack: {document.error if document else 'it was not begun'}")
