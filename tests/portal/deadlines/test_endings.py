"""When the work for a client ends, everything that was open for it is cancelled, with that as the reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.deadlines.actions import keep
from portal.deadlines.models import Deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.tenancy.actions import end_client
from portal.tenancy.models import Client

pytestmark = pytest.mark.usefixtures("in_a")


def open_one(client: Client, name: str, days: int) -> None:
    now = timezone.now()
    subject = Subject("test.thing", name, name)
    due = Due(on=timezone.localdate() + timedelta(days=days))
    owed = Obligation(
        kind="test.review", subject=subject, title=name, due=due, started_at=now - timedelta(days=9)
    )
    keep(client, [owed], subjects=[subject], kinds=["test.review"], by=None, now=now)


def test_all_of_the_client_are_cancelled_and_late_ones_stay_late(
    client_a1: Client, client_a2: Client, alice: User
) -> None:
    open_one(client_a1, "late", -3)
    open_one(client_a1, "to come", 3)
    open_one(client_a2, "of another client", 3)
    end_client(by=alice, client=client_a1, ended_on=timezone.localdate(), why="The contract ran out")
    rows: dict[str, Any] = {row.title: row for row in Deadline.objects.all()}
    for title in ("late", "to come"):
        assert rows[title].outcome == "cancelled"
        assert rows[title].ended_why == "the work for Alder & Sons has ended: The contract ran out"
        assert rows[title].ended_by_id == alice.pk
        assert rows[title].next_step_at is None
    assert rows["late"].late_at is not None and rows["to come"].late_at is None
    assert rows["of another client"].is_open


def test_the_trail_names_the_end_of_the_client_as_the_cause(client_a1: Client, alice: User) -> None:
    open_one(client_a1, "to come", 3)
    end_client(by=alice, client=client_a1, ended_on=timezone.localdate())
    event = AuditEvent.objects.filter(object="deadlines_deadline", payload__op="update").latest("id")
    assert (event.action, event.actor is not None) == ("client.end", True)
    assert Deadline.objects.get().ended_why == "the work for Alder & Sons has ended"
