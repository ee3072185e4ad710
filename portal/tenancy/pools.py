"""Ends the pools of database connections with the process, before an embedded database ends beneath them."""

from __future__ import annotations

from django.conf import settings
from django.db import connections


def close_pools() -> None:
    """Close every connection and every pool of this process; nothing to do before the settings are read."""
    if not settings.configured:
        return
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.settings_dict["OPTIONS"].get("pool"):
            connection.close_pool()  # type: ignore[attr-defined]
