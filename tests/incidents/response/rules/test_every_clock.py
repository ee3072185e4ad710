"""Every clock of regulations.yaml, second reports too: from its instant to the one at which it is due.

The due instants were worked out by hand. A clock that is added to the file fails here until it has its row.
"""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import NamedTuple

import pytest

from incidents.response.rules.catalogue import FOLLOW_UP, REPORT, by_id, clock_of
from tests.incidents.response.rules.samples import at, facts, proposed

L, B, NY, LA, SG, SYD = (
    "Europe/London",
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Singapore",
    "Australia/Sydney",
)
NO_TIME = ""


class Row(NamedTuple):
    """From `start` in `zone` to `due`, an instant in UTC; the day too where whole days count."""

    id: str
    zone: str
    start: str
    due: str
    due_on: str = ""
    why: str = ""


ROWS = (
    # United Kingdom
    Row("uk-gdpr-ico", L, "2026-10-24T10:00+01:00", "2026-10-27T09:00", why="the night of 25 hours"),
    Row("uk-gdpr-ico", L, "2026-03-27T10:00+00:00", "2026-03-30T10:00", why="the night of 23 hours"),
    Row("uk-gdpr-ico", L, "2026-12-24T18:00+00:00", "2026-12-27T18:00", why="Christmas counts"),
    Row("uk-gdpr-individuals", L, "2026-11-20T09:00+00:00", NO_TIME),
    Row("uk-gdpr-processor", L, "2026-03-28T12:00+00:00", "2026-03-29T12:00", why="24 hours, our own target"),
    Row("uk-pecr-service-provider", L, "2026-12-31T23:30+00:00", "2027-01-03T23:30", why="year end"),
    Row("uk-csr-bill-initial", L, "2026-11-20T16:30+00:00", "2026-11-21T16:30", why="Friday to Saturday"),
    Row("uk-csr-bill-initial-follow-up", L, "2026-11-20T16:30+00:00", "2026-11-23T16:30"),
    # European Union
    Row("eu-gdpr-sa", B, "2028-02-27T08:00+01:00", "2028-03-01T07:00", why="over the leap day"),
    Row("eu-gdpr-individuals", B, "2026-11-20T09:00+01:00", NO_TIME),
    Row("eu-gdpr-processor", B, "2026-10-24T23:30+00:00", "2026-10-25T23:30"),
    Row("eu-nis2-early-warning", B, "2026-11-20T16:30+01:00", "2026-11-21T15:30"),
    Row("eu-nis2-notification", B, "2026-11-20T16:30+01:00", "2026-11-23T15:30"),
    Row("eu-nis2-final", B, "2026-01-31T16:00+01:00", "2026-02-28T23:00", "2026-02-28", "no 31 February"),
    Row("eu-nis2-final-follow-up", B, "2026-03-15T11:00+01:00", "2026-04-15T22:00", "2026-04-15"),
    Row("eu-dora-initial", B, "2026-11-18T10:00+01:00", "2026-11-18T13:00"),
    Row("eu-dora-intermediate", B, "2026-11-16T14:00+01:00", "2026-11-19T13:00", why="Monday to Thursday"),
    Row("eu-dora-final", B, "2026-11-17T14:00+01:00", "2026-12-17T23:00", "2026-12-17", "a Thursday"),
    Row("eu-dora-final", B, "2026-11-19T14:00+01:00", "2026-12-21T11:00", "", "Saturday to Monday, noon"),
    Row("eu-cra-early-warning", B, "2026-03-28T20:00+01:00", "2026-03-29T19:00"),
    Row("eu-cra-early-warning-follow-up", B, "2026-03-28T20:00+01:00", "2026-03-31T19:00"),
    Row("eu-cra-final-vulnerability", B, "2026-12-20T11:00+01:00", "2027-01-03T23:00", "2027-01-03"),
    Row("eu-cra-final-incident", B, "2028-01-30T11:00+01:00", "2028-02-29T23:00", "2028-02-29", "leap day"),
    Row("eu-ai-act-serious-incident", B, "2026-11-20T11:00+01:00", "2026-12-05T23:00", "2026-12-05"),
    # Singapore
    Row("sg-pdpa-assess", SG, "2026-11-20T23:30+08:00", "2026-12-20T16:00", "2026-12-20"),
    Row(
        "sg-pdpa-commission", SG, "2026-11-20T10:00+08:00", "2026-11-23T16:00", "2026-11-23", "next day is 1"
    ),
    Row("sg-pdpa-individuals", SG, "2026-11-20T10:00+08:00", NO_TIME),
    Row("sg-pdpa-intermediary", SG, "2026-11-20T10:00+08:00", "2026-11-21T02:00"),
    # United States
    Row("us-hipaa-individuals", NY, "2026-09-15T20:30-04:00", "2026-11-15T05:00", "2026-11-14", "DST ends"),
    Row("us-hipaa-hhs-500", NY, "2026-02-01T10:00-05:00", "2026-04-03T04:00", "2026-04-02", "DST begins"),
    Row("us-hipaa-hhs-under-500", NY, "2026-03-05T10:00-05:00", "2027-03-02T05:00", "2027-03-01"),
    Row(
        "us-hipaa-hhs-under-500", NY, "2027-12-31T23:30-05:00", "2028-03-01T05:00", "2028-02-29", "leap year"
    ),
    Row("us-hipaa-media", NY, "2027-12-31T23:30-05:00", "2028-03-01T05:00", "2028-02-29"),
    Row("us-hipaa-business-associate", NY, "2026-12-31T10:00-05:00", "2027-03-02T05:00", "2027-03-01"),
    Row("us-ca-individuals", LA, "2026-01-15T12:00-08:00", "2026-02-15T08:00", "2026-02-14"),
    Row("us-ca-ag", LA, "2026-02-21T12:00-08:00", "2026-03-09T07:00", "2026-03-08", "the day of 23 hours"),
    Row("us-ca-service-provider", LA, "2026-03-07T12:00-08:00", "2026-03-08T20:00"),
    Row("us-ny-shield", NY, "2026-10-15T12:00-04:00", "2026-11-15T05:00", "2026-11-14"),
    Row("us-ny-service-provider", NY, "2026-10-15T12:00-04:00", "2026-11-15T05:00", "2026-11-14"),
    Row("us-nydfs-incident", NY, "2026-10-31T12:00-04:00", "2026-11-03T16:00", why="the night of 25 hours"),
    Row("us-nydfs-extortion", NY, "2026-03-07T12:00-05:00", "2026-03-08T17:00", why="the night of 23 hours"),
    Row("us-nydfs-extortion-follow-up", NY, "2026-03-07T12:00-05:00", "2026-04-07T04:00", "2026-04-06"),
    Row("us-ftc-safeguards", NY, "2026-12-15T12:00-05:00", "2027-01-15T05:00", "2027-01-14", "year end"),
    Row("us-sec-8k", NY, "2026-11-20T17:00-05:00", "2026-11-28T05:00", "2026-11-27", "over Thanksgiving"),
    Row("us-sec-8k-follow-up", NY, "2026-12-23T10:00-05:00", "2026-12-31T05:00", "2026-12-30", "Christmas"),
    # Australia, Canada
    Row("au-ndb-assess", SYD, "2026-09-20T10:00+10:00", "2026-10-20T13:00", "2026-10-20", "DST begins"),
    Row("au-ndb-notify", SYD, "2026-09-20T10:00+10:00", NO_TIME),
    Row("au-ransom-payment", SYD, "2026-10-03T12:00+10:00", "2026-10-06T02:00"),
    Row("au-soci", SYD, "2026-10-03T20:00+10:00", "2026-10-03T22:00", why="the night of 23 hours"),
    Row("au-soci-follow-up", SYD, "2026-10-03T20:00+10:00", "2026-10-06T10:00"),
    Row("ca-pipeda", "America/Toronto", "2026-11-20T10:00-05:00", NO_TIME),
    # By contract
    Row("pci-acquirer", L, "2026-12-24T09:00+00:00", NO_TIME),
    Row(
        "pci-visa-report", L, "2026-12-24T09:00+00:00", "2027-01-01T00:00", "2026-12-31", "28 December is off"
    ),
    Row("pci-visa-report-follow-up", L, "2026-12-24T09:00+00:00", "2027-01-13T00:00", "2027-01-12"),
    Row("mvsp-customer", L, "2026-10-24T12:00+01:00", "2026-10-27T11:00"),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.id} {row.why}".strip())
