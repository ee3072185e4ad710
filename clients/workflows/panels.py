"""What the room shows in the frame: the counts beside Proposals, and the words of the trail."""

from __future__ import annotations

from clients.registers.models import Workflow
from clients.workflows.models import Proposal, WorkflowExport
from portal.audit import presenters
from portal.shell.navigation import Count, capped
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access

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


def waiting_anywhere(access: Access) -> Count | None:
    """Count what waits for a decision over the clients in reach; nothing is shown for none."""
    count = capped(Proposal.objects.open())
    return count if count.n else None


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
