"""What becomes of an alert by how the last incident of its reference stands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.response.rules.returning import becomes, reopen_within, rule_words

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"known": False}, "open"),
        ({"known": False, "firing": False}, "nothing"),
        ({}, "write"),
        ({"firing": False}, "write"),
        ({"resolved_at": NOW - HOUR}, "reopen"),
        ({"resolved_at": NOW - 24 * HOUR}, "reopen"),
        ({"resolved_at": NOW - 24 * HOUR - timedelta(seconds=1)}, "follow"),
        ({"resolved_at": NOW - HOUR, "firing": False}, "write"),
        ({"resolved_at": NOW - HOUR, "closed_at": NOW}, "follow"),
        ({"resolved_at": NOW - HOUR, "closed_at": NOW, "firing": False}, "nothing"),
    ],
)
def test_it_follows_how_the_last_incident_stands(facts: dict[str, Any], what: str) -> None:
    usual = {"firing": True, "known": True, "resolved_at": None, "closed_at": None, "now": NOW}
    assert becomes(**{**usual, **facts}) == what


def test_the_rule_is_said_with_its_time() -> None:
    assert reopen_within() == 24 * HOUR
    assert "within 24 hours of the resolution, the incident is reopened" in rule_words()
