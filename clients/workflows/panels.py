"""What the room shows in the frame: the count beside Proposals, and its entries on Today."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from clients.registers.models import Workflow
from clients.workflows import queries
from clients.workflows.models import Proposal, WorkflowExport
from portal.accounts.models import User
from portal.audit import presenters
from portal.shell.navigation import Count, capped
from portal.shell.today import WEEK, Entry
from portal.tenancy.models import Client
from portal.tenancy.people import lead_by_client
from portal.tenancy.permissions import Access, Permission

PHRASES = {
    "workflow_export.add": "took in",
    "workflow_export.remove": "removed",
    "workflow_export.refuse": "was refused a workflow file",
    "workflow_export.download": "downloaded the {noun}",
    "proposal.accept": "accepted",
    "proposal.decline": "declined",
    "proposal.reopen": "opened again",
}


def waiting_count(access: Access, client: Client) -> Count | None:
    """Count what waits for a decision; nothing is shown for none."""
    count = capped(Proposal.objects.for_client(client).open())
    return count if count.n else None


def owed(access: Access, today: dt.date) -> list[Entry]:
    """List the clients whose proposals wait, and the workflows to export again within a week. Four queries."""
    if not access.may_anywhere(Permission.IMPORT):
        return []
    now = timezone.now()
    waiting = queries.waiting_by_client()
    leads = lead_by_client([each.client.pk for each in waiting], now)
    entries = [_proposals(each, leads.get(each.client.pk)) for each in waiting]
    for export in queries.stale_exports(queries.fresh_until(now, ahead=WEEK))[: queries.MOST]:
        entries.append(
            Entry(
                "Workflow export",
                f"Export {export.name} again",
                export.get_absolute_url(),
                due_on=export.due_on,
                client_name=export.client.name,
                client_url=export.client.get_absolute_url(),
                meta=f"version {export.version}",
                owner=export.workflow.owner if export.workflow else None,
                action_label="Read it in",
                action_url=reverse("export_list", kwargs={"client_slug": export.client.slug}),
            )
        )
    return entries


def owed_count(access: Access, today: dt.date) -> tuple[int, int]:
    """Count what `owed` lists, and how much of it is late. Two queries."""
    if not access.may_anywhere(Permission.IMPORT):
        return 0, 0
    now = timezone.now()
    waiting = [queries.decide_by(since) for _, since in queries.waiting_since().values()]
    stale, late = queries.stale_count(queries.fresh_until(now, ahead=WEEK), queries.fresh_until(now))
    return len(waiting) + stale, late + sum(1 for day in waiting if day < today)


def _proposals(waiting: queries.Waiting, lead: User | None) -> Entry:
    client = waiting.client
    number = "1 proposal" if waiting.n == 1 else f"{waiting.n} proposals"
    url = reverse("proposal_list", kwargs={"client_slug": client.slug})
    return Entry(
        "Workflow export",
        f"Decide on {number}",
        url,
        due_on=waiting.due_on,
        client_name=client.name,
        client_url=client.get_absolute_url(),
        owner=lead,
        action_label="Decide",
        action_url=url,
    )


def register_words() -> None:
    """Say in the trail's words what happens to exports and proposals; what only the code reads is left out."""
    hidden = ("identity", "current", "confirmed_at", "sha256", "content", "facts", "taken_at", "external_id")
    presenters.register(
        table=WorkflowExport._meta.db_table,
        noun="export",
        title="name",
        columns={
            **dict.fromkeys(hidden),
            "uploaded_by_id": None,
            "file_name": "file",
            "secrets_refused": "secrets refused",
            "workflow_id": ("workflow", presenters.Named(presenters.names_in(Workflow))),
        },
        links=presenters.links_of(WorkflowExport),
    )
    kept = {"name": "entry", "reason": "reason"}
    columns = [str(field.column) for field in Proposal._meta.concrete_fields]
    presenters.register(
        table=Proposal._meta.db_table,
        noun="proposal",
        title="name",
        columns={column: kept.get(column) for column in columns},
    )
    for name, phrase in PHRASES.items():
        presenters.register_action(name, phrase)
