"""Every write of the registers: what it does, what it refuses, and what the trail says of it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clients.registers import actions
from clients.registers.checks import InvalidRecord
from clients.registers.models import Credential, Workflow
from portal.audit.models import AuditEvent
from portal.lib.refused import Refused
from tests.clients.registers.conftest import BASICS, SLUGS

TODAY = date(2026, 11, 19)
SECRET = "sk_live_" + "51HabcdefghijKLMNOP4242xyz"


def last_event():
    """The latest event of a record; its deadlines follow it into the trail."""
    return AuditEvent.objects.exclude(object="deadlines_deadline").latest("id")


@pytest.mark.parametrize("register", SLUGS)
def test_adding_is_audited_with_who_and_why(register, in_a, client_a1, alice):
    row = actions.add_record(
        register, client_a1, {**BASICS[register], "name": " mail-sync "}, by=alice, why="From the workshop"
    )
    event = last_event()
    assert row.name == "mail-sync"
    assert event.action == f"{row.noun}.add"
    assert event.payload["why"] == "From the workshop"
    assert (event.client_id, event.object_id) == (client_a1.pk, str(row.pk))


@pytest.mark.parametrize("register", SLUGS)
def test_a_secret_is_refused_by_its_kind_and_kept_nowhere(register, in_a, client_a1, alice):
    with pytest.raises(InvalidRecord) as refused:
        actions.add_record(register, client_a1, {**BASICS[register], "name": SECRET}, by=alice)
    assert "name" in refused.value.secrets
    assert SECRET not in str(refused.value)
    assert not AuditEvent.objects.filter(payload__icontains=SECRET).exists()


def test_an_owner_must_work_for_the_client_now(in_a, client_a1, client_a2, alice, bob, dan):
    for stranger, client in ((bob, client_a2), (dan, client_a1)):
        with pytest.raises(InvalidRecord, match="works for"):
            actions.add_record(
                "workflows", client, {"name": "x", "platform": "n8n", "owner": stranger}, by=alice
            )


def test_an_owner_who_has_left_may_stay_but_not_come_back(make, in_a, client_a1, alice, bob):
    row = make("workflows", client_a1, owner=bob)
    from portal.tenancy.models import Assignment

    Assignment.objects.filter(user=bob).update(until_at=timezone.now())
    row = actions.edit_record(row, {"name": "renamed"}, by=alice)
    assert row.owner == bob
    actions.reassign(row, by=alice, owner=None, why="left")
    with pytest.raises(InvalidRecord, match="works for"):
        actions.reassign(row, by=alice, owner=bob, why="back")


def test_a_taken_name_is_refused_whatever_its_case(make, in_a, client_a1, alice):
    make("workflows", client_a1, "Invoices")
    with pytest.raises(InvalidRecord, match="already"):
        make("workflows", client_a1, "INVOICES")
    other = make("workflows", client_a1, "Orders")
    with pytest.raises(InvalidRecord, match="already"):
        actions.edit_record(other, {"name": "invoices"}, by=alice)


def test_a_link_to_another_clients_record_is_refused(make, in_a, client_a1, client_a2, alice):
    theirs = make("workflows", client_a2)
    with pytest.raises(InvalidRecord, match="Choose a workflow of Alder"):
        make("integrations", client_a1, workflow=theirs)


def test_a_service_account_named_for_a_person_is_refused(make, in_a, client_a1, alice):
    with pytest.raises(InvalidRecord) as refused:
        make("integrations", client_a1, service_account="alice.archer@northlight.test")
    assert "Alice Archer" in refused.value.problems["service_account"][0]


def test_a_value_for_a_reference_is_refused(make, in_a, client_a1):
    with pytest.raises(InvalidRecord) as refused:
        make("credentials", client_a1, storage="vault", storage_ref="Tr0ub4dor")
    assert "not the secret" in refused.value.problems["storage_ref"][0]


def test_editing_writes_only_what_differs(make, in_a, client_a1, alice):
    row = make("workflows", client_a1, description="Old words")
    before = AuditEvent.objects.count()
    actions.edit_record(row, {"description": "Old words ", "name": row.name}, by=alice)
    assert AuditEvent.objects.count() == before
    edited = actions.edit_record(row, {"description": "New words"}, by=alice)
    event = last_event()
    assert event.action == "workflow.edit"
    assert event.payload["changes"]["description"] == ["Old words", "New words"]
    assert edited.version == row.version + 1


def test_an_edit_of_an_old_version_is_refused_with_the_present_one(make, in_a, client_a1, alice):
    row = make("workflows", client_a1)
    actions.edit_record(row, {"description": "First"}, by=alice, version=row.version)
    with pytest.raises(actions.Changed) as refused:
        actions.edit_record(row, {"description": "Second"}, by=alice, version=row.version)
    assert refused.value.current.description == "First"
    assert Workflow.objects.get(pk=row.pk).description == "First"


@pytest.mark.parametrize("register", SLUGS)
def test_retiring_needs_a_reason_and_can_be_undone(register, make, in_a, client_a1, alice):
    row = make(register, client_a1)
    with pytest.raises(InvalidRecord, match="reason"):
        actions.retire_record(row, by=alice, why="  ")
    with pytest.raises(InvalidRecord, match="secret"):
        actions.retire_record(row, by=alice, why=f"replaced, old one was {SECRET}")
    row = actions.retire_record(row, by=alice, why="Replaced")
    assert not row.is_live
    assert (last_event().action, last_event().payload["why"]) == (f"{row.noun}.retire", "Replaced")
    with pytest.raises(Refused, match="already"):
        actions.retire_record(row, by=alice, why="Again")
    with pytest.raises(Refused, match="retired"):
        actions.edit_record(row, {"name": "other"}, by=alice)
    row = actions.unretire_record(row, by=alice)
    assert row.is_live
    assert last_event().action == f"{row.noun}.unretire"
    with pytest.raises(Refused, match="in use already"):
        actions.unretire_record(row, by=alice)


def test_what_is_still_used_cannot_retire(make, in_a, client_a1, alice):
    workflow = make("workflows", client_a1, "Invoices")
    integration = make("integrations", client_a1, "Xero link", workflow=workflow)
    credential = make("credentials", client_a1, "xero-key", integration=integration)
    with pytest.raises(Refused, match="Xero link"):
        actions.retire_record(workflow, by=alice, why="Gone")
    with pytest.raises(Refused, match="xero-key"):
        actions.retire_record(integration, by=alice, why="Gone")
    actions.revoke(credential, by=alice, why="Gone")
    actions.retire_record(integration, by=alice, why="Gone")
    actions.retire_record(workflow, by=alice, why="Gone")


def test_a_name_taken_meanwhile_keeps_a_row_retired(make, in_a, client_a1, alice):
    row = actions.retire_record(make("workflows", client_a1, "Invoices"), by=alice, why="Gone")
    make("workflows", client_a1, "Invoices")
    with pytest.raises(InvalidRecord, match="already"):
        actions.unretire_record(row, by=alice)


def test_a_rotation_works_out_the_next_date_and_takes_the_old_fingerprint_away(make, in_a, client_a1, alice):
    row = make(
        "credentials",
        client_a1,
        rotated_on=date(2026, 8, 1),
        rotation_interval_days=90,
        renewal_on=date(2026, 11, 17),
        fingerprint="sha256:0123456789abcdef",
    )
    row = actions.rotate(row, by=alice, rotated_on=TODAY, today=TODAY, why="Quarterly")
    assert (row.rotated_on, row.renewal_on, row.fingerprint) == (TODAY, None, "")
    assert row.next_due_on == TODAY + timedelta(days=90)
    assert (last_event().action, last_event().payload["why"]) == ("credential.rotate", "Quarterly")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"rotated_on": TODAY + timedelta(days=1)}, "rotated_on"),
        ({"rotated_on": date(2026, 7, 31)}, "rotated_on"),
        ({"rotated_on": TODAY, "renewal_on": TODAY}, "renewal_on"),
        ({"rotated_on": TODAY}, "renewal_on"),
        (
            {"rotated_on": TODAY, "renewal_on": date(2027, 1, 1), "fingerprint": "sha256:01234567"},
            "fingerprint",
        ),
        ({"rotated_on": TODAY, "renewal_on": date(2027, 1, 1), "fingerprint": "Tr0ub4dor"}, "fingerprint"),
    ],
)
def test_a_rotation_that_cannot_be_is_refused(values, field, make, in_a, client_a1, alice):
    row = make(
        "credentials",
        client_a1,
        rotated_on=date(2026, 8, 1),
        renewal_on=date(2026, 11, 17),
        fingerprint="sha256:01234567",
    )
    with pytest.raises(InvalidRecord) as refused:
        actions.rotate(row, by=alice, today=TODAY, **values)
    assert field in refused.value.problems
    assert Credential.objects.get(pk=row.pk).rotated_on == date(2026, 8, 1)


def test_handing_over_needs_a_reason_and_frees_the_backup(make, in_a, client_a1, alice, bob):
    row = make("credentials", client_a1, owner=alice, backup_owner=bob)
    with pytest.raises(InvalidRecord, match="reason"):
        actions.reassign(row, by=alice, owner=bob, why="")
    row = actions.reassign(row, by=alice, owner=bob, why="Holiday")
    assert (row.owner, row.backup_owner) == (bob, None)
    assert last_event().action == "credential.reassign"


def test_several_are_handed_over_all_or_none(make, in_a, client_a1, alice, bob):
    rows = [make("credentials", client_a1, f"key-{n}", owner=alice) for n in range(3)]
    actions.revoke(rows[2], by=alice, why="Leaked")
    with pytest.raises(Refused, match="revoked"):
        actions.hand_over(rows, by=alice, owner=bob, why="Holiday")
    assert Credential.objects.filter(owner=bob).count() == 0
    assert actions.hand_over(rows[:2], by=alice, owner=bob, why="Holiday") == 2
    with pytest.raises(Refused, match="at least one"):
        actions.hand_over([], by=alice, owner=bob, why="Holiday")


def test_revoking_is_for_good_and_says_why(make, in_a, client_a1, alice):
    row = make("credentials", client_a1, renewal_on=TODAY)
    with pytest.raises(InvalidRecord, match="reason"):
        actions.revoke(row, by=alice, why="")
    with pytest.raises(InvalidRecord, match="has passed"):
        actions.revoke(row, by=alice, why="Leaked", at=timezone.now() + timedelta(hours=1))
    row = actions.revoke(row, by=alice, why="Leaked")
    assert (row.is_live, row.due_on) == (False, None)
    assert (last_event().action, last_event().payload["why"]) == ("credential.revoke", "Leaked")
    with pytest.raises(Refused, match="already"):
        actions.revoke(row, by=alice, why="Again")
    for change in (
        lambda: actions.edit_record(row, {"name": "x"}, by=alice),
        lambda: actions.rotate(row, by=alice, rotated_on=TODAY, today=TODAY, renewal_on=date(2027, 1, 1)),
    ):
        with pytest.raises(Refused, match="revoked"):
            change()


def test_the_trail_never_holds_a_vault_reference(make, in_a, client_a1, alice):
    row = make("credentials", client_a1, storage="vault", storage_ref="op://Automation/Xero/api-key")
    actions.edit_record(row, {"storage_ref": "op://Automation/Xero/other"}, by=alice)
    for event in AuditEvent.objects.filter(object_id=str(row.pk)):
        assert "op://" not in str(event.payload)
    assert last_event().payload["changes"]["storage_ref"] == "[hidden]"
