"""Makes the demonstration's database ready, or new. Knows the embedded services and migrations, not the data."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from portal.embedded import services, supervisor
from portal.embedded.errors import ServiceError
from portal.lib.refused import Refused

#: What roles.sql grants on the schema: a schema that is made anew has lost it.
ANEW = (
    "DROP SCHEMA public CASCADE",
    "CREATE SCHEMA public",
    "GRANT USAGE ON SCHEMA public TO portal_app, portal_system",
    "GRANT USAGE, CREATE ON SCHEMA public TO portal_audit",
)


def refuse_where_none_may_be() -> None:
    """Raise Refused on a database of the operator's own that was not marked for the demonstration."""
    if not settings.DEMONSTRATION:
        raise Refused(
            "This installation is not a demonstration. For one in the database of DATABASE_URL set "
            "PLUMBLINE_DEMONSTRATION=1; without DATABASE_URL the embedded one is used."
        )


def has_tables() -> bool:
    """Tell whether the database was ever migrated so far that it can hold practices."""
    return "tenancy_practice" in connection.introspection.table_names()


def migrate() -> bool:
    """Bring the tables up to date in a process of its own, as their owner; tell whether anything was to do.

    Raises Refused when it fails; what went wrong stands on the terminal above.
    """
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    let_go()
    if not plan:
        return False
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "migrate", "--verbosity", "0"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - our own program
    if done.returncode:
        raise Refused("The database could not be brought up to date; the reason stands above.")
    return True


def throw_away() -> None:
    """Remove every table of the embedded database. Raises Refused for another database, or while it is served."""
    if not settings.EMBEDDED_DATABASE:
        raise Refused("--reset is for the embedded database. Drop the one of DATABASE_URL yourself.")
    let_go()
    try:
        with supervisor.only_one(), psycopg.connect(services.endpoints().owner_url, autocommit=True) as owner:
            for statement in ANEW:
                owner.execute(statement)
    except ServiceError as problem:
        raise Refused(str(problem)) from problem


def let_go() -> None:
    """Close every connection and the pool: a server that is stopped or emptied must not find us on it."""
    for each in connections.all(initialized_only=True):
        each.close()
        if hasattr(each, "close_pool"):
            each.close_pool()
