"""Taking exports in, and taking one out again. Decisions on what they propose stand in decisions.py."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import DataError, connection
from django.utils import timezone

from clients.workflows import deadlines
from clients.workflows.decisions import Decided, accept, accept_all, accept_many, decline, reopen
from clients.workflows.kept import facts_to_json
from clients.workflows.models import Proposal, WorkflowExport
from clients.workflows.queries import Incoming, Outcome, Plan, Taken, plan, read_file, shown_name, versions_of
from clients.workflows.readers import UnreadableExport
from portal.audit.actions import action, record
from portal.lib.fields import SecretRefused
from portal.lib.refused import Refused
from portal.lib.secrets import find_secret
from portal.tenancy.models import Client

if TYPE_CHECKING:
    from clients.workflows.facts import ExportFacts
    from portal.accounts.models import User

__all__ = [
    "Decided",
    "Outcome",
    "Taken",
    "accept",
    "accept_all",
    "accept_many",
    "decline",
    "look_at",
    "remove_export",
    "reopen",
    "take_in",
]

logger = logging.getLogger(__name__)
MOST_REFUSALS = 25
UNEXPECTED = (
    "Something in this file is not as any export we know, so nothing of it was saved. "
    "Export the workflow again; if it happens again, send us the file without its secrets."
)


def look_at(client: Client, files: Iterable[Incoming]) -> list[Outcome]:
    """Say what taking the files in would do. Writes nothing at all."""
    return [_each(file, lambda read: [Taken(plan(client, facts)) for facts in read]) for file in files]


def take_in(
    client: Client, files: Iterable[Incoming], *, by: User | None, at: datetime | None = None
) -> list[Outcome]:
    """Keep the workflows of each file as new versions with their proposals. A file is kept whole or not at all.

    at: when the files were exported, now if left out. A broken file gives its sentence, the others go on. Secrets
    were taken out by the reader; the trail tells their kind and place, never the value.
    """
    moment = at or timezone.now()
    outcomes = []
    for file in files:
        name = shown_name(file.name)
        outcome = _each(file, lambda read, name=name: _keep_all(client, name, read, by, moment))  # type: ignore[misc]
        if not outcome.ok:
            record("workflow_export.refuse", client=client, by=by, details={"reason": outcome.error})
        outcomes.append(outcome)
    return outcomes


def _each(file: Incoming, use: Callable[[list[ExportFacts]], list[Taken]]) -> Outcome:
    name = shown_name(file.name)
    try:
        return Outcome(name, tuple(use(read_file(file))))
    except UnreadableExport as sentence:
        return Outcome(name, error=str(sentence))
    except SecretRefused as refusal:
        return Outcome(name, error=f"{refusal.messages[0]} Nothing of this file was saved.")
    except (DataError, LookupError, RecursionError, TypeError, ValueError, AttributeError) as problem:
        # The message might quote the file, so only its kind is written down.
        logger.error("an export could not be read: %s", type(problem).__name__)
        return Outcome(name, error=UNEXPECTED)


def _keep_all(
    client: Client, name: str, read: list[ExportFacts], by: User | None, at: datetime
) -> list[Taken]:
    taken: list[Taken] = []
    newer: set[int | None] = set()
    with action("workflow_export.add", by=by, client=client):
        _one_at_a_time(client)
        for facts in read:
            used = [each.export.pk for each in taken if each.export]
            found = plan(client, facts, used)
            if found.latest is None or at > found.latest.confirmed_at:
                newer.add(found.workflow_id)
            export = _confirm(found, at) if found.is_unchanged else _add(client, name, found, by, at)
            _note_refusals(client, export, facts, by)
            taken.append(Taken(found, export))
        deadlines.hold(client, newer, read_in=True, by=by, now=timezone.now())
    return taken


def _one_at_a_time(client: Client) -> None:
    """Let imports of one client wait for each other, so that versions are counted once."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"workflow_export:{client.pk}"]
        )


def _confirm(found: Plan, at: datetime) -> WorkflowExport:
    export = found.latest
    assert export is not None
    if at > export.confirmed_at:
        export.confirmed_at = at
        export.save(update_fields=["confirmed_at"])
    return export


def _add(client: Client, name: str, found: Plan, by: User | None, at: datetime) -> WorkflowExport:
    facts, latest = found.facts, found.latest
    if latest is not None:
        _succeed(latest)
    export: WorkflowExport = WorkflowExport.objects.create(
        practice_id=client.practice_id,
        client=client,
        workflow_id=found.workflow_id,
        platform=facts.platform,
        name=facts.name,
        external_id=facts.external_id,
        identity=found.identity,
        file_name=name,
        version=latest.version + 1 if latest else 1,
        taken_at=at,
        confirmed_at=at,
        sha256=found.sha256,
        content=facts.content,
        facts=facts_to_json(facts),
        nodes=facts.nodes,
        secrets_refused=len(facts.secrets_refused),
        uploaded_by=by,
    )
    _propose(export, found)
    return export


def _succeed(latest: WorkflowExport) -> None:
    """Make way for a newer version: what nobody decided on the old one is settled by the new one's proposals."""
    versions = versions_of(latest).order_by()
    versions.filter(current=True).update(current=False)
    waiting = Proposal.objects.open().filter(export__in=versions.values("pk"))
    waiting.update(state=Proposal.State.REPLACED, reason="A newer version of the export has come in.")


def _propose(export: WorkflowExport, found: Plan) -> None:
    """Write the proposals in their order, each after the one that it hangs on."""
    made: dict[str, Proposal] = {}
    for each in found.proposals:
        made[each.key] = Proposal.objects.create(
            practice_id=export.practice_id,
            client_id=export.client_id,
            internal=True,
            export=export,
            register=each.register,
            kind=each.kind,
            key=each.key,
            name=each.name,
            parent=made.get(each.parent_key),
            parent_target=each.parent_target,
            target=each.target,
            values=each.values,
            before=each.before,
        )


def _note_refusals(client: Client, export: WorkflowExport, facts: ExportFacts, by: User | None) -> None:
    refused = facts.secrets_refused
    notes = [{"kind": each.kind, "where": each.where[:300]} for each in refused[:MOST_REFUSALS]]
    if len(refused) > MOST_REFUSALS:
        notes.append({"kind": "others", "where": f"{len(refused) - MOST_REFUSALS} more places"})
    for details in notes:
        record(
            "secret.refused",
            client=client,
            by=by,
            object=export._meta.db_table,
            object_id=str(export.pk),
            label=export.name,
            details=details,
        )


def remove_export(export: WorkflowExport, *, by: User, why: str) -> WorkflowExport | None:
    """Delete one version with its proposals, such as a file that belongs to another client. Gives the newest left.

    The registers keep what was accepted from it. Raises Refused without a reason.
    """
    reason = why.strip()
    if not reason:
        raise Refused("Enter why this version is removed. The reason is kept in the history.")
    if find_secret(reason):
        raise Refused("The reason looks like a secret. Write it in other words.")
    with action("workflow_export.remove", by=by, why=reason):
        _one_at_a_time(export.client)
        row = WorkflowExport.objects.select_for_update().filter(pk=export.pk).first()
        if row is None:
            raise Refused("This version has been removed already.")
        versions, workflow = versions_of(row), row.workflow_id
        row.delete()
        left: WorkflowExport | None = versions.first()
        if left is not None and not left.current:
            left.current = True
            left.save(update_fields=["current"])
        deadlines.hold(export.client, [workflow], read_in=False, by=by, now=timezone.now())
    return left
