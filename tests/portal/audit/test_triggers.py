"""What the database records by itself, and that the role that serves can do nothing else to the trail."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from portal.accounts.models import User
from portal.audit.actions import action
from portal.audit.models import AuditEvent, AuditHead, AuditLink
from portal.tenancy.models import Client
from portal.tenancy.scope import NO_ONE, Scope, enter, narrowed
from tests.conftest import everything_of, scope_of
from tests.portal.audit.conftest import faults, payloads

pytestmark = pytest.mark.django_db(transaction=True)

REFUSED = [
    "UPDATE audit_event SET payload = '{}'",
    "UPDATE audit_event SET at = now()",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "INSERT INTO audit_event (at, payload) VALUES (now(), '{}')",
    "UPDATE audit_link SET seq = 0",
    "DELETE FROM audit_link",
    "INSERT INTO audit_link VALUES (1, NULL, NULL, gen_random_uuid(), 1, '', '', '')",
    "UPDATE audit_head SET seq = 0",
    "DELETE FROM audit_head",
    "INSERT INTO audit_anchor (chain, seq, hash, at, public_key, signature)"
    " VALUES (gen_random_uuid(), 1, '', now(), '', '')",
    "DELETE FROM audit_anchor",
    "SELECT * FROM audit_identity",
    "DELETE FROM audit_identity",
    "INSERT INTO audit_identity (value) VALUES ('x')",
    "ALTER TABLE tenancy_client DISABLE TRIGGER audit",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_seal",
    "DROP TRIGGER audit ON tenancy_client",
    "SET session_replication_role = replica",
    "SELECT audit_token('x')",
    "SELECT audit_private('\"x\"')",
    "SELECT audit_shown('{}', '{}', '{}')",
    "SELECT audit_write(NULL, NULL, false, 'a', 'event', '', '', '', '{}')",
    "SET ROLE portal_audit",
    "SELECT setval('audit_event_id_seq', 1)",
    "CREATE OR REPLACE FUNCTION audit_seal() RETURNS trigger LANGUAGE sql AS 'SELECT NULL'",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_serving_role_cannot(statement: str, client_a1: Client, in_a: Scope) -> None:
    before = list(AuditEvent.objects.values_list("pk", "payload"))
    assert before
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(AuditEvent.objects.values_list("pk", "payload")) == before
    assert faults(client_a1) == []


class TestRecording:
    def test_an_insert_tells_who_what_why_and_by_which_request(
        self, add: Callable[..., Any], alice: User, client_a1: Client
    ) -> None:
        with (
            enter(scope_of(alice), switch=True),
            narrowed(request="r-1"),
            action("probe.add", by=alice, why="Asked for by phone"),
        ):
            row = add(client_a1, name="hubspot-api")
            event = payloads(client_a1)[-1]
        told = {
            key: event[key] for key in ("action", "op", "object", "id", "label", "why", "request", "internal")
        }
        assert told == {
            "action": "probe.add",
            "op": "insert",
            "object": "audit_probe",
            "id": str(row.pk),
            "label": "hubspot-api",
            "why": "Asked for by phone",
            "request": "r-1",
            "internal": False,
        }
        assert event["actor"] is not None
        assert str(alice.pk) not in str(event)
        assert event["changes"] == {"name": "hubspot-api", "status": "open"}

    def test_an_update_tells_only_what_changed_before_and_after(
        self, add: Callable[..., Any], client_a1: Client, in_a: Scope
    ) -> None:
        row = add(client_a1)
        row.status, row.renewal_on = "closed", "2027-02-15"
        row.save()
        assert payloads(client_a1)[-1]["changes"] == {
            "status": ["open", "closed"],
            "renewal_on": [None, "2027-02-15"],
        }

    def test_an_update_of_nothing_is_no_event(
        self, add: Callable[..., Any], client_a1: Client, in_a: Scope
    ) -> None:
        row = add(client_a1)
        before = len(payloads(client_a1))
        row.save()
        assert len(payloads(client_a1)) == before

    def test_bulk_writes_and_deletes_are_recorded_row_by_row(
        self, probe: Any, client_a1: Client, in_a: Scope
    ) -> None:
        rows = [probe(practice_id=in_a.practice, client_id=client_a1.pk, name=f"row {n}") for n in range(3)]
        probe.objects.bulk_create(rows)
        probe.objects.filter(client_id=client_a1.pk).update(status="closed")
        probe.objects.filter(name="row 1").delete()
        ops = [(event["op"], event["label"]) for event in payloads(client_a1)[1:]]
        assert ops == [
            *(("insert", f"row {n}") for n in range(3)),
            *(("update", f"row {n}") for n in range(3)),
            ("delete", "row 1"),
        ]

    def test_raw_sql_is_recorded_too(self, add: Callable[..., Any], client_a1: Client, in_a: Scope) -> None:
        add(client_a1)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audit_probe SET status = 'gone'")
        assert payloads(client_a1)[-1]["changes"] == {"status": ["open", "gone"]}

    def test_hidden_columns_never_enter_and_their_change_shows_without_the_value(
        self, add: Callable[..., Any], client_a1: Client, in_a: Scope
    ) -> None:
        row = add(client_a1, note="first-hidden-text", sealed="seed-one", bytes=b"\x01\x02")
        assert set(payloads(client_a1)[-1]["changes"]) == {"name", "status"}
        row.note, row.sealed = "second-hidden-text", "seed-two"
        row.save(update_fields=["note", "sealed"])
        row.delete()
        events = payloads(client_a1)
        assert events[-2]["changes"] == {"note": "[hidden]", "sealed": "[hidden]"}
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(payload::text, ' ') FROM audit_event")
            everything = cursor.fetchone()[0]
        assert "hidden-text" not in everything
        assert "seed-" not in everything
        assert "e1:" not in everything

    def test_people_and_addresses_stand_as_tokens(
        self, add: Callable[..., Any], alice: User, bob: User, client_a1: Client, in_a: Scope
    ) -> None:
        row = add(client_a1, owner=None, email="someone@alder.test")
        row.owner_id, row.email = alice.pk, "other@alder.test"
        row.save()
        row.owner_id = bob.pk
        row.save()
        added, changed, again = payloads(client_a1)[-3:]
        assert set(added["changes"]["email"]) == {"token"}
        assert changed["changes"]["email"][0] == added["changes"]["email"]
        assert changed["changes"]["owner_id"][0] is None
        assert again["changes"]["owner_id"][0] == changed["changes"]["owner_id"][1]
        assert str(alice.pk) not in str(payloads(client_a1))
        assert "@alder.test" not in str(payloads(client_a1))

    def test_a_row_that_moves_to_another_client_leaves_one_chain_and_enters_the_other(
        self, add: Callable[..., Any], client_a1: Client, client_a2: Client, in_a: Scope
    ) -> None:
        row = add(client_a1, name="from here")
        row.client_id, row.name = client_a2.pk, "to there"
        row.save()
        assert (payloads(client_a1)[-1]["op"], payloads(client_a1)[-1]["label"]) == ("delete", "from here")
        assert (payloads(client_a2)[-1]["op"], payloads(client_a2)[-1]["label"]) == ("insert", "to there")
        assert "from here" not in str(payloads(client_a2))

    def test_a_huge_value_is_kept_as_its_digest(
        self, add: Callable[..., Any], client_a1: Client, in_a: Scope
    ) -> None:
        add(client_a1, name="big", status="x" * 50_000)
        assert set(payloads(client_a1)[-1]["changes"]["status"]) == {"length", "sha256"}

    def test_a_rollback_leaves_nothing(self, add: Callable[..., Any], client_a1: Client, in_a: Scope) -> None:
        before = AuditEvent.objects.count(), AuditLink.objects.count()
        with pytest.raises(RuntimeError), transaction.atomic():
            add(client_a1)
            raise RuntimeError
        with transaction.atomic():
            with pytest.raises(RuntimeError), transaction.atomic():
                add(client_a1)
                raise RuntimeError
            add(client_a1)
        assert (AuditEvent.objects.count(), AuditLink.objects.count()) == (before[0] + 1, before[1] + 1)
        assert faults(client_a1) == []


def updates_of_heads() -> int:
    """How often rows of audit_head have been written anew so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'audit_head'")
        return int(cursor.fetchone()[0])


