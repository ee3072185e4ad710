"""The file of clocks holds together: known units, events, sectors, chains and lengths, each with its source."""

from __future__ import annotations

import pytest

from incidents.response.rules import counting
from incidents.response.rules.catalogue import (
    FOLLOW_UP,
    REPORT,
    Clock,
    by_id,
    cases,
    clock_of,
    clocks,
    jurisdictions,
    places,
    sectors,
    trigger_events,
)
from portal.deadlines.rules.durations import parse

UNITS = {counting.HOURS, counting.DAYS, counting.MONTHS, counting.BUSINESS}
ALL = pytest.mark.parametrize("clock", clocks(), ids=lambda clock: clock.id)


@ALL
def test_a_clock_is_whole(clock: Clock) -> None:
    assert clock.trigger in trigger_events()
    assert clock.jurisdiction in jurisdictions()
    assert clock.when.sector in sectors()
    assert clock.when.role in ("controller", "processor", "any")
    assert all((clock.regime, clock.authority, clock.threshold, clock.citation, clock.source, clock.status))
    assert clock.content
    assert clock.notify or "assess" in clock.id
    assert (clock.unit in UNITS) if clock.duration else (clock.unit == counting.NONE and clock.words)


@ALL
def test_every_length_can_be_counted_in_its_unit(clock: Clock) -> None:
    second = [(clock.follow_up.duration, clock.follow_up.unit)] if clock.follow_up else []
    lengths = [(each.duration, each.unit) for each in clock.variants]
    lengths += [(clock.duration, clock.unit)] if clock.duration else []
    for duration, unit in lengths + second:
        length = parse(duration)
        assert unit in UNITS
        assert length.by_the_clock is (unit == counting.HOURS)
        assert bool(length.months) is (unit == counting.MONTHS)


@ALL
def test_chains_lead_to_reports_that_exist(clock: Clock) -> None:
    assert bool(clock.after) is (clock.trigger == REPORT)
    if clock.after:
        before = clock_of(clock.after)
        assert before is not None
        assert before.regime == clock.regime
        assert places()[before.id] < places()[clock.id]
        assert not clock.after.endswith(FOLLOW_UP) or before.follow_up
    if clock.follow_up:
        assert clock.follow_up.event in {"", *trigger_events()}
        assert clock.follow_up.note


def test_all_clocks_are_read() -> None:
    assert len(clocks()) == len(by_id()) == 44
    assert not any(id_.endswith(FOLLOW_UP) for id_ in by_id())
    assert set(jurisdictions()) == {clock.jurisdiction for clock in clocks()}
    assert set(sectors()) == {clock.when.sector for clock in clocks()}
    used = {clock.trigger for clock in clocks()} | {
        each.follow_up.event for each in clocks() if each.follow_up
    }
    assert set(trigger_events()) == used - {""} | {"client_awareness"}


def test_cases_have_one_meaning_each() -> None:
    found = [each.id for clock in clocks() for each in clock.variants]
    assert len(found) == len(set(found)) == len(cases())


def test_a_second_report_is_found_by_its_clock() -> None:
    assert clock_of("eu-cra-early-warning-follow-up") is by_id()["eu-cra-early-warning"]
    assert clock_of("eu-cra-early-warning") is by_id()["eu-cra-early-warning"]
    assert clock_of("awareness") is None


def test_what_a_processor_owes_its_client_is_known_as_such() -> None:
    ours = [clock.id for clock in clocks() if clock.tells_the_controller]
    assert ours == [
        "uk-gdpr-processor",
        "eu-gdpr-processor",
        "sg-pdpa-intermediary",
        "us-hipaa-business-associate",
        "us-ca-service-provider",
        "us-ny-service-provider",
        "mvsp-customer",
    ]
    assert all(by_id()[id_].duration or by_id()[id_].contract_default for id_ in ours)
