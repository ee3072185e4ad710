"""A workflow whose export was read once owes the next within 90 days; every change of exports keeps that up to date."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clients.registers.actions import add_record, edit_record, retire_record, unretire_record
from clients.registers.models import Workflow
from clients.workflows import deadlines
from clients.workflows.actions import accept_all, remove_export, take_in
from clients.workflows.models import WorkflowExport
from portal.accounts.models import User
from portal.deadlines.comparison import compare_client
from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Deadline
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.clients.workflows.exports import HOOK, HUBSPOT, file_of, n8n
from tests.conftest import scope_of

pytestmark = pytest.mark.usefixtures("in_a")
AGO = timedelta(days=100)


def read(client: Client, by: User | None, at: datetime | None = None, **definition: Any) -> WorkflowExport:
    [outcome] = take_in(client, [file_of(n8n(HOOK, **definition))], by=by, at=at)
    export = outcome.taken[0].export
    assert export is not None
    return export


def day(at: datetime) -> date:
    return timezone.localdate(at) + timedelta(days=90)


def of(workflow: Workflow) -> list[Deadline]:
    rows = Deadline.objects.filter(kind="workflow.export", subject_id=str(workflow.pk))
    return list(rows.select_related("client", "owner").order_by("id"))


@pytest.fixture
def workflow(client_a1: Client, alice: User) -> Iterator[Workflow]:
    """A workflow that came with its export a hundred days ago."""
    export = read(client_a1, alice, timezone.now() - AGO)
    accept_all(export, by=alice)
    found: Workflow = Workflow.objects.select_related("client", "owner").get()
    edit_record(found, {"owner": alice}, by=alice)
    yield Workflow.objects.select_related("client", "owner").get()


def test_a_workflow_without_an_export_owes_nothing(client_a1: Client, alice: User) -> None:
    add_record("workflows", client_a1, {"name": "By hand", "platform": "code", "owner": alice}, by=alice)
    assert not Deadline.objects.exists()
    assert deadlines.owed_by(client_a1) == []


def test_an_export_that_belongs_to_no_workflow_yet_owes_nothing(client_a1: Client, alice: User) -> None:
    read(client_a1, alice)
    assert not Deadline.objects.exists()


def test_accepting_its_workflow_opens_it_ninety_days_after_the_export(
    workflow: Workflow, alice: User
) -> None:
    (deadline,) = of(workflow)
    assert deadline.due_on == day(timezone.now() - AGO)
    assert (deadline.title, deadline.owner) == (f"Export {workflow.name} again", alice)
    assert deadline.is_late(timezone.now())


@pytest.mark.parametrize("change", [{}, {"name": "Renamed on its platform"}])
def test_a_new_export_meets_it_and_opens_the_next(
    workflow: Workflow, client_a1: Client, alice: User, change: dict[str, Any]
) -> None:
    read(client_a1, alice, **change)
    met, follows = of(workflow)
    assert (met.outcome, met.ended_why, met.ended_by_id) == ("met", "an export was read in", alice.pk)
    assert met.late_at is not None
    assert (follows.due_on, follows.late_at) == (day(timezone.now()), None)


def test_an_older_file_that_comes_in_late_meets_nothing(
    workflow: Workflow, client_a1: Client, alice: User
) -> None:
    read(client_a1, alice, timezone.now() - 2 * AGO)
    assert [each.is_open for each in of(workflow)] == [True]


def test_removing_the_newest_version_brings_the_older_day_back(
    workflow: Workflow, client_a1: Client, alice: User
) -> None:
    [outcome] = take_in(client_a1, [file_of(n8n(HOOK, HUBSPOT))], by=alice)
    newest = outcome.taken[0].export
    assert newest is not None and newest.version == 2
    remove_export(newest, by=alice, why="Another client's file")
    assert of(workflow)[-1].due_on == day(timezone.now() - AGO)


def test_removing_the_only_version_cancels_it(workflow: Workflow, alice: User) -> None:
    remove_export(
        WorkflowExport.objects.select_related("client").get(), by=alice, why="Another client's file"
    )
    (deadline,) = of(workflow)
    assert deadline.outcome == "cancelled"


def test_it_follows_the_workflow_out_of_use_and_back(workflow: Workflow, alice: User) -> None:
    retired = retire_record(workflow, by=alice, why="Switched off")
    assert [each.outcome for each in of(workflow)] == ["cancelled"]
    unretire_record(retired, by=alice)
    assert [each.is_open for each in of(workflow)] == [False, True]


def test_the_nightly_comparison_agrees(workflow: Workflow, client_a1: Client) -> None:
    [owed] = deadlines.owed_by(client_a1)
    (deadline,) = of(workflow)
    assert (owed.title, owed.due.on, owed.owner, owed.note) == (
        deadline.title,
        deadline.due_on,
        deadline.owner,
        deadline.note,
    )


def test_the_comparison_of_all_sources_leaves_it_as_it_is(workflow: Workflow, client_a1: Client) -> None:
    add_record("workflows", client_a1, {"name": "Unowned", "platform": "code"}, by=workflow.owner)

    def rows() -> list[Any]:
        found = Deadline.objects.filter(kind__in=["workflow.export", "record.owner"]).order_by("pk")
        return list(found.values("pk", "title", "due_at", "ended_at", "owner_id"))

    before = rows()
    assert len(before) == 3  # one of them was met when the owner was named
    compare_client(client_a1, timezone.now())
    assert rows() == before


def test_the_comparison_asks_as_often_for_three_as_for_one(client_a1: Client, alice: User) -> None:
    counts = []
    for number in range(3):
        accept_all(read(client_a1, alice, id=f"w{number}", name=f"Workflow {number}"), by=alice)
        with CaptureQueriesContext(connection) as queries:
            assert len(deadlines.owed_by(client_a1)) == number + 1
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_the_button_is_for_whoever_may_read_exports_in(
    workflow: Workflow, alice: User, carol: User, now: datetime
) -> None:
    (deadline,) = of(workflow)
    kind = kind_of("workflow.export")

    def step(user: User) -> Any:
        with enter(scope_of(user), switch=True):
            return kind.next_step(deadline, access_of(user, timezone.now()))

    assert step(alice).url == "/c/alder/exports/"
    assert step(carol) is None
    assert kind.address(deadline) == f"/c/alder/workflows/{workflow.pk}/"