class TestSealing:
    def test_the_chain_is_sealed_at_commit_and_not_before(
        self, add: Callable[..., Any], client_a1: Client, in_a: Scope
    ) -> None:
        with transaction.atomic():
            row = add(client_a1)
            event = AuditEvent.objects.get(object="audit_probe", object_id=str(row.pk))
            assert not AuditLink.objects.filter(event=event).exists()
        assert AuditLink.objects.get(event=event).chain == client_a1.pk
        assert faults(client_a1) == []

    def test_events_of_a_practice_have_the_practices_own_chain(self, alice: User, in_a: Scope) -> None:
        chains = set(AuditHead.objects.values_list("chain", "practice_id", "client_id"))
        assert (in_a.practice, in_a.practice, None) in chains

    def test_what_is_written_after_an_early_seal_is_sealed_too(
        self, add: Callable[..., Any], client_a1: Client, in_a: Scope
    ) -> None:
        with transaction.atomic():
            add(client_a1)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            add(client_a1)
        assert faults(client_a1) == []

    def test_a_bulk_change_writes_each_head_once(
        self, probe: Any, client_a1: Client, client_a2: Client, in_a: Scope
    ) -> None:
        rows = [
            probe(practice_id=in_a.practice, client_id=client.pk, name=f"row {n}")
            for n in range(150)
            for client in (client_a1, client_a2)
        ]
        before = updates_of_heads()
        with transaction.atomic():
            probe.objects.bulk_create(rows)
        assert updates_of_heads() - before == 2
        assert len(payloads(client_a1)) == len(payloads(client_a2)) == 151
        assert faults(client_a1) == faults(client_a2) == []

    def test_two_writers_on_two_clients_in_opposite_order_do_not_lock_each_other_out(
        self, probe: Any, client_a1: Client, client_a2: Client
    ) -> None:
        errors: list[Exception] = []
        start = threading.Barrier(2)

        def write(clients: list[Client]) -> None:
            try:
                start.wait()
                for _ in range(40):
                    with enter(everything_of(client_a1.practice_id), switch=True), transaction.atomic():
                        for client in clients:
                            probe.objects.create(practice_id=client.practice_id, client_id=client.pk)
            except Exception as error:
                errors.append(error)
            finally:
                connections.close_all()

        orders = [[client_a1, client_a2], [client_a2, client_a1]]
        threads = [threading.Thread(target=write, args=(order,)) for order in orders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        with enter(everything_of(client_a1.practice_id), switch=True):
            assert len(payloads(client_a1)) == len(payloads(client_a2)) == 81
            assert faults(client_a1) == faults(client_a2) == []


class TestReading:
    def test_a_clients_person_sees_no_event_of_an_internal_row(
        self, add: Callable[..., Any], alice: User, bob: User, carol: User, client_a1: Client
    ) -> None:
        with enter(scope_of(alice), switch=True):
            open_row, hidden_row = add(client_a1, name="open"), add(client_a1, name="kept", internal=True)
            open_row.internal = True
            open_row.save()
            hidden_row.internal = False
            hidden_row.save()
            hidden_row.status = "shown now"
            hidden_row.save()
        with enter(scope_of(bob), switch=True):
            assert len([event for event in payloads(client_a1) if event["object"] == "audit_probe"]) == 5
        with enter(scope_of(carol), switch=True):
            seen = [event for event in payloads(client_a1) if event["object"] == "audit_probe"]
            assert [(event["op"], event["label"]) for event in seen] == [
                ("insert", "open"),
                ("update", "kept"),
            ]
            assert seen[1]["changes"] == {"status": ["open", "shown now"]}

    def test_nobody_sees_another_clients_or_practices_events(
        self, bob: User, carol: User, dan: User, client_a2: Client
    ) -> None:
        for person in (bob, carol, dan):
            with enter(scope_of(person), switch=True) as scope:
                assert set(AuditEvent.objects.values_list("practice_id", flat=True)) == {scope.practice}
                assert payloads(client_a2) == []
                assert not AuditLink.objects.filter(chain=client_a2.pk).exists()
                assert not AuditHead.objects.filter(chain=client_a2.pk).exists()
        with enter(everything_of(client_a2.practice_id), switch=True):
            assert len(payloads(client_a2)) == 1

    def test_the_practices_own_events_are_not_for_a_clients_people(
        self, alice: User, carol: User, client_a1: Client
    ) -> None:
        with enter(scope_of(carol), switch=True):
            assert set(AuditEvent.objects.values_list("client_id", flat=True)) == {client_a1.pk}
        with enter(scope_of(alice), switch=True):
            assert None in set(AuditEvent.objects.values_list("client_id", flat=True))

    def test_without_a_scope_nothing_is_seen(self, alice: User, client_a1: Client) -> None:
        assert not AuditEvent.objects.exists()
        assert not AuditLink.objects.exists()
        assert not AuditHead.objects.filter(chain=NO_ONE).exists()
