"""Facts are read in few queries, for one client alone, and the same for everybody who may look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.posture import sources
from clients.posture.actions import take_snapshot
from clients.posture.queries import facts_for, history, posture_of
from clients.posture.rules.finding import Result
from clients.posture.rules.registry import VERSION
from portal.accounts.models import User
from portal.audit.actions import action, record
from portal.tenancy.models import Client, Member, Practice
from portal.tenancy.scope import enter, narrowed
from tests.clients.engagements import made as engagements
from tests.clients.posture.records import (
    add_company,
    add_credential,
    add_export,
    add_integration,
    add_workflow,
    day,
)
from tests.conftest import scope_of

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


def fill(client: Client, by: User, number: int) -> None:
    for i in range(number):
        flow = add_workflow(client, by, f"flow {i}")
        link = add_integration(client, by, f"link {i}", workflow=flow)
        add_credential(client, by, f"key {i}", integration=link, backup_owner=None)
        add_company(client, by, f"company {i}")
        add_export(client, flow)


def queries_for(client: Client) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        posture_of(client, now())
    return len(seen)


def test_thirty_records_cost_as_many_queries_as_one(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "_readers", [])
    fill(client_a1, alice, 1)
    fill(client_a2, alice, 30)
    assert queries_for(client_a1) == queries_for(client_a2) == 13


def test_facts_are_those_of_the_records(in_a: object, client_a1: Client, alice: User) -> None:
    flow = add_workflow(client_a1, alice)
    link = add_integration(client_a1, alice, workflow=flow, scopes_granted=["full access"])
    key = add_credential(client_a1, alice, integration=link)
    add_export(client_a1, flow, secrets_refused=2)
    known = facts_for(client_a1, now())
    assert known.workflows[0].pk == flow.pk
    assert known.integrations[0].broad_scopes == {"full access"}
    assert known.integrations[0].platform.name == "Xero"
    assert known.integrations[0].platform.oauth == "yes"
    assert known.credentials[0].integration_pk == link.pk
    assert known.credentials[0].has_reference
    assert known.credentials[0].owner is not None
    assert known.credentials[0].owner.active
    assert known.credentials[0].pk == key.pk
    assert (known.exports[0].webhooks, known.exports[0].ai, known.exports[0].secrets) == (1, 0, 2)


def test_the_trail_counts_events_that_name_nobody(in_a: object, client_a1: Client, alice: User) -> None:
    before = facts_for(client_a1, now()).trail
    add_credential(client_a1, alice)
    with narrowed(reason="put right by the operator"):
        Client.objects.filter(pk=client_a1.pk).update(sector="Retail")
    named = facts_for(client_a1, now()).trail
    Client.objects.filter(pk=client_a1.pk).update(sector="Law")
    nameless = facts_for(client_a1, now()).trail
    assert (named.events - before.events, named.nameless - before.nameless) == (2, 0)
    assert (nameless.events - named.events, nameless.nameless - named.nameless) == (1, 1)
    assert nameless.exported_on is None


def test_the_reference_in_the_vault_is_not_read(in_a: object, client_a1: Client, alice: User) -> None:
    add_credential(client_a1, alice, storage_ref="op://Private place/item/key")
    with CaptureQueriesContext(connection) as seen:
        known = facts_for(client_a1, now())
    assert "Private place" not in repr(known)
    assert not any('SELECT "registers_credential"."storage_ref"' in each["sql"] for each in seen)


def test_an_owner_whose_membership_ended_no_longer_works_here(
    in_a: object, client_a1: Client, bob: User, alice: User
) -> None:
    add_credential(client_a1, alice, owner=bob)
    before = posture_of(client_a1, now()).of("SEC-07")
    Member.objects.filter(user=bob).update(until_at=now() - timedelta(minutes=1))
    after = posture_of(client_a1, now()).of("SEC-07")
    assert before is not None
    assert after is not None
    assert (before.result, after.result) == (Result.PASS, Result.FAIL)
    assert "who no longer works here" in after.finding.failing[0].note


def test_internal_rows_count_for_nobody(in_a: object, client_a1: Client, alice: User, carol: User) -> None:
    add_credential(client_a1, alice)
    add_credential(client_a1, alice, "Secret plan", owner=None, internal=True)
    instant = now()
    ours = posture_of(client_a1, instant)
    with enter(scope_of(carol), switch=True):
        theirs = posture_of(client_a1, instant)
    assert "Secret plan" not in repr(ours)
    assert ours.of("SEC-07").result is Result.PASS  # type: ignore[union-attr]
    assert [each.result for each in ours.standings] == [each.result for each in theirs.standings]
    assert ours.areas == theirs.areas


def test_another_clients_failing_records_do_not_show(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    add_credential(client_a1, alice)
    add_credential(client_a2, alice, "Birch key", owner=None)
    with narrowed(clients=frozenset({client_a1.pk})):
        found = posture_of(client_a1, now())
    assert found.of("SEC-07").result is Result.PASS  # type: ignore[union-attr]
    assert "Birch key" not in repr(found)


def test_a_trail_passes_once_it_was_exported(in_a: object, practice_a: Practice, alice: User) -> None:
    with action("client.add", by=alice):
        client = Client.objects.create(practice=practice_a, name="Elm & Co", slug="elm")
    add_credential(client, alice)
    assert posture_of(client, now()).of("LOG-02").result is Result.UNKNOWN  # type: ignore[union-attr]
    record("activity.export", client=client, by=alice)
    assert posture_of(client, now()).of("LOG-02").result is Result.PASS  # type: ignore[union-attr]


def test_history_ends_with_today_as_it_is_now(in_a: object, client_a1: Client, alice: User) -> None:
    take_snapshot(client_a1, now() - timedelta(days=3))
    take_snapshot(client_a1, now())
    add_credential(client_a1, alice, renewal_on=day(200))
    found = posture_of(client_a1, now())
    points = history(client_a1, found)
    assert [point.on for point in points] == [found.today - timedelta(days=3), found.today]
    assert points[-1].passes == found.tally.passes > points[0].passes
    assert points[-1].results["SEC-07"] == "pass"
    assert {point.rules for point in points} == {VERSION}
    assert "ACC-04" not in points[-1].results


def test_what_was_agreed_with_the_client_is_among_the_facts(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    engagements.agree(client_a1, alice, "growth", log_retention_days=None, sev3_target="")
    engagements.add(client_a1, alice, "Ann Ashworth", verified_on=day(-3))
    engagements.review(client_a1, alice, carol=("change", "Viewer is enough"))
    known = facts_for(client_a1, now())
    assert known.support is not None
    assert (known.support.tier, known.support.without_target) == ("growth", ("SEV3",))
    assert known.support.log_retention_days is None
    assert [each.name for each in known.contacts] == ["Primary contact of the client"]
    assert known.contacts[0].verified_on == day(-3)
    assert known.access_review is not None
    assert (known.access_review.finished_on, known.access_review.owed) == (day(0), 1)
    with enter(scope_of(carol), switch=True):
        theirs = facts_for(client_a1, now())
    assert (theirs.support, theirs.contacts, theirs.access_review) == (
        known.support,
        known.contacts,
        known.access_review,
    )
