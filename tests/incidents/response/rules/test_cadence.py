"""How often the client was to hear, worked out from the turns of an incident."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from incidents.response.rules.cadence import Turn, cadence, severity_change
from tests.incidents.response.made import at

HOUR = timedelta(hours=1)
REPORTED = at(19, 8)


def turns(*entries: tuple[int, str]) -> list[Turn]:
    return [Turn(at(19, hour), lead_in) for hour, lead_in in entries]


@pytest.mark.parametrize(
    ("severity", "every"), [("SEV1", HOUR), ("SEV2", 4 * HOUR), ("SEV3", None), ("SEV4", None)]
)
def test_only_major_incidents_have_a_cadence(severity: str, every: timedelta | None) -> None:
    assert cadence(REPORTED, severity, [], None) == [(REPORTED, every)]


def test_what_is_raised_owes_updates_from_then_on_and_what_is_lowered_owed_them_before() -> None:
    raised = turns((10, "Severity raised to SEV2."), (11, "Severity changed from SEV2 to SEV1."))
    assert cadence(REPORTED, "SEV1", raised, None) == [
        (REPORTED, None),
        (at(19, 10), 4 * HOUR),
        (at(19, 11), HOUR),
    ]
    lowered = turns((12, "Severity changed from SEV1 to SEV3."))
    assert cadence(REPORTED, "SEV3", lowered, None) == [(REPORTED, HOUR), (at(19, 12), None)]


def test_nothing_is_owed_between_resolution_and_reopening() -> None:
    back = turns((10, "Resolved."), (11, "Resolved."), (14, "Reopened."), (16, "Resolved."))
    found = cadence(REPORTED, "SEV1", back, at(19, 16))
    assert found == [(REPORTED, HOUR), (at(19, 11), None), (at(19, 14), HOUR)]


def test_nothing_begins_after_the_resolution() -> None:
    after = turns((10, "Resolved."), (12, "Severity changed from SEV2 to SEV1."))
    assert cadence(REPORTED, "SEV1", after, at(19, 10)) == [(REPORTED, 4 * HOUR)]


def test_other_entries_turn_nothing() -> None:
    assert severity_change("Severity of the storm.") is None
    assert cadence(REPORTED, "SEV1", turns((9, "Contained."), (10, "Reopened.")), None) == [(REPORTED, HOUR)]


def test_a_report_corrected_to_a_later_instant_begins_no_earlier() -> None:
    reported = datetime(2026, 11, 19, 11, tzinfo=REPORTED.tzinfo)
    found = cadence(reported, "SEV2", turns((10, "Severity raised to SEV2.")), None)
    assert found == [(reported, None), (reported, 4 * HOUR)]
