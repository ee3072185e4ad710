"""The units of the law, the latest instant, and noon of the next working day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from incidents.response.rules.counting import (
    BUSINESS,
    DAYS,
    HOURS,
    MONTHS,
    NONE,
    at_the_latest,
    due_of,
    rolled,
    year_end,
)
from tests.incidents.response.rules.samples import BERLIN, LONDON, NEW_YORK, at


@pytest.mark.parametrize(
    ("duration", "unit", "start", "due", "due_on"),
    [
        ("PT72H", HOURS, "2026-10-24T10:00+01:00", "2026-10-27T09:00", None),
        ("P3D", DAYS, "2026-10-24T10:00+01:00", "2026-10-28T00:00", date(2026, 10, 27)),
        ("P1M", MONTHS, "2026-08-31T10:00+01:00", "2026-10-01T23:00", date(2026, 9, 30)),
        ("P4D", BUSINESS, "2026-12-24T10:00+00:00", "2027-01-05T00:00", date(2027, 1, 4)),
    ],
)
def test_each_unit_is_counted_in_its_own_way(
    duration: str, unit: str, start: str, due: str, due_on: date | None
) -> None:
    found = due_of(duration, unit, at(start), zone=LONDON, place="GB-ENG")
    expected = at(f"{due}+00:00") if unit != MONTHS else at("2026-09-30T23:00+00:00")
    assert found == (expected, due_on)


def test_what_has_no_unit_cannot_be_counted() -> None:
    with pytest.raises(ValueError, match="“none” is not a unit"):
        due_of("P1D", NONE, at("2026-11-20T10:00+00:00"), zone=LONDON, place="GB-ENG")


def test_the_latest_instant_holds_for_what_began_before_it() -> None:
    start, due, latest = (at(f"2026-11-20T{hour}:00+00:00") for hour in (10, 14, 12))
    assert at_the_latest(due, start, latest) == latest
    assert at_the_latest(due, latest, latest) == latest
    assert at_the_latest(due, latest + timedelta(seconds=1), latest) == due
    assert at_the_latest(due, start, None) == due
    assert at_the_latest(start, start, latest) == start


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        pytest.param("2026-11-20T23:59:59", "2026-11-20T23:59:59", id="the last second of Friday"),
        pytest.param("2026-11-21T00:00:00", "2026-11-21T00:00:00", id="Friday's end is Friday"),
        pytest.param("2026-11-21T00:00:01", "2026-11-23T12:00:00", id="Saturday to Monday"),
        pytest.param("2026-11-23T00:00:00", "2026-11-23T12:00:00", id="Sunday's end to Monday"),
        pytest.param("2026-11-23T09:00:00", "2026-11-23T09:00:00", id="Monday morning stays"),
        pytest.param("2026-12-25T10:00:00", "2026-12-29T12:00:00", id="Christmas and its substitute"),
    ],
)
def test_a_weekend_moves_to_noon_of_the_next_working_day(due: str, moved: str) -> None:
    assert rolled(at(f"{due}+00:00"), zone=LONDON, place="GB-ENG") == at(f"{moved}+00:00")


def test_the_weekend_is_that_of_the_place() -> None:
    """Friday 23:30 in London is Saturday in Berlin; noon there is 11:00 UTC."""
    due = at("2026-11-20T23:30+00:00")
    assert rolled(due, zone=LONDON, place="GB-ENG") == due
    assert rolled(due, zone=BERLIN, place="DE-BE") == at("2026-11-23T11:00+00:00")


@pytest.mark.parametrize(
    ("found", "end"),
    [
        ("2026-01-01T00:00-05:00", "2026-12-31T23:59:59-05:00"),
        ("2026-12-31T23:30-05:00", "2026-12-31T23:59:59-05:00"),
        ("2027-01-01T03:00+00:00", "2026-12-31T23:59:59-05:00"),
    ],
)
def test_the_year_ends_where_the_client_is(found: str, end: str) -> None:
    assert year_end(at(found), NEW_YORK) == at(end)
