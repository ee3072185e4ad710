"""Erases who is behind the tokens of one person. The chains stay as they are, and still hold."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, transaction

from portal.audit.actions import record
from portal.lib.refused import Refused
from portal.tenancy.system import as_operator

MAY_FORGET = "SELECT has_table_privilege('audit_identity', 'DELETE')"
FORGET = "DELETE FROM audit_identity WHERE lower(value) = ANY (%s)"
PRACTICES = """
SELECT practice_id FROM tenancy_member WHERE user_id = %(user)s
UNION SELECT practice_id FROM tenancy_assignment WHERE user_id = %(user)s
"""


def forget(email: str, *, why: str) -> int:
    """Delete the identities of the person with this address; gives how many tokens have lost their name.

    Only the owner's role may. Every practice that the person ever worked for or with gets an event that it was done,
    with the reason, without the name. Raises Refused without a reason, for an unknown address, and for another role.
    """
    if not why.strip():
        raise Refused("Say why with --why: the reason stays in the trail.")
    address = email.strip().lower()
    user = get_user_model()._default_manager.filter(email__iexact=address).first()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MAY_FORGET)
        if not cursor.fetchone()[0]:
            raise Refused(
                "Only the owner's database role may forget a person: run this command as the operator."
            )
        cursor.execute(FORGET, [[address, str(user.pk)] if user else [address]])
        forgotten = int(cursor.rowcount)
        if not forgotten and user is None:
            raise Refused(f"The trail knows nobody by the address {email}.")
        for practice_id in _practices_of(user.pk) if user else []:
            with as_operator(practice_id, why):
                record("person.forget", details={"tokens": forgotten})
    return forgotten


def _practices_of(user_id: UUID) -> list[UUID]:
    """List the practices that the person had a part in; the policies hide them from the owner's own role."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_system")
        cursor.execute(PRACTICES, {"user": user_id})
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute("RESET ROLE")
    return found
