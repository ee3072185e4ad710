"""A command leaves no pool behind."""

from __future__ import annotations

import pytest
from django.db import connection, connections

from portal.tenancy.backend.base import empty_scope
from portal.tenancy.pools import close_pools


@pytest.mark.django_db(transaction=True)
def test_pools_are_closed_and_open_again_when_needed() -> None:
    options = connections["default"].settings_dict["OPTIONS"]
    connection.close()
    options["pool"] = {"min_size": 1, "max_size": 2, "timeout": 30, "reset": empty_scope}
    try:
        connection.ensure_connection()
        pool = connection.pool
        close_pools()
        assert pool.closed
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
    finally:
        close_pools()
        del options["pool"]
