"""The plans of the data files can be agreed on: whoever approves is not who wrote, and comes after."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from clients.trust.demonstration.spec import Calendar, client_slugs
from incidents.response.demonstration.spec import begin, read

CALENDAR = Calendar(datetime(2026, 11, 19, 0, 5, tzinfo=UTC), ZoneInfo("Europe/London"))


def test_each_client_has_one_plan_at_most_and_each_plan_a_client() -> None:
    slugs = [entry["client"] for entry in read("plans")["plans"]]
    assert len(slugs) == len(set(slugs)) and set(slugs) < set(client_slugs())


def test_a_plan_is_approved_after_it_was_written_and_by_somebody_else() -> None:
    for entry in read("plans")["plans"]:
        if "approved" in entry:
            assert begin(entry["written"], CALENDAR) < begin(entry["approved"], CALENDAR), entry["client"]
            assert entry["by"] != entry["approved_by"], entry["client"]


def test_an_exercise_comes_after_the_approval() -> None:
    for entry in read("plans")["plans"]:
        if "exercised" in entry:
            assert begin(entry["approved"], CALENDAR) < begin(entry["exercised"]["at"], CALENDAR)
