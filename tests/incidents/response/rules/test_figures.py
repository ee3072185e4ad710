"""What figures of incidents mean: tables of facts with the figures that follow from them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.response.rules.figures import (
    OURS,
    PROMISES,
    SEVERITIES,
    Figures,
    IncidentFact,
    PromiseFact,
    Spans,
    Standing,
    count,
    figures,
    last_months,
    since,
    spans,
    state_of,
    year_of,
)

LONDON, AUCKLAND = ZoneInfo("Europe/London"), ZoneInfo("Pacific/Auckland")
NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def incident(
    pk: int = 1, severity: str = "SEV2", at: datetime = NOW - 24 * HOUR, **more: object
) -> IncidentFact:
    return replace(IncidentFact(pk, severity, at, at), **more)  # type: ignore[arg-type]


def promise(promise: str = "response", about: int = 1, **more: object) -> PromiseFact:
    return replace(PromiseFact(about, promise, NOW + HOUR), **more)  # type: ignore[arg-type]


def made(incidents: list[IncidentFact], promises: list[PromiseFact], zone: ZoneInfo = LONDON) -> Figures:
    return figures(count(incidents, promises, zone, NOW), last_months(NOW, zone).months)


def standing_of(found: Figures, name: str) -> Standing:
    return next(row.standing for row in found.promises if row.promise == name)


def test_of_nothing_every_count_is_nought_and_no_time_is_said() -> None:
    found = made([], [])
    assert found.incidents == found.unacknowledged == found.unresolved == 0
    assert found.acknowledged == found.resolved == Spans(0, None, None)
    assert [row.severity for row in found.severities] == list(SEVERITIES)
    assert all(row.standing == Standing() and row.without == 0 for row in found.promises)
    assert len(found.months) == 12


def test_one_incident_is_its_own_mean_and_median() -> None:
    at = NOW - 5 * HOUR
    found = made([incident(at=at, acknowledged_at=at + HOUR, resolved_at=at + 3 * HOUR)], [])
    assert found.acknowledged == Spans(1, HOUR, HOUR)
    assert found.resolved == Spans(1, 3 * HOUR, 3 * HOUR)


def test_times_run_from_the_report_and_not_from_the_detection() -> None:
    at = NOW - 5 * HOUR
    found = made([incident(at=at, reported_at=at + HOUR, acknowledged_at=at + 2 * HOUR)], [])
    assert found.acknowledged.mean == HOUR


def test_what_was_taken_up_before_it_was_reported_counts_as_at_once() -> None:
    at = NOW - 5 * HOUR
    found = made([incident(at=at, reported_at=at + 2 * HOUR, acknowledged_at=at + HOUR)], [])
    assert found.acknowledged == Spans(1, timedelta(0), timedelta(0))


def test_what_is_not_resolved_is_in_no_time_and_counted_apart() -> None:
    at = NOW - 5 * HOUR
    done = incident(1, at=at, acknowledged_at=at + HOUR, resolved_at=at + 2 * HOUR)
    found = made([done, incident(2, at=at, acknowledged_at=at + 3 * HOUR), incident(3, at=at)], [])
    assert (found.acknowledged.n, found.unacknowledged) == (2, 1)
    assert (found.resolved, found.unresolved) == (Spans(1, 2 * HOUR, 2 * HOUR), 2)


@pytest.mark.parametrize(
    ("hours", "mean", "middle"),
    [([1, 2, 9], 4 * HOUR, 2 * HOUR), ([1, 2, 4, 9], 4 * HOUR, 3 * HOUR), ([3], 3 * HOUR, 3 * HOUR)],
)
def test_the_median_of_an_even_number_lies_between_the_middle_two(
    hours: list[int], mean: timedelta, middle: timedelta
) -> None:
    assert spans(each * HOUR for each in hours) == Spans(len(hours), mean, middle)


def test_an_hour_that_the_clocks_skip_is_not_counted() -> None:
    before = datetime(2026, 3, 29, 0, 30, tzinfo=LONDON)
    after = datetime(2026, 3, 29, 2, 30, tzinfo=LONDON)
    assert made([incident(at=before, acknowledged_at=after)], []).acknowledged.mean == HOUR


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({}, "running"),
        ({"due_at": NOW}, "running"),
        ({"due_at": NOW - timedelta(seconds=1)}, "late"),
        ({"outcome": "met"}, "kept"),
        ({"outcome": "met", "due_at": NOW - HOUR}, "kept"),
        ({"outcome": "met", "late_at": NOW - HOUR}, "late"),
        ({"outcome": "cancelled"}, ""),
        ({"outcome": "cancelled", "late_at": NOW - HOUR}, "late"),
        ({"late_at": NOW - HOUR}, "late"),
    ],
)
def test_a_promise_is_kept_late_or_running_and_once_late_stays_late(
    facts: dict[str, object], state: str
) -> None:
    assert state_of(promise(**facts), NOW) == state


def test_an_incident_without_an_agreed_response_is_never_shown_as_kept() -> None:
    done = {"acknowledged_at": NOW - HOUR}
    found = made([incident(1, **done), incident(2, **done)], [promise(about=1, outcome="met")])
    response = found.promises[0]
    assert (response.promise, response.standing, response.without) == ("response", Standing(kept=1), 1)


def test_a_response_that_was_called_off_leaves_its_incident_without_one() -> None:
    found = made([incident()], [promise(outcome="cancelled")])
    assert (found.promises[0].standing, found.promises[0].without) == (Standing(), 1)


def test_two_missed_responses_of_one_incident_are_two_and_it_had_one_agreed() -> None:
    missed = promise(outcome="cancelled", late_at=NOW - HOUR)
    found = made([incident()], [missed, missed])
    assert (found.promises[0].standing, found.promises[0].without) == (Standing(late=2), 0)


def test_drills_never_count_nor_do_their_promises() -> None:
    found = made(
        [incident(1), incident(2, drill=True, acknowledged_at=NOW)],
        [promise(about=2, outcome="met"), promise("update", 2, late_at=NOW)],
    )
    assert (found.incidents, found.acknowledged.n, found.promised) == (1, 0, Standing())
    assert sum(row.incidents for row in found.months) == 1


def test_measures_and_the_clients_own_notices_are_told_but_not_among_the_practices_promises() -> None:
    every = [promise(each, outcome="met") for each in PROMISES]
    found = made([incident()], every)
    assert all(standing_of(found, each) == Standing(kept=1) for each in PROMISES)
    assert found.promised == Standing(kept=len(OURS))
    assert found.promised.decided == found.promised.total == 4


def test_promises_that_the_reader_may_not_know_of_are_left_out() -> None:
    counted = count([incident()], [promise("measure", outcome="met")], LONDON, NOW)
    assert [row.promise for row in figures(counted, (), OURS).promises] == list(OURS)


def test_each_severity_has_its_incidents_and_their_promises() -> None:
    found = made(
        [incident(1, "SEV1"), incident(2, "SEV4"), incident(3, "SEV4")],
        [promise(about=1, late_at=NOW), promise("update", 3, outcome="met"), promise(about=3)],
    )
    rows = {row.severity: (row.incidents, row.standing) for row in found.severities}
    assert rows["SEV1"] == (1, Standing(late=1))
    assert rows["SEV4"] == (2, Standing(kept=1, running=1))
    assert rows["SEV2"] == rows["SEV3"] == (0, Standing())


@pytest.mark.parametrize(
    ("zone", "month"),
    [(LONDON, date(2026, 10, 1)), (AUCKLAND, date(2026, 11, 1))],
)
def test_the_zone_says_in_which_month_an_incident_lies(zone: ZoneInfo, month: date) -> None:
    at = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)
    found = made([incident(at=at)], [promise(outcome="met")], zone)
    assert [row.first for row in found.months if row.incidents] == [month]
    assert [row.first for row in found.months if row.standing.kept] == [month]


def test_twelve_months_end_with_the_one_of_now_by_the_clocks_of_the_zone() -> None:
    period = last_months(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), AUCKLAND)
    assert (period.months[0], period.months[-1], len(period.months)) == (
        date(2026, 2, 1),
        date(2027, 1, 1),
        12,
    )
    assert period.start == datetime(2026, 2, 1, tzinfo=AUCKLAND)


def test_a_year_begins_and_ends_at_midnight_of_the_zone() -> None:
    period = year_of(2026, AUCKLAND)
    assert period.start.astimezone(UTC) == datetime(2025, 12, 31, 11, 0, tzinfo=UTC)
    assert period.end.astimezone(UTC) == datetime(2026, 12, 31, 11, 0, tzinfo=UTC)
    assert (period.months[0], period.months[-1]) == (date(2026, 1, 1), date(2026, 12, 1))


def test_since_a_day_the_first_month_may_be_cut() -> None:
    period = since(date(2026, 9, 20), NOW, LONDON)
    assert period.start == datetime(2026, 9, 20, tzinfo=LONDON)
    assert period.months == (date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1))


FACTS = st.lists(
    st.builds(
        lambda pk, severity, hours: incident(pk, severity, NOW - hours * HOUR),
        st.integers(1, 5), st.sampled_from(SEVERITIES), st.integers(0, 7000),
    ), max_size=5, unique_by=lambda each: each.id,
)  # fmt: skip
OWED = st.lists(
    st.builds(
        lambda about, name, outcome, late: promise(name, about, outcome=outcome, late_at=NOW if late else None),
        st.integers(1, 6), st.sampled_from(PROMISES), st.sampled_from(["", "met", "cancelled"]), st.booleans(),
    ), max_size=12,
)  # fmt: skip


@given(FACTS, OWED)
def test_the_parts_add_up_to_the_whole(incidents: list[IncidentFact], promises: list[PromiseFact]) -> None:
    found = made(incidents, promises)
    assert sum(row.incidents for row in found.severities) == found.incidents == len(incidents)
    for part in ("kept", "late", "running"):
        whole = getattr(found.promised, part)
        assert sum(getattr(row.standing, part) for row in found.severities) == whole
        assert sum(getattr(row.standing, part) for row in found.promises if row.promise in OURS) == whole
    assert 0 <= found.promises[0].without <= found.incidents
