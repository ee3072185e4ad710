"""The database roles: who owns, who serves, who lists. roles.sql makes them; here they get grants and are checked."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from portal.tenancy.operations import APP, SYSTEM

CONFINED = """
SELECT rolsuper OR rolbypassrls,
       pg_has_role(current_user, 'portal_system', 'member'),
       EXISTS (SELECT 1 FROM pg_class WHERE relowner = role.oid AND relkind IN ('r', 'p'))
FROM pg_roles role WHERE rolname = current_user
"""


def grant_by_default(using: str = "default", **kwargs: Any) -> None:
    """Let the serving role use the tables that the owner makes from now on, third-party apps' included.

    Tables of ours set their grants anew when they are protected.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}, {SYSTEM}")
        for what in ("SELECT, INSERT, UPDATE, DELETE ON TABLES", "USAGE, SELECT ON SEQUENCES"):
            cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {what} TO {APP}")


def faults_of_role(alias: str = "default") -> list[str]:
    """Say in what the role of a connection reaches further than a serving process may; nothing when confined."""
    with connections[alias].cursor() as cursor:
        cursor.execute(CONFINED)
        bypasses, is_system, owns = cursor.fetchone()
    faults = []
    if bypasses:
        faults.append("it is a superuser or bypasses row-level security")
    if owns:
        faults.append("it owns tables")
    if is_system:
        faults.append("it is a member of portal_system")
    return faults


def refuse_unconfined_role() -> None:
    """Raise ImproperlyConfigured when the serving role could see past the policies. Called by web and worker."""
    if faults := faults_of_role():
        raise ImproperlyConfigured(
            f"The database role of DATABASE_URL may not serve: {' and '.join(faults)}. "
            "Set DATABASE_URL to a role made as docs/operations.md says (portal_app)."
        )
