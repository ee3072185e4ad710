"""What the room shows in the frame: the count beside Proposals, and its entries on Today."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils import timezone

from clients.workflows import queries
from clients.workflows.models import Proposal
from portal.shell.navigation import Count, capped
from portal.shell.today import WEEK, Entry
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission


def waiting_count(access: Access, client: Client) -> Count | None:
    """Count what waits for a decision; nothing is shown for none."""
    count = capped(Proposal.objects.for_client(client).open())
    return count if count.n else None


def owed(access: Access, today: dt.date) -> list[Entry]:
    """List the clients whose proposals wait, and the workflows to export again within a week. Three queries."""
    if not access.may_anywhere(Permission.IMPORT):
        return []
    now = timezone.now()
    entries = [_proposals(each) for each in queries.waiting_by_client()]
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


def _proposals(waiting: queries.Waiting) -> Entry:
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
        action_label="Decide",
        action_url=url,
    )
