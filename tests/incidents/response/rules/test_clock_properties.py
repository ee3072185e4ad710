"""What holds for every clock whatever the facts are: tried with facts that nobody thought of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as some

from incidents.response.rules.catalogue import (
    FOLLOW_UP,
    REPORT,
    by_id,
    jurisdictions,
    sectors,
    trigger_events,
)
from incidents.response.rules.clocks import BOTH, Facts, Proposal, propose
from incidents.response.rules.counting import BUSINESS, CALENDARS, DAYS, HOURS, MONTHS, due_of, rolled
from portal.deadlines.rules.calendars import is_business_day

ZONES = ("UTC", "Europe/London", "Europe/Berlin", "America/New_York", "Asia/Singapore", "Australia/Sydney")
PLACES = ("GB-ENG", "GB-SCT", "US", "DE-BE", "SG", "AU")
#: The end of the year is worked out; one report for any is tried in its own test.
GIVEN = sorted(set(trigger_events()) - {REPORT, "calendar_year_end"})

quick = settings(deadline=None, max_examples=40)
instants = some.datetimes(datetime(2025, 1, 1), datetime(2029, 12, 31), timezones=some.just(UTC))
zones = some.sampled_from(ZONES).map(ZoneInfo)
places = some.sampled_from(PLACES)
answers = some.sampled_from(["yes", "suspected", "no", "unknown"])
delays = some.timedeltas(timedelta(), timedelta(days=400))


def sets_of(values) -> some.SearchStrategy[frozenset[str]]:
    return some.frozensets(some.sampled_from(sorted(values)))


@some.composite
def known(draw) -> Facts:
    """Any facts; every clock may be among them."""
    return Facts(
        jurisdictions=draw(sets_of(jurisdictions())),
        role=draw(some.sampled_from(["processor", "controller", BOTH])),
        events=draw(some.dictionaries(some.sampled_from(GIVEN), instants)),
        zone=draw(zones),
        holiday_calendar=draw(places),
        sectors=draw(sets_of(sectors())),
        personal_data=draw(answers),
        high_risk=draw(answers),
        persons=draw(some.none() | some.integers(0, 2000)),
        contract_hours=draw(some.sampled_from(["", "PT12H", "PT48H", "P90D"])),
        switched_on=draw(sets_of(by_id())),
        may_roll_over=draw(some.booleans()),
        cases=draw(sets_of(["death_of_a_person", "widespread_or_critical", "trust_service_provider"])),
        reports=draw(some.dictionaries(some.sampled_from(sorted(by_id())), instants)),
    )


def by_proposal(facts: Facts) -> dict[str, Proposal]:
    return {each.id: each for each in propose(facts)}


@quick
@given(known(), some.data())
def test_a_deadline_never_moves_earlier_when_its_event_is_later(facts: Facts, data) -> None:
    """Two rules of the law are excepted: noon after a weekend, and the day that DORA gives from awareness."""
    facts = replace(facts, may_roll_over=False, jurisdictions=frozenset(jurisdictions()))
    event = data.draw(some.sampled_from(GIVEN))
    moved = replace(
        facts, events={**facts.events, event: facts.events.get(event, datetime(2025, 1, 1, tzinfo=UTC))}
    )
    later = replace(moved, events={**moved.events, event: moved.events[event] + data.draw(delays)})
    before, after = by_proposal(moved), by_proposal(later)
    for id_ in before.keys() & after.keys():
        first, second = before[id_], after[id_]
        if first.due_at is None or (first.clock.backstop and event != first.clock.trigger):
            continue
        assert second.due_at is not None
        if not (first.clock.rolls_over and first.due_on != second.due_on):
            assert second.due_at >= first.due_at
        assert second.trigger_at >= first.trigger_at


@quick
@given(known(), delays)
def test_when_everything_is_later_no_hour_is_due_earlier(facts: Facts, delay: timedelta) -> None:
    later = replace(
        facts,
        events={name: at + delay for name, at in facts.events.items()},
        reports={name: at + delay for name, at in facts.reports.items()},
    )
    after = by_proposal(later)
    for first in propose(facts):
        second = after.get(first.id)
        if first.due_at and second and not first.clock.rolls_over:
            assert second.due_at is not None
            assert second.due_at >= first.due_at
            if first.unit == HOURS:
                assert second.due_at - first.due_at == delay


@quick
@given(known())
def test_a_clock_ends_after_it_began(facts: Facts) -> None:
    for each in propose(facts):
        if each.due_at is not None:
            assert each.trigger_at is not None
            assert each.due_at >= each.trigger_at
            assert each.due_at.tzinfo is UTC
        if each.due_on is not None:
            assert each.unit in (DAYS, MONTHS, BUSINESS)
            ends = each.due_at.astimezone(facts.zone)
            assert (ends - timedelta(microseconds=1)).date() == each.due_on


@quick
@given(known())
def test_what_is_due_on_a_business_day_is_one(facts: Facts) -> None:
    for each in propose(facts):
        if each.unit == BUSINESS and each.due_on is not None:
            place = CALENDARS.get(each.clock.jurisdiction, facts.holiday_calendar)
            assert is_business_day(each.due_on, place)


@given(instants, some.integers(1, 15), zones, places)
def test_business_days_are_counted_forwards_one_by_one(
    start: datetime, number: int, zone, place: str
) -> None:
    def due_on(days: int):
        return due_of(f"P{days}D", BUSINESS, start, zone=zone, place=place)[1]

    assert due_on(number) < due_on(number + 1)
    assert is_business_day(due_on(number), place)


@given(instants, zones, places)
def test_what_moves_off_a_weekend_moves_to_noon_of_a_working_day_ahead(
    due_at: datetime, zone, place: str
) -> None:
    moved = rolled(due_at, zone=zone, place=place)
    assert moved >= due_at
    assert rolled(moved, zone=zone, place=place) == moved
    if moved != due_at:
        assert is_business_day(moved.astimezone(zone).date(), place)
        assert moved.astimezone(zone).strftime("%H:%M:%S") == "12:00:00"


@quick
@given(known())
def test_what_is_unknown_never_rules_a_clock_out(facts: Facts) -> None:
    less = replace(facts, persons=None, high_risk="unknown", personal_data="unknown", events={}, reports={})
    assert set(by_proposal(facts)) <= set(by_proposal(less))


@quick
@given(known())
def test_every_clock_says_what_it_waits_for_or_when_it_began(facts: Facts) -> None:
    for each in propose(facts):
        assert bool(each.waits_for) is (each.trigger_at is None)
        assert not (each.assumption and each.trigger_at is None)
        assert each.words
        assert each.id.removesuffix(FOLLOW_UP) == each.clock.id


@quick
@given(known(), some.randoms(use_true_random=False))
def test_the_order_of_what_was_chosen_changes_nothing(facts: Facts, random) -> None:
    def shuffled(values):
        values = list(values)
        random.shuffle(values)
        return values

    other = replace(
        facts,
        jurisdictions=frozenset(shuffled(facts.jurisdictions)),
        sectors=frozenset(shuffled(facts.sectors)),
        events=dict(shuffled(facts.events.items())),
    )
    assert propose(other) == propose(facts)


@quick
@given(known(), sets_of(jurisdictions()))
def test_another_jurisdiction_adds_clocks_and_moves_none(facts: Facts, more: frozenset[str]) -> None:
    wider = by_proposal(replace(facts, jurisdictions=facts.jurisdictions | more))
    for each in propose(facts):
        assert wider[each.id] == each
