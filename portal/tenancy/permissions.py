"""Roles and rights on one screen. What a person may do is read here and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.tenancy.models import Client, Practice


class Role(StrEnum):
    """A person's part. The first four are people of the practice, the rest people of a client."""

    OWNER = "owner"
    LEAD = "lead"
    CONSULTANT = "consultant"
    AUDITOR = "auditor"
    CLIENT_ADMIN = "client_admin"
    CLIENT_APPROVER = "client_approver"
    CLIENT_VIEWER = "client_viewer"

    @property
    def label(self) -> str:
        return self.value.replace("_", " ").capitalize()


class Permission(StrEnum):
    """Something that a view lets a person do."""

    VIEW_CLIENT = "view the client"
    VIEW_INTERNAL = "see internal entries"
    READ_DOCUMENTS = "read documents"
    VIEW_ACTIVITY = "see the activity"
    EXPORT = "export registers"
    EXPORT_ACTIVITY = "export the activity"
    EDIT_REGISTERS = "change the registers"
    IMPORT = "import workflow exports and tables"
    MAKE_PACK = "make a procurement pack"
    APPROVE = "approve changes"
    EDIT_CONTACTS = "change and verify contacts"
    MANAGE_CLIENT_PEOPLE = "invite and remove the client's people"
    MANAGE_PEOPLE = "invite and remove people"
    MANAGE_CLIENTS = "add and end clients"
    MANAGE_PRACTICE = "change the practice's settings"


P = Permission
READING = frozenset({P.VIEW_CLIENT, P.READ_DOCUMENTS, P.VIEW_ACTIVITY, P.EXPORT})
AUDITING = READING | {P.VIEW_INTERNAL, P.EXPORT_ACTIVITY}
CONSULTING = AUDITING | {P.EDIT_REGISTERS, P.EDIT_CONTACTS, P.IMPORT, P.MAKE_PACK}
LEADING = CONSULTING | {P.MANAGE_CLIENT_PEOPLE}
OWNING = LEADING | {P.MANAGE_PEOPLE, P.MANAGE_CLIENTS, P.MANAGE_PRACTICE}

RIGHTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: OWNING,
    Role.LEAD: LEADING,
    Role.CONSULTANT: CONSULTING,
    Role.AUDITOR: AUDITING,
    Role.CLIENT_ADMIN: READING
    | {P.APPROVE, P.EDIT_CONTACTS, P.EXPORT_ACTIVITY, P.MAKE_PACK, P.MANAGE_CLIENT_PEOPLE},
    Role.CLIENT_APPROVER: READING | {P.APPROVE, P.EDIT_CONTACTS, P.MAKE_PACK},
    Role.CLIENT_VIEWER: READING,
}
CLIENT_ROLES = frozenset({Role.CLIENT_ADMIN, Role.CLIENT_APPROVER, Role.CLIENT_VIEWER})
# Rights that a member holds over the whole practice. A consultant's rights come with each assignment.
MEMBER_RIGHTS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: OWNING,
    Role.AUDITOR: AUDITING,
    Role.CONSULTANT: frozenset(),
}


@dataclass(frozen=True)
class Access:
    """What one signed-in person may do now, in one practice. Without a practice: nothing."""

    user: User | Any
    practice: Practice | None = None
    member_role: Role | None = None
    roles: dict[UUID, Role] = field(default_factory=dict)

    @property
    def is_of_practice(self) -> bool:
        return self.member_role is not None

    @property
    def is_client_person(self) -> bool:
        return self.practice is not None and self.member_role is None and bool(self.roles)

    @property
    def sees_every_client(self) -> bool:
        return self.member_role in (Role.OWNER, Role.AUDITOR)

    @property
    def client_ids(self) -> frozenset[UUID] | None:
        """The clients in reach; None means every client of the practice."""
        return None if self.sees_every_client else frozenset(self.roles)

    def may(self, permission: Permission, client: Client | None = None) -> bool:
        """Tell whether the person holds `permission`, for `client` or else for the practice as a whole."""
        if self.practice is None:
            return False
        rights = MEMBER_RIGHTS[self.member_role] if self.member_role else frozenset()
        if client is not None and client.practice_id == self.practice.pk and client.pk in self.roles:
            rights |= RIGHTS[self.roles[client.pk]]
        return permission in rights

    def may_anywhere(self, permission: Permission) -> bool:
        """Tell whether the person holds `permission` for the practice or for any client in reach."""
        return self.may(permission) or any(permission in RIGHTS[role] for role in self.roles.values())
