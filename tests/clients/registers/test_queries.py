"""What is due, what nobody owns, how much there is."""

from datetime import date, timedelta

import pytest

from clients.registers import actions
from clients.registers.queries import counts, due_within, overdue, related, roster, without_owner
from portal.tenancy.scope import enter
from tests.conftest import everything_of, scope_of

TODAY = date(2026, 11, 19)


def day(n):
    return TODAY + timedelta(days=n)


@pytest.fixture
def rows(make, client_a1, client_a2, client_b1, alice, dan):
    make("credentials", client_a1, "late", renewal_on=day(-2), owner=alice)
    make("credentials", client_a1, "by interval", rotated_on=day(-80), rotation_interval_days=90)
    make("integrations", client_a1, "review", renewal_on=day(90))
    make("sub-processors", client_a2, "Mailer", dpa_review_on=day(3))
    make("credentials", client_a1, "far", renewal_on=day(91))
    gone = make("credentials", client_a1, "gone", renewal_on=day(1))
    with enter(everything_of(client_a1.practice_id), switch=True):
        actions.revoke(gone, by=alice, why="Leaked")
    make("credentials", client_b1, "theirs", by=dan, renewal_on=day(1))


def test_due_within_lists_over_all_registers_oldest_first(rows, in_a, client_a1):
    found = [(due.title, due.due_on) for due in due_within(None, 90, TODAY)]
    assert found == [("late", day(-2)), ("Mailer", day(3)), ("by interval", day(10)), ("review", day(90))]
    assert [due.title for due in due_within(client_a1, 10, TODAY)] == ["late", "by interval"]
    assert [due.title for due in overdue(None, TODAY)] == ["late"]


def test_nobody_sees_more_than_their_clients(rows, bob, client_a1):
    with enter(scope_of(bob), switch=True):
        assert "Mailer" not in [due.title for due in due_within(None, 90, TODAY)]
        assert {row.client_id for row in without_owner(None)} == {client_a1.pk}


def test_rows_without_owner_and_counts_leave_out_what_is_gone(rows, in_a, client_a1):
    assert [row.name for row in without_owner(client_a1)] == ["by interval", "far", "review"]
    assert counts(client_a1) == {"workflows": 0, "integrations": 1, "credentials": 3, "sub-processors": 0}


def test_a_roster_knows_owners_by_address_and_everybodys_name(in_a, client_a1, alice, bob, carol, now):
    people = roster(client_a1, now)
    assert {person.name for person in people.owners} == {alice.name, bob.name, carol.name}
    assert people.by_email(" BOB@northlight.test ") == bob
    assert people.by_email("dan@southgate.test") is None
    assert {person.name for person in people.names} == {alice.name, bob.name, carol.name}


def test_a_workflow_leads_to_what_hangs_on_it(make, in_a, client_a1):
    workflow = make("workflows", client_a1, "Invoices")
    integration = make("integrations", client_a1, "Xero", workflow=workflow)
    credential = make("credentials", client_a1, "key", integration=integration)
    assert related(workflow) == [("Integrations", [integration]), ("Credentials", [credential])]
    assert related(integration) == [("Workflow", [workflow]), ("Credentials", [credential])]
    assert related(credential) == [("Integration", [integration])]
