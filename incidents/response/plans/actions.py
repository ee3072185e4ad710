"""Every change of a response plan: written, offered, taken back, approved, printed. What was approved stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from clients.engagements.queries import today_of
from incidents.response.models import Incident, ResponsePlan
from incidents.response.plans.obligations import REVIEW, keep_plan
from incidents.response.plans.queries import approvers, other_approvers
from incidents.response.plans.reading import Reading, digest, read
from incidents.response.rules import catalogue, plans
from portal.audit.actions import action
from portal.documents import tasks
from portal.documents.actions import ask_for
from portal.documents.models import Document
from portal.lib.refused import Refused
from portal.outbox.actions import post
from portal.outbox.letters import Letter
from portal.tenancy.models import Client
from portal.tenancy.people import client_people_of, people_of
from portal.tenancy.scope import current, enter

if TYPE_CHECKING:
    from portal.accounts.models import User

DOCUMENT = "response_plan"
OFFERED, APPROVED = "plan.offered", "plan.approved"
WRITTEN = ("text", "changes", "jurisdictions", "our_role")
LONGEST = 20_000


class PlanChanged(Refused):
    """Somebody saved the draft since it was opened; `current` is how it is now, `yours` the text that was sent."""

    def __init__(self, current: ResponsePlan, yours: str) -> None:
        super().__init__("Somebody changed the plan since you opened it. Nothing has been saved.")
        self.current, self.yours = current, yours


def write_plan(
    client: Client, values: Mapping[str, Any], *, by: User, now: datetime, revision: int | None = None
) -> ResponsePlan:
    """Write the draft, or begin the next version. An offered draft that is changed is taken back.

    revision: the save that the person saw, 0 for none; raises PlanChanged when another one holds now.
    """
    with _changing(client, "plan.write", by):
        row: ResponsePlan | None = ResponsePlan.objects.for_client(client).drafts().first()
        seen = row.revision if row else 0
        if revision is not None and revision != seen:
            if row is None:
                raise Refused("The version that you wrote was approved in the meantime. Begin the next one.")
            raise PlanChanged(row, str(values.get("text", "")))
        if row is None:
            row = ResponsePlan(
                practice_id=client.practice_id, client=client, version=_next_version(client), revision=0
            )
        _set(row, values)
        row.internal, row.offered_at, row.offered_by = True, None, None
        row.written_by, row.written_at = by, now
        row.revision += 1
        row.save()
    return row


def offer_plan(plan: ResponsePlan, *, by: User, now: datetime) -> ResponsePlan:
    """Offer a whole draft for approval: the client's people see it, and those who may approve get a message."""
    client = plan.client
    with _changing(client, "plan.offer", by):
        row = _draft(plan)
        _refuse_gaps(read(client, row, today_of(client, now)), "offered")
        row.offered_at, row.offered_by, row.internal = now, by, False
        row.save(update_fields=["offered_at", "offered_by", "internal"])
        post(_letters(client, row, now), now=now, practice_id=client.practice_id)
    return row


def take_back_plan(plan: ResponsePlan, *, by: User, now: datetime) -> ResponsePlan:
    """Take an offered draft back: the client's people see it no longer."""
    with _changing(plan.client, "plan.take_back", by):
        row = _draft(plan)
        if row.offered_at is None:
            raise Refused("It has not been offered.")
        row.offered_at, row.offered_by, row.internal = None, None, True
        row.save(update_fields=["offered_at", "offered_by", "internal"])
    return row


def approve_plan(
    plan: ResponsePlan, *, name: str, by: User, now: datetime, seen: str = "", note: str = ""
) -> ResponsePlan:
    """Approve a draft in writing: name and instant. What it says now is kept with it, and the one before is superseded.

    seen: the digest of what the person read. Raises Refused for gaps, for the author where somebody else may approve,
    and when the records have changed since.
    """
    client = plan.client
    with _with_internal_rows(), _changing(client, "plan.approve", by, note):
        row = _draft(plan)
        _refuse_approver(row, by, now)
        reading = read(client, row, today_of(client, now))
        _refuse_gaps(reading, "approved")
        if seen and seen != digest(row, reading):
            raise Refused("The plan has changed since you opened it. Read it again; nothing was approved.")
        if not name.strip():
            raise Refused("Enter your name: the approval is given in writing.")
        ResponsePlan.objects.for_client(client).in_force().update(superseded_at=now)
        row.approved_at, row.approved_by, row.approved_as = now, by, name.strip()
        row.approval_note, row.snapshot, row.internal = note.strip(), reading, False
        row.save()
        keep_plan(client, by=by, now=now, met={REVIEW: f"Version {row.version} was approved"})
        row.document = _ask_for_document(row, by, now)
        row.save(update_fields=["document"])
        post(_news(client, row, by, now), now=now, practice_id=client.practice_id)
    if row.document_id:
        transaction.on_commit(partial(tasks.send, row.document_id))
    return row


