"""Taking exports in and deciding on what they propose, on the real database with its policies and its trail."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from clients.registers.actions import add_record, edit_record, retire_record
from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from clients.workflows.actions import (
    accept,
    accept_all,
    decline,
    look_at,
    remove_export,
    reopen,
    take_in,
)
from clients.workflows.models import Proposal, WorkflowExport
from clients.workflows.queries import newest_by_workflow, versions_of
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.clients.workflows.exports import AI, BROKEN, HOOK, HUBSPOT, LEAK, SECRET, SLACK, File, file_of, n8n
from tests.conftest import everything_of, scope_of

CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "workflows"
FULL = n8n(HOOK, HUBSPOT, AI, LEAK)


@pytest.fixture
def as_bob(bob: User, client_a1: Client) -> Iterator[User]:
    """Bob at work for client A1."""
    with enter(scope_of(bob), switch=True):
        yield bob


def taken(client: Client, by: User | None, *values: Any) -> list[WorkflowExport]:
    """Take in one file a value; each must be read."""
    outcomes = take_in(client, [file_of(value) for value in values], by=by)
    assert [outcome.error for outcome in outcomes] == [""] * len(values)
    return [each.export for outcome in outcomes for each in outcome.taken if each.export]


def proposal(register: str, kind: str = "new", name: str = "") -> Proposal:
    rows = Proposal.objects.open().filter(register=register, kind=kind)
    return (rows.filter(name=name) if name else rows).earliest("id")


def events(action: str) -> list[dict[str, Any]]:
    """What the trail says of an action, without the deadlines that follow from it."""
    found = AuditEvent.objects.filter(action=action).exclude(object="deadlines_deadline")
    return [event.payload for event in found.order_by("id")]


# Taking in -------------------------------------------------------------------------------------------------------


def test_a_file_becomes_a_version_with_its_proposals(as_bob: User, client_a1: Client) -> None:
    [export] = taken(client_a1, as_bob, FULL)
    assert (export.version, export.name, export.platform, export.nodes) == (1, "Lead router", "n8n", 4)
    assert (export.uploaded_by, export.current, export.file_name) == (as_bob, True, "lead-router.json")
    assert export.proposals.count() == 6
    assert Workflow.objects.count() == 0


def test_the_same_file_again_is_no_new_version_and_no_new_proposal(as_bob: User, client_a1: Client) -> None:
    [first] = taken(client_a1, as_bob, FULL)
    later = timezone.now() + timedelta(days=3)
    [outcome] = take_in(client_a1, [file_of(FULL)], by=as_bob, at=later)
    assert outcome.taken[0].plan.is_unchanged
    assert WorkflowExport.objects.get().confirmed_at == later
    assert WorkflowExport.objects.get().taken_at == first.taken_at
    assert Proposal.objects.count() == 6


def test_the_order_of_keys_is_no_change(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    [outcome] = take_in(client_a1, [file_of(dict(reversed(FULL.items())))], by=as_bob)
    assert outcome.taken[0].plan.is_unchanged


def test_a_changed_file_is_the_next_version_and_settles_what_was_open(
    as_bob: User, client_a1: Client
) -> None:
    taken(client_a1, as_bob, FULL)
    [second] = taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    assert second.version == 2
    assert [each.current for each in versions_of(second)] == [True, False]
    assert {each.export_id for each in Proposal.objects.open()} == {second.pk}
    assert Proposal.objects.filter(state="replaced").count() == 6


def test_a_renamed_workflow_with_an_id_is_the_same_one(as_bob: User, client_a1: Client) -> None:
    first, second = taken(client_a1, as_bob, n8n(HOOK), n8n(HOOK, name="Lead router, new"))
    assert (first.identity, first.version, second.identity, second.version) == (
        "id:wf0Lead7",
        1,
        "id:wf0Lead7",
        2,
    )


def test_without_an_id_the_name_tells_which_workflow_it_is(as_bob: User, client_a1: Client) -> None:
    first, second, third = taken(
        client_a1, as_bob, n8n(HOOK, id=""), n8n(HOOK, HUBSPOT, id="wf9"), n8n(HOOK, id="", name="Other")
    )
    assert first.identity == second.identity == "name:Lead router"
    assert (second.version, third.version) == (2, 1)


def test_two_workflows_of_one_name_in_a_file_are_two_and_stay_two(as_bob: User, client_a1: Client) -> None:
    pair = [n8n(HOOK, id=""), n8n(HUBSPOT, id="")]
    exports = taken(client_a1, as_bob, pair)
    assert [each.version for each in exports] == [1, 1]
    again = taken(client_a1, as_bob, pair)
    assert [each.pk for each in again] == [each.pk for each in exports]


def test_a_broken_file_gives_its_sentence_and_the_rest_goes_on(as_bob: User, client_a1: Client) -> None:
    files = [file_of(FULL), File("half.json", BROKEN), file_of(n8n(HOOK, id="w2", name="Second"))]
    first, broken, second = take_in(client_a1, files, by=as_bob)
    assert (first.ok, broken.ok, second.ok) == (True, False, True)
    assert "cut off" in broken.error
    assert WorkflowExport.objects.count() == 2
    [event] = events("workflow_export.refuse")
    assert "cut off" in event["changes"]["reason"]


def test_a_file_with_one_bad_workflow_is_not_half_saved(as_bob: User, client_a1: Client) -> None:
    [outcome] = take_in(client_a1, [file_of([FULL, {"not": "a workflow"}])], by=as_bob)
    assert not outcome.ok
    assert (WorkflowExport.objects.count(), Proposal.objects.count()) == (0, 0)


def test_a_file_that_is_too_large_is_not_even_read(as_bob: User, client_a1: Client) -> None:
    class Large(File):
        def read(self, *args: Any) -> bytes:
            raise AssertionError("it was read")

    large = Large("large.json", b"{}")
    large.size = 10 * 1024 * 1024 + 1
    [outcome] = take_in(client_a1, [large], by=as_bob)
    assert "10 MB" in outcome.error


def test_looking_at_a_file_writes_nothing(as_bob: User, client_a1: Client) -> None:
    before = AuditEvent.objects.count()
    [outcome, broken] = look_at(client_a1, [file_of(FULL), File("half.json", BROKEN)])
    assert [each.kind for each in outcome.taken[0].plan.proposals] == ["new"] * 6
    assert outcome.taken[0].export is None
    assert not broken.ok
    assert (WorkflowExport.objects.count(), Proposal.objects.count()) == (0, 0)
    assert AuditEvent.objects.count() == before


def test_a_secret_in_a_file_is_nowhere_in_the_database(
    as_bob: User, client_a1: Client, practice_a: Any
) -> None:
    name = {**LEAK, "name": f"Call with {SECRET}"}
    [export] = taken(client_a1, as_bob, n8n(HOOK, LEAK, name, name=f"Router {SECRET}"))
    accept_all(export, by=as_bob)
    with enter(everything_of(practice_a), switch=True), connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        looked = 0
        for table in tables:
            cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [f'"{table}"'])
            if not cursor.fetchone()[0]:
                continue
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE strpos(t::text, %s) > 0', [SECRET[:24]])
            assert cursor.fetchone()[0] == 0, table
            looked += 1
    assert looked > 10


def test_refused_secrets_are_on_record_by_kind_and_place(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    [event] = events("secret.refused")
    assert event["changes"]["kind"] == "Anthropic key"
    assert event["changes"]["where"].startswith("nodes[Call model]")
    assert set(event["changes"]) == {"kind", "where"}


def test_a_new_version_is_in_the_trail_without_its_definition(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    added = [
        event for event in events("workflow_export.add") if event["object"] == "workflows_workflowexport"
    ]
    assert len(added) == 1
    assert not {"content", "facts"} & set(added[0]["changes"])
    assert added[0]["changes"]["sha256"]


def test_the_operator_may_take_in_without_a_person(client_a1: Client, practice_a: Any) -> None:
    with enter(everything_of(practice_a), switch=True):
        [export] = taken(client_a1, None, FULL)
        assert export.uploaded_by is None


def test_proposals_are_internal_and_no_client_person_sees_them(
    as_bob: User, carol: User, client_a1: Client
) -> None:
    taken(client_a1, as_bob, FULL)
    with enter(scope_of(carol), switch=True):
        assert WorkflowExport.objects.count() == 1
        assert Proposal.objects.count() == 0


@pytest.mark.parametrize("name", ["dan"])
def test_another_practice_sees_nothing_of_an_export(
    as_bob: User, client_a1: Client, request: pytest.FixtureRequest, name: str
) -> None:
    taken(client_a1, as_bob, FULL)
    with enter(scope_of(request.getfixturevalue(name)), switch=True):
        assert WorkflowExport.objects.count() == 0


# Deciding --------------------------------------------------------------------------------------------------------


def test_accepting_all_writes_the_registers_with_their_links(as_bob: User, client_a1: Client) -> None:
    [export] = taken(client_a1, as_bob, FULL)
    done = accept_all(export, by=as_bob)
    assert (len(done.accepted), done.refused) == (6, [])
    key = Credential.objects.select_related("integration__workflow").get(name="HubSpot – sales")
    assert key.integration.platform == "hubspot"
    assert key.integration.workflow.name == "Lead router"
    assert (key.kind, key.storage, key.owner, key.renewal_on) == ("oauth_token", "platform_store", None, None)
    company = SubProcessor.objects.get()
    assert (company.name, company.uses_ai, company.training_prohibited) == ("Anthropic", "yes", "unknown")
    assert newest_by_workflow(client_a1) == {Workflow.objects.get().pk: WorkflowExport.objects.get()}


def test_accepting_is_in_the_trail_with_who_and_why(as_bob: User, client_a1: Client) -> None:
    [export] = taken(client_a1, as_bob, FULL)
    accept_all(export, by=as_bob)
    assert len(events("proposal.accept")) == 7  # six proposals, and the export finds its workflow
    [event] = events("workflow.add")
    assert event["why"] == "From version 1 of the workflow's export."


def test_a_child_brings_its_parents_along(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    accept(proposal("credentials", name="HubSpot – sales"), by=as_bob)
    assert (Workflow.objects.count(), Integration.objects.count(), Credential.objects.count()) == (1, 1, 1)
    states = dict(Proposal.objects.values_list("key", "state"))
    assert states["workflow"] == states["integration:hubspot"] == "accepted"


def test_a_child_of_a_declined_parent_stands_alone(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    decline(proposal("integrations", name="HubSpot – Lead router"), by=as_bob)
    key = accept(proposal("credentials", name="HubSpot – sales"), by=as_bob)
    assert isinstance(key, Credential)
    assert key.integration is None


def test_owner_and_renewal_date_are_written_along(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    day = timezone.localdate() + timedelta(days=60)
    changes = {"owner": as_bob, "renewal_on": day}
    key = accept(proposal("credentials", name="HubSpot – sales"), by=as_bob, changes=changes)
    assert isinstance(key, Credential)
    assert (key.owner, key.renewal_on, key.next_due_on) == (as_bob, day, day)


def test_a_proposal_is_accepted_once(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, FULL)
    workflow = proposal("workflows")
    accept(workflow, by=as_bob)
    with pytest.raises(Refused, match="accepted already, by Bob Baker"):
        accept(workflow, by=as_bob)
    assert Workflow.objects.count() == 1


def test_a_refused_value_leaves_the_proposal_open(as_bob: User, client_a1: Client, dan: User) -> None:
    taken(client_a1, as_bob, FULL)
    workflow = proposal("workflows")
    with pytest.raises(Refused, match="somebody who works for"):
        accept(workflow, by=as_bob, changes={"owner": dan})
    assert Proposal.objects.get(pk=workflow.pk).is_open
    assert Workflow.objects.count() == 0


def test_one_refusal_does_not_hold_up_the_others(as_bob: User, client_a1: Client, dan: User) -> None:
    [export] = taken(client_a1, as_bob, FULL)
    wrong = proposal("sub-processors")
    done = accept_all(export, by=as_bob, changes_of={wrong.pk: {"owner": dan}})
    assert len(done.accepted) == 5
    assert [each.pk for each, _ in done.refused] == [wrong.pk]


def test_existing_entries_are_matched_and_changed(as_bob: User, client_a1: Client) -> None:
    flow = add_record(
        "workflows", client_a1, {"name": "lead ROUTER", "platform": "n8n", "status": "paused"}, by=as_bob
    )
    key = add_record(
        "credentials",
        client_a1,
        {"name": "hubspot – SALES", "platform": "hubspot", "owner": as_bob},
        by=as_bob,
    )
    [export] = taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    assert export.workflow == flow
    said = {(each.register, each.kind): each for each in Proposal.objects.all()}
    assert set(said) == {("workflows", "changed"), ("integrations", "new"), ("credentials", "changed")}
    assert said["workflows", "changed"].before == {"status": "paused", "external_id": ""}
    accept_all(export, by=as_bob)
    key.refresh_from_db()
    assert isinstance(key, Credential)
    assert (key.kind, key.external_id, key.owner) == ("oauth_token", "c2", as_bob)
    assert key.integration is not None
    assert Credential.objects.count() == 1


def test_an_entry_that_changed_meanwhile_is_not_overwritten(as_bob: User, client_a1: Client) -> None:
    flow = add_record(
        "workflows", client_a1, {"name": "Lead router", "platform": "n8n", "status": "paused"}, by=as_bob
    )
    taken(client_a1, as_bob, n8n(HOOK))
    edit_record(flow, {"status": "building"}, by=as_bob)
    with pytest.raises(Refused, match="changed meanwhile"):
        accept(proposal("workflows", "changed"), by=as_bob)
    assert Workflow.objects.get().status == "building"


def test_other_fields_may_change_meanwhile(as_bob: User, client_a1: Client) -> None:
    flow = add_record(
        "workflows", client_a1, {"name": "Lead router", "platform": "n8n", "status": "paused"}, by=as_bob
    )
    taken(client_a1, as_bob, n8n(HOOK))
    edit_record(flow, {"owner": as_bob}, by=as_bob)
    accept(proposal("workflows", "changed"), by=as_bob)
    assert (Workflow.objects.get().status, Workflow.objects.get().owner) == ("active", as_bob)


def test_what_is_gone_is_retired(as_bob: User, client_a1: Client) -> None:
    [first] = taken(client_a1, as_bob, n8n(HOOK, HUBSPOT, SLACK))
    accept_all(first, by=as_bob)
    [second] = taken(client_a1, as_bob, n8n(HOOK, SLACK))
    assert set(second.proposals.values_list("register", "kind", "name")) == {
        ("credentials", "gone", "HubSpot – sales"),
        ("integrations", "gone", "HubSpot – Lead router"),
    }
    assert accept_all(second, by=as_bob).refused == []
    assert not Credential.objects.get(name="HubSpot – sales").is_live
    assert "No longer in it" in Integration.objects.get(platform="hubspot").retired_reason
    assert Integration.objects.get(platform="slack").is_live


def test_an_entry_that_was_retired_by_hand_can_be_accepted_as_gone(as_bob: User, client_a1: Client) -> None:
    [first] = taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    accept_all(first, by=as_bob)
    taken(client_a1, as_bob, n8n(HOOK))
    retire_record(Credential.objects.get(), by=as_bob, why="Not needed")
    accept(proposal("credentials", "gone"), by=as_bob)
    assert Credential.objects.get().retired_reason == "Not needed"


def test_what_two_workflows_share_is_written_once(as_bob: User, client_a1: Client) -> None:
    one, two = taken(client_a1, as_bob, n8n(HOOK, HUBSPOT, AI), n8n(HUBSPOT, AI, id="w2", name="Second"))
    accept_all(one, by=as_bob)
    shared = Proposal.objects.filter(export=two, register__in=["credentials", "sub-processors"])
    assert {each.state for each in shared} == {"replaced"}
    done = accept_all(two, by=as_bob)
    assert done.refused == []
    assert (Workflow.objects.count(), Credential.objects.count(), SubProcessor.objects.count()) == (2, 2, 1)


def test_an_entry_added_by_hand_meanwhile_is_joined_not_doubled(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    add_record("credentials", client_a1, {"name": "HubSpot – Sales", "platform": "hubspot"}, by=as_bob)
    key = accept(proposal("credentials"), by=as_bob, changes={"owner": as_bob})
    assert isinstance(key, Credential)
    assert (Credential.objects.count(), key.name, key.owner) == (1, "HubSpot – Sales", as_bob)


def test_a_name_taken_by_something_else_meanwhile_gets_a_mark(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    add_record("credentials", client_a1, {"name": "HubSpot – sales", "platform": "xero"}, by=as_bob)
    key = accept(proposal("credentials"), by=as_bob)
    assert key.name == "HubSpot – sales (c2)"


def test_declined_stays_declined_in_the_next_version_until_it_says_something_else(
    as_bob: User, client_a1: Client
) -> None:
    taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    row = decline(proposal("credentials"), by=as_bob, why="A test account")
    assert (row.state, row.decided_by, row.reason) == ("declined", as_bob, "A test account")
    assert Credential.objects.count() == 0
    taken(client_a1, as_bob, n8n(HUBSPOT))
    assert not Proposal.objects.open().filter(register="credentials").exists()
    renamed = {**HUBSPOT, "credentials": {"hubspotOAuth2Api": {"id": "c2", "name": "HubSpot – all"}}}
    taken(client_a1, as_bob, n8n(renamed))
    assert proposal("credentials").name == "HubSpot – all"


def test_declining_can_be_taken_back_while_the_version_is_the_newest(as_bob: User, client_a1: Client) -> None:
    taken(client_a1, as_bob, n8n(HOOK, HUBSPOT))
    row = decline(proposal("credentials"), by=as_bob)
    with pytest.raises(Refused, match="declined already"):
        decline(row, by=as_bob)
    assert reopen(row, by=as_bob).is_open
    with pytest.raises(Refused, match="was not declined"):
        reopen(row, by=as_bob)
    decline(row, by=as_bob)
    taken(client_a1, as_bob, n8n(HUBSPOT))
    with pytest.raises(Refused, match="newer version"):
        reopen(row, by=as_bob)


def test_no_secret_gets_into_a_reason(as_bob: User, client_a1: Client) -> None:
    [export] = taken(client_a1, as_bob, n8n(HOOK))
    with pytest.raises(Refused, match="looks like a secret"):
        decline(proposal("workflows"), by=as_bob, why=SECRET)
    with pytest.raises(Refused, match="looks like a secret"):
        remove_export(export, by=as_bob, why=SECRET)


def test_a_removed_version_is_gone_with_its_proposals_and_the_one_before_is_current(
    as_bob: User, client_a1: Client
) -> None:
    first, second = taken(client_a1, as_bob, n8n(HOOK), n8n(HOOK, HUBSPOT))
    with pytest.raises(Refused, match="why"):
        remove_export(second, by=as_bob, why=" ")
    left = remove_export(second, by=as_bob, why="A file of another client")
    assert left == first
    assert WorkflowExport.objects.get().current
    assert not Proposal.objects.filter(export_id=second.pk).exists()
    assert events("workflow_export.remove")[0]["why"] == "A file of another client"
    [third] = taken(client_a1, as_bob, n8n(HOOK, SLACK))
    assert third.version == 2
    assert remove_export(first, by=as_bob, why="Old") == third


@pytest.mark.corpus
@pytest.mark.skipif(
    not CORPUS.is_dir() and not os.environ.get("CI"), reason="the corpus is not beside this checkout"
)
def test_every_real_export_is_taken_in_and_accepted(as_bob: User, client_a1: Client) -> None:
    paths = sorted(path for path in CORPUS.rglob("*.json") if path.name != "blueprint-push-automation.json")
    assert paths, "in CI the corpus must be there"
    outcomes = take_in(client_a1, [File(path.name, path.read_bytes()) for path in paths], by=as_bob)
    assert [outcome.error for outcome in outcomes] == [""] * len(paths)
    for export in WorkflowExport.objects.order_by("id"):
        assert accept_all(export, by=as_bob).refused == []
    assert not Proposal.objects.open().exists()
    assert Workflow.objects.count() == len(paths)
    again = take_in(client_a1, [File(path.name, path.read_bytes()) for path in paths], by=as_bob)
    assert all(each.plan.is_unchanged for outcome in again for each in outcome.taken)
