"""`action` and `record`: who may write what, and that nothing is filed outside the scope."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import ProgrammingError

from portal.accounts.models import User
from portal.audit.actions import NotTheActorError, action, record
from portal.audit.models import AuditEvent, AuditLink
from portal.audit.names import names_of
from portal.lib.fields import SecretRefused
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import NO_ONE, Scope, ScopeError, current, enter
from portal.tenancy.system import SYSTEM_ALIAS
from tests.conftest import scope_of
from tests.portal.audit.conftest import faults, payloads

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "system"])


class TestAction:
    def test_the_inner_verb_holds_inside_and_the_outer_one_again_after_it(
        self, add: Callable[..., Any], alice: User, client_a1: Client
    ) -> None:
        with enter(scope_of(alice), switch=True):
            with action("outer.do", by=alice, why="the reason"):
                add(client_a1)
                with action("inner.do", by=alice):
                    add(client_a1)
                add(client_a1)
            told = [(event["action"], event["why"]) for event in payloads(client_a1)[-3:]]
        assert told == [("outer.do", "the reason"), ("inner.do", "the reason"), ("outer.do", "the reason")]

    def test_nobody_acts_in_another_ones_name(self, alice: User, bob: User) -> None:
        for wrong in (bob, None):
            with (
                enter(scope_of(alice), switch=True),
                pytest.raises(NotTheActorError),
                action("a.b", by=wrong),
            ):
                pass

    def test_work_without_a_person_may_name_one(
        self, add: Callable[..., Any], alice: User, client_a1: Client, in_a: Scope
    ) -> None:
        with action("probe.add", by=alice):
            add(client_a1)
        with action("probe.add", by=None):
            add(client_a1)
        actors = (
            AuditEvent.objects.filter(object="audit_probe").order_by("pk").values_list("actor", flat=True)
        )
        assert actors[1] is None
        assert names_of([actors[0]]) == {actors[0]: "Alice Archer"}
        assert current().person is None

    def test_an_action_for_a_client_reaches_no_other(
        self, add: Callable[..., Any], alice: User, client_a1: Client, client_a2: Client
    ) -> None:
        with (
            enter(scope_of(alice), switch=True),
            pytest.raises(ProgrammingError),
            action("probe.add", by=alice, client=client_a1),
        ):
            add(client_a2)

    def test_a_failed_action_leaves_neither_row_nor_event(
        self, probe: Any, add: Callable[..., Any], alice: User, client_a1: Client
    ) -> None:
        with enter(scope_of(alice), switch=True):
            with pytest.raises(RuntimeError), action("probe.add", by=alice):
                add(client_a1)
                raise RuntimeError
            assert not probe.objects.exists()
            assert not AuditEvent.objects.filter(object="audit_probe").exists()

    def test_no_secret_gets_into_a_reason(self, alice: User, client_a1: Client) -> None:
        secret = "password: " + "Tr0ub4dor" + "&3-horse"
        with enter(scope_of(alice), switch=True):
            with pytest.raises(SecretRefused), action("a.b", by=alice, why=secret):
                pass
            with pytest.raises(SecretRefused):
                record("a.b", client=client_a1, details={"note": secret})


class TestRecord:
    def test_an_event_without_a_row_is_filed_with_the_client(self, alice: User, client_a1: Client) -> None:
        with enter(scope_of(alice), switch=True):
            record(
                "register.export",
                client=client_a1,
                object="register",
                object_id="credentials",
                why="for the auditor",
                details={"rows": 12},
                private={"to": "auditor@elsewhere.test"},
            )
            event = payloads(client_a1)[-1]
            told = {key: event[key] for key in ("action", "op", "object", "id", "why")}
            assert told == {
                "action": "register.export",
                "op": "event",
                "object": "register",
                "id": "credentials",
                "why": "for the auditor",
            }
            assert event["changes"]["rows"] == 12
            assert set(event["changes"]["to"]) == {"token"}
            assert faults(client_a1) == []

    def test_a_client_out_of_scope_is_refused(self, bob: User, client_a2: Client, client_b1: Client) -> None:
        with enter(scope_of(bob), switch=True):
            with pytest.raises(ProgrammingError, match="outside the scope"):
                record("a.b", client=client_a2)
            with pytest.raises(ScopeError):
                record("a.b", client=client_b1)
            with pytest.raises(ScopeError):
                record("a.b", practice_id=client_b1.practice_id)

    def test_an_owner_cannot_write_into_the_chain_of_another_practices_client(
        self, alice: User, client_b1: Client
    ) -> None:
        stranger = Client(pk=client_b1.pk, practice_id=scope_of(alice).practice)
        with (
            enter(scope_of(alice), switch=True),
            pytest.raises(ProgrammingError, match="belongs to another practice"),
        ):
            record("a.b", client=stranger)
        with enter(Scope(practice=client_b1.practice_id, clients=None, internal=True), switch=True):
            assert len(payloads(client_b1)) == 1
            assert faults(client_b1) == []

    def test_a_door_before_any_scope_can_file_with_a_practice(
        self, practice_a: Practice, alice: User
    ) -> None:
        record("sign_in.pass", practice_id=practice_a.pk, by=alice)
        with enter(scope_of(alice), switch=True):
            event = AuditEvent.objects.get(action="sign_in.pass")
        assert (event.practice_id, event.client_id) == (practice_a.pk, None)
        assert names_of([event.actor]) == {event.actor: "Alice Archer"}

    def test_an_event_of_no_practice_is_for_the_operator_alone(self, alice: User) -> None:
        record("sign_in.refuse", private={"address": "nobody@nowhere.test"})
        for scope in (Scope(), scope_of(alice)):
            with enter(scope, switch=True):
                assert not AuditEvent.objects.filter(action="sign_in.refuse").exists()
        event = AuditEvent.objects.using(SYSTEM_ALIAS).get(action="sign_in.refuse")
        assert (event.practice_id, event.chain) == (None, NO_ONE)
        assert AuditLink.objects.using(SYSTEM_ALIAS).get(event=event).chain == NO_ONE
        assert "nowhere" not in str(event.payload)

    def test_an_internal_event_is_kept_from_the_clients_people(
        self, alice: User, carol: User, client_a1: Client
    ) -> None:
        with enter(scope_of(alice), switch=True):
            record("note.write", client=client_a1, internal=True)
        with enter(scope_of(carol), switch=True):
            assert not AuditEvent.objects.filter(action="note.write").exists()