def print_plan(plan: ResponsePlan, *, by: User, now: datetime) -> Document:
    """Print an approved version, again: where it could not be printed then, or the file is wanted anew."""
    with _changing(plan.client, "plan.print", by):
        row: ResponsePlan = ResponsePlan.objects.select_for_update().get(pk=plan.pk)
        if row.is_draft:
            raise Refused("A plan is printed once it is approved.")
        row.client = plan.client
        document = row.document = _ask(row, by, now)
        row.save(update_fields=["document"])
    transaction.on_commit(partial(tasks.send, document.pk))
    return document


@contextmanager
def _changing(client: Client, verb: str, by: User, why: str = "") -> Iterator[None]:
    """One change of a client's plans at a time."""
    with action(verb, by=by, why=why, client=client):
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        yield


@contextmanager
def _with_internal_rows() -> Iterator[None]:
    """Let the practice's deadlines follow where a person of the client approves. The clients in reach stay the same."""
    with enter(replace(current(), internal=True), switch=True):
        yield


def _next_version(client: Client) -> int:
    found = ResponsePlan.objects.for_client(client).aggregate(last=Max("version"))
    return (found["last"] or 0) + 1


def _set(row: ResponsePlan, values: Mapping[str, Any]) -> None:
    for name in WRITTEN:
        if name in values:
            setattr(row, name, values[name])
    row.text, row.changes = row.text.replace("\r\n", "\n"), row.changes.strip()
    if len(row.text) > LONGEST:
        raise Refused(f"The plan has at most {LONGEST:,} characters of its own.")
    if row.our_role not in Incident.OurRole.values:
        raise Refused("Choose our role.")
    if unknown := sorted(set(row.jurisdictions) - set(catalogue.jurisdictions())):
        raise Refused(f"“{unknown[0]}” is not a jurisdiction whose clocks are known. Choose from the list.")


def _draft(plan: ResponsePlan) -> ResponsePlan:
    row: ResponsePlan = ResponsePlan.objects.select_for_update().get(pk=plan.pk)
    if not row.is_draft:
        raise Refused(f"Version {row.version} was approved. What was approved stays as it was.")
    row.client = plan.client
    return row


def _refuse_gaps(reading: Reading, done: str) -> None:
    missing = plans.gaps(reading)
    if missing:
        raise Refused(f"Before it can be {done}: " + " ".join(each.words for each in missing))


def _refuse_approver(row: ResponsePlan, by: User, now: datetime) -> None:
    may = approvers(row.client, now)
    theirs = {each.user_id for each in client_people_of(row.client, now)}
    if not may.filter(pk=by.pk).exists() or (by.pk in theirs and row.offered_at is None):
        raise Refused(
            "A lead, an owner of the practice, or whom the client named to approve, approves plans."
        )
    if row.written_by_id == by.pk and other_approvers(row.client, by, now).exists():
        raise Refused("Somebody other than its author approves it.")


def _ask(row: ResponsePlan, by: User, now: datetime) -> Document:
    title = f"Response plan, version {row.version}"
    return ask_for(DOCUMENT, row.client, by=by, at=now, about={"plan": row.pk}, title=title)


def _ask_for_document(row: ResponsePlan, by: User, now: datetime) -> Document | None:
    """Ask for the PDF. Too many under way must not hold up the approval: it can be asked for later."""
    try:
        return _ask(row, by, now)
    except Refused:
        return None


def _letters(client: Client, row: ResponsePlan, now: datetime) -> list[Letter]:
    """To those of the client who may approve, and to nobody else."""
    may = {each.pk for each in approvers(client, now)}
    kwargs = {"client_slug": client.slug, "version": row.version}
    return [
        Letter(
            key=f"plan:{row.pk}:{row.revision}:offered:{each.user_id}",
            kind=OFFERED,
            subject=f"Response plan of {client.name}, version {row.version}, waits for your approval",
            lines=(client.name, "It says who does what when something goes wrong, and how soon."),
            url=reverse("plan_approve", kwargs=kwargs),
            client=client,
            person=each.user,
            internal=False,
            action_label="Read and approve",
        )
        for each in client_people_of(client, now)
        if each.user_id in may
    ]


def _news(client: Client, row: ResponsePlan, by: User, now: datetime) -> list[Letter]:
    """To whoever wrote it, where somebody else approved it and they still work for the client."""
    author = people_of(client, now).exclude(pk=by.pk).filter(pk=row.written_by_id).first()
    if author is None:
        return []
    news = Letter(
        key=f"plan:{row.pk}:approved",
        kind=APPROVED,
        subject=f"Response plan of {client.name}, version {row.version}, was approved",
        lines=(client.name, f"Approved by {row.approved_as}. It is in force now."),
        url=reverse("response_plan", kwargs={"client_slug": client.slug}),
        client=client,
        person=author,
        action_label="Open the plan",
    )
    return [news]
