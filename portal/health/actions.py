"""What beat and the workers write: that they live, and that they ended in good order."""

from __future__ import annotations

from portal import __version__
from portal.health.models import Heartbeat
from portal.health.patience import brief_connection

TABLE = Heartbeat._meta.db_table
ALIVE = f"""
INSERT INTO {TABLE} (kind, name, version, started_at, seen_at)
VALUES (%(kind)s, %(name)s, %(version)s, clock_timestamp(), clock_timestamp())
ON CONFLICT (kind, name) DO UPDATE SET version = excluded.version, seen_at = excluded.seen_at,
    started_at = CASE WHEN %(begins)s THEN excluded.started_at ELSE {TABLE}.started_at END
"""
FORGET = f"DELETE FROM {TABLE} WHERE seen_at < clock_timestamp() - interval '1 day'"
END = f"DELETE FROM {TABLE} WHERE kind = %(kind)s AND name = %(name)s"


def say_alive(*, kind: str, name: str, begins: bool = False) -> None:
    """Write that this process works now; `begins` when it has just started. Drops rows that are silent for a day.

    Raises psycopg.Error within seconds when the database is out of reach.
    """
    values = {"kind": kind, "name": name[:200], "version": __version__, "begins": begins}
    with brief_connection() as connection:
        connection.execute(ALIVE, values)
        connection.execute(FORGET)


def say_ended(*, kind: str, name: str) -> None:
    """Take the process off the list: it was stopped in good order and nobody should miss it."""
    with brief_connection() as connection:
        connection.execute(END, {"kind": kind, "name": name[:200]})