def test_a_clock_is_due_when_its_law_says(row: Row) -> None:
    clock = clock_of(row.id)
    assert clock is not None
    event = clock.follow_up.event if clock.follow_up and row.id.endswith(FOLLOW_UP) else ""
    event = event or clock.trigger
    reports = {clock.after: row.start} if event == REPORT else {}
    if event == "calendar_year_end":
        event = "discovery"
    if event == "handled":  # a progress report went out before
        reports = {clock.id: at(row.start) - timedelta(days=3)}
    role = clock.when.role if clock.when.role != "any" else "controller"
    events = {} if event == REPORT else {event: row.start}
    found = proposed(facts(role, zone=row.zone, events=events, reports=reports))[row.id]
    assert found.due_at == (at(f"{row.due}+00:00") if row.due else None)
    assert found.due_on == (date.fromisoformat(row.due_on) if row.due_on else None)
    assert not found.waits_for
    assert not found.assumed
    if clock.trigger != "calendar_year_end":
        assert found.trigger_at == at(row.start)


def test_no_clock_is_without_a_row() -> None:
    follow_ups = {f"{clock.id}{FOLLOW_UP}" for clock in by_id().values() if clock.follow_up}
    assert {row.id for row in ROWS} == set(by_id()) | follow_ups


def test_due_instants_are_in_utc() -> None:
    everything = facts(zone=NY, events={"awareness": "2026-11-20T10:00-05:00"})
    for found in proposed(everything).values():
        assert found.due_at is None or found.due_at.tzinfo is UTC
