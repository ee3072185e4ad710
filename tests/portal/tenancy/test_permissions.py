"""The table of rights, row by row, and how a membership and an assignment add up."""

from __future__ import annotations

import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from portal.tenancy.permissions import CLIENT_ROLES, RIGHTS, Access, Permission, Role

P = Permission
READ = {P.VIEW_CLIENT, P.READ_DOCUMENTS, P.VIEW_ACTIVITY, P.EXPORT}
STAFF = READ | {P.VIEW_INTERNAL, P.EXPORT_ACTIVITY}
WORK = STAFF | {P.EDIT_REGISTERS, P.EDIT_CONTACTS, P.IMPORT, P.MAKE_PACK}


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        (Role.CLIENT_VIEWER, READ),
        (Role.CLIENT_APPROVER, READ | {P.APPROVE, P.EDIT_CONTACTS, P.MAKE_PACK}),
        (
            Role.CLIENT_ADMIN,
            READ | {P.APPROVE, P.EDIT_CONTACTS, P.MAKE_PACK, P.EXPORT_ACTIVITY, P.MANAGE_CLIENT_PEOPLE},
        ),
        (Role.AUDITOR, STAFF),
        (Role.CONSULTANT, WORK),
        (Role.LEAD, WORK | {P.MANAGE_CLIENT_PEOPLE}),
        (
            Role.OWNER,
            WORK | {P.MANAGE_CLIENT_PEOPLE, P.MANAGE_PEOPLE, P.MANAGE_CLIENTS, P.MANAGE_PRACTICE},
        ),
    ],
)
def test_a_role_holds_these_rights_and_no_others(role: Role, rights: set[Permission]) -> None:
    assert RIGHTS[role] == rights


def test_no_clients_role_sees_internal_entries_or_changes_registers() -> None:
    for role in CLIENT_ROLES:
        assert not RIGHTS[role] & {
            P.VIEW_INTERNAL,
            P.EDIT_REGISTERS,
            P.IMPORT,
            P.MANAGE_PEOPLE,
            P.MANAGE_CLIENTS,
        }


def test_an_auditor_writes_nothing() -> None:
    writing = {
        P.EDIT_REGISTERS,
        P.EDIT_CONTACTS,
        P.IMPORT,
        P.MAKE_PACK,
        P.APPROVE,
        P.MANAGE_CLIENT_PEOPLE,
        P.MANAGE_PEOPLE,
    }
    assert not RIGHTS[Role.AUDITOR] & writing


def access(member: Role | None, **roles: Role) -> tuple[Access, dict[str, Any]]:
    practice: Any = SimpleNamespace(pk=uuid.uuid4())
    clients: dict[str, Any] = {
        name: SimpleNamespace(pk=uuid.uuid4(), practice_id=practice.pk) for name in ("one", "two")
    }
    held = {clients[name].pk: role for name, role in roles.items()}
    return Access(SimpleNamespace(), practice, member, held), clients


def test_a_consultants_rights_end_at_the_assignment() -> None:
    person, clients = access(Role.CONSULTANT, one=Role.CONSULTANT)
    assert person.may(P.EDIT_REGISTERS, clients["one"])
    assert not person.may(P.VIEW_CLIENT, clients["two"])
    assert not person.may(P.EDIT_REGISTERS)
    assert person.may_anywhere(P.EDIT_REGISTERS)
    assert not person.may_anywhere(P.MANAGE_CLIENT_PEOPLE)


def test_an_owner_may_everywhere() -> None:
    person, clients = access(Role.OWNER)
    assert all(person.may(permission, clients["two"]) for permission in RIGHTS[Role.OWNER])
    assert not person.may(P.APPROVE, clients["one"])  # the client's written word is the client's


def test_a_client_of_another_practice_gives_no_right() -> None:
    person, clients = access(Role.CONSULTANT, one=Role.LEAD)
    clients["one"].practice_id = uuid.uuid4()
    assert not person.may(P.VIEW_CLIENT, clients["one"])


def test_without_a_practice_there_is_no_right() -> None:
    nobody = Access(SimpleNamespace())
    assert not any(nobody.may(permission) for permission in Permission)
    assert not nobody.is_client_person
    assert not nobody.is_of_practice
