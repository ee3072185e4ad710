"""A database connection with little patience, beside Django's: for looks at the machinery while it may be broken.

It takes nothing from the pool, is closed at once, and so is never shared with a forked child of a worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections

SECONDS = 3
FOR_DJANGO = frozenset({"pool", "assume_role", "isolation_level", "server_side_binding"})


@contextmanager
def brief_connection() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Lend a connection of the serving role; each statement commits. Raises psycopg.Error within a few seconds."""
    settings = connections["default"].settings_dict
    options = {key: value for key, value in settings["OPTIONS"].items() if key not in FOR_DJANGO}
    with psycopg.connect(
        **options | {"connect_timeout": SECONDS},
        dbname=settings["NAME"],
        user=settings["USER"],
        password=settings["PASSWORD"],
        host=settings["HOST"] or None,
        port=settings["PORT"] or None,
        autocommit=True,
    ) as connection:
        connection.execute("SELECT set_config('statement_timeout', %s, false)", [f"{SECONDS}s"])
        yield connection
