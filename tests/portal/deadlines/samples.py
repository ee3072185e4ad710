"""One row of everything of deadlines for each client, and the arguments with which their addresses are tried."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.accounts.models import User
from portal.deadlines.models import Absence
from portal.tenancy.models import Client
from tests.portal.deadlines.making import make_deadline

Named = Iterator[tuple[str, dict[str, Any]]]
KIND = "credential.renewal"


class DeadlineRows:
    """A deadline that the client's people may see, an internal one and a clock."""

    def __init__(self, client: Client, owner: User) -> None:
        self.deadline = make_deadline(client, f"zz-{client.slug} licence", 2, owner=owner, internal=False)
        self.internal = make_deadline(client, f"zz-internal-{client.slug}", -2)
        self.clock = make_deadline(
            client, f"zz-{client.slug} report", at=datetime.now(UTC) + timedelta(hours=9), owner=owner
        )


def of_deadlines(rows: DeadlineRows) -> Named:
    """Every address of one client's deadlines."""
    for name in ("deadline_list", "deadline_export", "client_reminder_list"):
        yield name, {}
    for name in ("deadline_show", "deadline_snooze", "deadline_wake", "deadline_reassign"):
        yield name, {"pk": rows.deadline.pk}
    for name in ("client_reminder_edit", "client_reminder_reset"):
        yield name, {"kind": KIND}


def of_no_client() -> Named:
    """Every address of deadlines that belongs to no client."""
    for name in ("deadline_reassign_several", "absence_list", "absence_add", "reminder_policy_list"):
        yield name, {}
    for name in ("reminder_policy_edit", "reminder_policy_reset"):
        yield name, {"kind": KIND}


def absence_of(user: User, practice_id: Any) -> Absence:
    """An absence that holds today."""
    today = datetime.now(UTC).date()
    return Absence.objects.create(
        practice_id=practice_id,
        user=user,
        from_on=today - timedelta(days=1),
        until_on=today + timedelta(days=5),
    )
