"""When the steps of a deadline are taken, which one is to be taken now, and when to look again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.deadlines.rules.policies import Policy, read
from portal.deadlines.rules.steps import Facts, Plan, Step, plan, steps_of

LONDON, NEW_YORK = ZoneInfo("Europe/London"), ZoneInfo("America/New_York")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

QUIET = {"quiet": {"from": "19:00", "until": "08:00"}, "send_at": "09:00", "weekends": False}
RENEWAL = {
    "before": ["P60D", "P30D", "P14D", "P7D", "P1D"],
    "late_every": "P1D",
    "escalate": [{"from": "-P7D", "to": ["backup"]}, {"from": "PT0S", "to": ["lead"]}],
}
CLOCK = {"before": ["PT24H", "PT12H", "PT4H", "PT1H"], "late_every": "PT1H"}


def policy(**parts: Any) -> Policy:
    return read({"title": "Renewals", "to": ["owner"], **parts})


def local(text: str, zone: ZoneInfo = LONDON) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


def due(day: str, zone: ZoneInfo = LONDON, **fields: Any) -> Facts:
    """Something due on a whole day."""
    on = date.fromisoformat(day)
    end = datetime.combine(on + DAY, time(), zone).astimezone(UTC)
    fields.setdefault("started_at", end - 400 * DAY)
    return Facts(due_at=end, due_on=on, zone=zone, **fields)


def due_at(text: str, zone: ZoneInfo = LONDON, **fields: Any) -> Facts:
    """Something due at an instant."""
    at = local(text, zone)
    fields.setdefault("started_at", at - 400 * DAY)
    return Facts(due_at=at, due_on=None, zone=zone, **fields)


def schedule(rules: Policy, facts: Facts, number: int) -> list[tuple[str, str]]:
    steps = islice(steps_of(rules, facts), number)
    return [(step.key, step.at.astimezone(facts.zone).strftime("%a %Y-%m-%dT%H:%M")) for step in steps]


def taken(rules: Policy, facts: Facts, stepped: str | None, now: str) -> tuple[str | None, str | None]:
    """The key of the step that is taken and the local time of the next look."""
    before = local(stepped, facts.zone) if stepped else None
    found = plan(rules, facts, before, local(now, facts.zone))
    at = found.next_at.astimezone(facts.zone).strftime("%Y-%m-%dT%H:%M") if found.next_at else None
    return found.step.key if found.step else None, at


class TestSchedule:
    def test_steps_in_days_are_taken_at_the_hour_of_sending_on_working_days(self) -> None:
        assert schedule(policy(**RENEWAL, **QUIET), due("2026-11-25"), 9) == [
            ("-P60D", "Mon 2026-09-28T09:00"),  # the 26th is a Saturday
            ("-P30D", "Mon 2026-10-26T09:00"),  # summer time has ended
            ("-P14D", "Wed 2026-11-11T09:00"),
            ("-P7D", "Wed 2026-11-18T09:00"),
            ("-P1D", "Tue 2026-11-24T09:00"),
            ("PT0S", "Wed 2026-11-25T09:00"),
            ("+P1D", "Thu 2026-11-26T09:00"),
            ("+P2D", "Fri 2026-11-27T09:00"),
            ("+P5D", "Mon 2026-11-30T09:00"),  # the weekend's steps fall on Monday: one remains
        ]

    def test_a_policy_that_sends_at_weekends_moves_nothing(self) -> None:
        rules = policy(before=["P1D"], late_every="P1D")
        assert schedule(rules, due("2026-11-22"), 3) == [
            ("-P1D", "Sat 2026-11-21T09:00"),
            ("PT0S", "Sun 2026-11-22T09:00"),
            ("+P1D", "Mon 2026-11-23T09:00"),
        ]

    def test_what_is_due_at_a_weekend_is_said_on_the_last_working_day_before(self) -> None:
        rules = policy(before=["P7D", "P1D"], late_every="P1D", **QUIET)
        assert schedule(rules, due("2026-11-22"), 3) == [
            ("-P7D", "Mon 2026-11-16T09:00"),
            ("PT0S", "Fri 2026-11-20T09:00"),
            ("+P1D", "Mon 2026-11-23T09:00"),
        ]

    def test_the_day_before_a_monday_is_the_friday_before_and_monday_keeps_its_own(self) -> None:
        assert schedule(policy(before=["P1D"], **QUIET), due("2026-11-23"), 2) == [
            ("-P1D", "Fri 2026-11-20T09:00"),
            ("PT0S", "Mon 2026-11-23T09:00"),
        ]

    def test_an_hour_of_sending_in_quiet_hours_waits_for_their_end_but_not_past_the_due_instant(self) -> None:
        early = {**QUIET, "send_at": "06:30"}
        assert schedule(policy(before=["P1D"], **early), due("2026-11-25"), 2) == [
            ("-P1D", "Tue 2026-11-24T08:00"),
            ("PT0S", "Wed 2026-11-25T08:00"),
        ]
        late = {**QUIET, "send_at": "22:00"}
        assert schedule(policy(before=["P1D"], **late), due("2026-11-25"), 2) == [
            ("-P1D", "Tue 2026-11-24T08:00"),
            ("PT0S", "Wed 2026-11-25T08:00"),
        ]

    def test_an_instant_before_the_hour_of_sending_is_spoken_of_the_day_before(self) -> None:
        rules = policy(before=["P1D"], late_every="P1D", **QUIET)
        assert schedule(rules, due_at("2026-11-25T03:00"), 2) == [
            ("PT0S", "Tue 2026-11-24T09:00"),
            ("+P1D", "Thu 2026-11-26T09:00"),
        ]
        assert schedule(rules, due_at("2026-11-25T15:00"), 3) == [
            ("-P1D", "Tue 2026-11-24T09:00"),
            ("PT0S", "Wed 2026-11-25T09:00"),
            ("+P1D", "Thu 2026-11-26T09:00"),
        ]

    def test_steps_in_hours_are_taken_to_the_second_by_night_and_at_weekends(self) -> None:
        assert schedule(policy(**CLOCK, **QUIET), due_at("2026-11-22T02:30"), 7) == [
            ("-PT24H", "Sat 2026-11-21T02:30"),
            ("-PT12H", "Sat 2026-11-21T14:30"),
            ("-PT4H", "Sat 2026-11-21T22:30"),
            ("-PT1H", "Sun 2026-11-22T01:30"),
            ("PT0S", "Sun 2026-11-22T02:30"),
            ("+PT1H", "Sun 2026-11-22T03:30"),
            ("+PT2H", "Sun 2026-11-22T04:30"),
        ]

    def test_hours_elapse_and_days_keep_their_hour_over_a_change_of_clocks(self) -> None:
        assert schedule(policy(before=["PT24H", "PT1H"]), due_at("2026-10-25T12:00"), 2) == [
            ("-PT24H", "Sat 2026-10-24T13:00"),
            ("-PT1H", "Sun 2026-10-25T11:00"),
        ]
        assert schedule(policy(before=["P1D"], late_every="P1D"), due("2026-03-29"), 3) == [
            ("-P1D", "Sat 2026-03-28T09:00"),
            ("PT0S", "Sun 2026-03-29T09:00"),
            ("+P1D", "Mon 2026-03-30T09:00"),
        ]
        assert schedule(policy(before=["P1D"]), due("2026-11-01", NEW_YORK), 2) == [
            ("-P1D", "Sat 2026-10-31T09:00"),
            ("PT0S", "Sun 2026-11-01T09:00"),
        ]

    def test_an_hour_of_sending_that_does_not_exist_is_the_one_after_it(self) -> None:
        rules = policy(before=["P1D"], send_at="01:30")
        assert schedule(rules, due("2026-03-29"), 2)[1] == ("PT0S", "Sun 2026-03-29T02:30")

    def test_months_before_are_corresponding_dates(self) -> None:
        assert schedule(policy(before=["P1M", "P1Y"]), due("2028-02-29"), 2) == [
            ("-P12M", "Sun 2027-02-28T09:00"),
            ("-P1M", "Sat 2028-01-29T09:00"),
        ]
        assert schedule(policy(before=["P1M"]), due("2026-03-31"), 1)[0][1] == "Sat 2026-02-28T09:00"

    def test_days_and_hours_may_be_mixed_and_stay_in_order(self) -> None:
        rules = policy(before=["P7D", "P1D", "PT30H", "PT4H"], late_every="P1D")
        assert [key for key, _ in schedule(rules, due_at("2026-11-25T17:00"), 6)] == [
            "-P7D",
            "-P1D",
            "-PT30H",
            "-PT4H",
            "PT0S",
            "+P1D",
        ]

    def test_late_steps_become_rarer_where_the_policy_says_so(self) -> None:
        rules = policy(late_every="P2D", late_slower={"after": "P5D", "every": "P7D"})
        assert [key for key, _ in schedule(rules, due("2026-11-25"), 6)] == [
            "PT0S",
            "+P2D",
            "+P4D",
            "+P12D",
            "+P19D",
            "+P26D",
        ]
        hourly = policy(late_every="PT1H", late_slower={"after": "PT3H", "every": "PT24H"})
        assert [key for key, _ in schedule(hourly, due_at("2026-11-25T10:00"), 6)] == [
            "PT0S",
            "+PT1H",
            "+PT2H",
            "+PT3H",
            "+PT27H",
            "+PT51H",
        ]

    def test_without_late_steps_the_schedule_ends(self) -> None:
        assert [step.key for step in steps_of(policy(before=["P1D"]), due("2026-11-25"))] == ["-P1D", "PT0S"]

    def test_no_step_lies_before_the_start_but_the_due_step_always_stands(self) -> None:
        facts = due("2026-11-25", started_at=local("2026-11-20T12:00"))
        assert [step.key for step in steps_of(policy(before=["P30D", "P1D"]), facts)] == ["-P1D", "PT0S"]
        same_day = due("2026-11-25", started_at=local("2026-11-25T12:00"))
        assert [step.key for step in steps_of(policy(before=["P1D"]), same_day)] == ["PT0S"]

    def test_every_step_says_who_hears_of_it(self) -> None:
        heard = {step.key: step.to for step in islice(steps_of(policy(**RENEWAL), due("2026-11-25")), 8)}
        assert heard["-P14D"] == ("owner",)
        assert heard["-P7D"] == ("owner", "backup")
        assert heard["+P1D"] == heard["PT0S"] == ("owner", "backup", "lead")

    def test_only_steps_after_the_due_instant_are_late(self) -> None:
        steps = {
            step.key: step.late for step in islice(steps_of(policy(**CLOCK), due_at("2026-11-25T10:00")), 6)
        }
        assert [key for key, late in steps.items() if late] == ["+PT1H"]


class TestPlan:
    RULES = policy(**RENEWAL, **QUIET)

    def test_a_step_is_taken_at_its_instant_and_not_a_second_before(self) -> None:
        facts = due("2026-11-25")
        assert taken(self.RULES, facts, "2026-11-12T00:00", "2026-11-18T08:59:59") == (
            None,
            "2026-11-18T09:00",
        )
        assert taken(self.RULES, facts, "2026-11-12T00:00", "2026-11-18T09:00") == (
            "-P7D",
            "2026-11-24T09:00",
        )
        assert taken(self.RULES, facts, "2026-11-18T09:00", "2026-11-18T09:00") == (None, "2026-11-24T09:00")
        assert taken(self.RULES, facts, "2026-11-18T09:00", "2026-11-18T10:00") == (None, "2026-11-24T09:00")

    def test_of_several_missed_steps_only_the_last_is_taken(self) -> None:
        facts = due("2026-11-25")
        assert taken(self.RULES, facts, "2026-09-01T00:00", "2026-11-19T00:00") == (
            "-P7D",
            "2026-11-24T09:00",
        )
        assert taken(self.RULES, facts, "2026-09-01T00:00", "2027-03-03T12:00") == (
            "+P98D",
            "2027-03-04T09:00",
        )

    def test_steps_before_the_opening_are_passed_over(self) -> None:
        assert taken(self.RULES, due("2026-11-25"), None, "2026-11-19T00:00") == (None, "2026-11-24T09:00")
        assert taken(self.RULES, due("2026-11-25"), None, "2026-11-18T09:00")[0] == "-P7D"

    def test_a_step_between_the_opening_and_a_scan_that_came_late_is_not_lost(self) -> None:
        facts = due("2026-11-25", opened_at=local("2026-11-17T10:00"))
        assert taken(self.RULES, facts, None, "2026-11-19T00:00") == ("-P7D", "2026-11-24T09:00")
        assert taken(self.RULES, facts, None, "2026-11-17T12:00") == (None, "2026-11-18T09:00")

    def test_what_is_late_when_it_is_opened_gets_one_step_not_ten(self) -> None:
        facts = due("2026-10-01")
        assert taken(self.RULES, facts, None, "2026-11-19T12:00") == ("+P49D", "2026-11-20T09:00")
        assert taken(self.RULES, facts, "2026-11-19T12:00", "2026-11-19T12:01") == (None, "2026-11-20T09:00")

    def test_what_is_late_by_less_than_its_first_repetition_gets_the_due_step(self) -> None:
        facts = due("2026-11-18")
        assert taken(self.RULES, facts, None, "2026-11-19T00:00:01") == ("PT0S", "2026-11-19T09:00")

    def test_exactly_on_time_is_not_late(self) -> None:
        facts = due_at("2026-11-18T17:00")
        assert taken(self.RULES, facts, None, "2026-11-18T17:00") == (None, "2026-11-19T09:00")
        assert taken(self.RULES, facts, None, "2026-11-18T17:00:01") == ("PT0S", "2026-11-19T09:00")
        clock = policy(**CLOCK)
        assert taken(clock, facts, None, "2026-11-18T17:00") == ("PT0S", "2026-11-18T18:00")

    def test_hourly_steps_repeat_to_the_second(self) -> None:
        facts, clock = due_at("2026-11-18T17:00"), policy(**CLOCK)
        assert taken(clock, facts, "2026-11-18T17:00", "2026-11-18T17:59:59") == (None, "2026-11-18T18:00")
        assert taken(clock, facts, "2026-11-18T17:00", "2026-11-18T18:00") == ("+PT1H", "2026-11-18T19:00")
        assert taken(clock, facts, "2026-11-18T17:00", "2026-11-20T17:30") == ("+PT48H", "2026-11-20T18:00")

    def test_over_a_weekend_one_step_is_owed(self) -> None:
        facts = due("2026-11-19")
        assert taken(self.RULES, facts, "2026-11-20T09:00", "2026-11-22T12:00") == (None, "2026-11-23T09:00")
        assert taken(self.RULES, facts, "2026-11-20T09:00", "2026-11-23T09:00") == (
            "+P4D",
            "2026-11-24T09:00",
        )

    def test_rarer_late_steps_are_found_after_years(self) -> None:
        rules = policy(late_every="P1D", late_slower={"after": "P14D", "every": "P7D"})
        facts = due("2026-11-25")
        assert taken(rules, facts, "2026-12-01T00:00", "2026-12-09T10:00") == ("+P14D", "2026-12-16T09:00")
        assert taken(rules, facts, "2026-12-09T10:00", "2026-12-16T08:00") == (None, "2026-12-16T09:00")
        assert taken(rules, facts, None, "2046-12-01T12:00") == ("+P7308D", "2046-12-05T09:00")

    def test_after_the_last_step_nobody_looks_again(self) -> None:
        assert taken(policy(before=["P1D"]), due("2026-11-25"), None, "2026-11-25T10:00") == (None, None)
        assert taken(policy(before=["P1D"]), due("2026-11-25"), None, "2026-11-28T10:00") == ("PT0S", None)

    def test_a_snooze_holds_steps_back_and_the_last_of_them_is_taken_after_it(self) -> None:
        facts = due("2026-11-25", snoozed_until=local("2026-11-20T12:00"))
        assert taken(self.RULES, facts, "2026-11-12T00:00", "2026-11-18T09:00") == (None, "2026-11-20T12:00")
        assert taken(self.RULES, facts, "2026-11-12T00:00", "2026-11-20T12:00") == (
            "-P7D",
            "2026-11-24T09:00",
        )

    def test_the_snooze_of_a_promise_ends_when_it_is_due(self) -> None:
        beyond = local("2026-12-24T12:00")
        promised = due_at("2026-11-25T12:00", snoozed_until=beyond, promise=True)
        assert taken(policy(**CLOCK), promised, None, "2026-11-25T11:00") == (None, "2026-11-25T12:00")
        assert taken(policy(**CLOCK), promised, None, "2026-11-25T12:00")[0] == "PT0S"
        free = due_at("2026-11-25T12:00", snoozed_until=beyond)
        assert taken(policy(**CLOCK), free, None, "2026-11-25T12:00") == (None, "2026-12-24T12:00")

    def test_a_worker_whose_clock_is_behind_takes_nothing_twice(self) -> None:
        assert taken(self.RULES, due("2026-11-25"), "2026-11-18T09:05", "2026-11-18T09:04")[0] is None

    @pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
    def test_a_due_instant_that_is_no_end_of_a_day_of_the_zone_keeps_late_steps_after_it(
        self, zone: str
    ) -> None:
        """The client has moved to another zone since."""
        end = due("2026-11-25")
        moved = Facts(end.due_at, end.due_on, end.started_at, ZoneInfo(zone))
        for step in islice(steps_of(self.RULES, moved), 12):
            assert step.late == (step.at > end.due_at)


durations = some.one_of(
    some.integers(1, 60).map("P{}D".format),
    some.integers(1, 3).map("P{}M".format),
    some.integers(1, 200).map("PT{}H".format),
)
clocks = some.sampled_from(["00:00", "01:30", "02:30", "06:00", "09:00", "19:30", "23:59"])
lateness = some.sampled_from(
    [
        {},
        {"late_every": "P1D"},
        {"late_every": "P3D"},
        {"late_every": "PT1H"},
        {"late_every": "PT7H"},
        {"late_every": "P1D", "late_slower": {"after": "P9D", "every": "P4D"}},
        {"late_every": "PT5H", "late_slower": {"after": "PT12H", "every": "PT30H"}},
    ]
)
nights = some.sampled_from([None, {"from": "19:00", "until": "08:00"}, {"from": "01:00", "until": "03:00"}])


@some.composite
def policies(draw: some.DrawFn) -> Policy:
    return policy(
        before=draw(some.lists(durations, max_size=5, unique=True)),
        send_at=draw(clocks),
        quiet=draw(nights),
        weekends=draw(some.booleans()),
        **draw(lateness),
    )


@some.composite
def deadlines(draw: some.DrawFn) -> Facts:
    zone = ZoneInfo(
        draw(some.sampled_from(["Europe/London", "America/New_York", "Africa/Cairo", "Asia/Tokyo"]))
    )
    day = draw(some.dates(date(2026, 1, 1), date(2027, 12, 31)))
    started = timedelta(days=draw(some.integers(0, 120)))
    if draw(some.booleans()):
        return due(day.isoformat(), zone, started_at=datetime.combine(day, time(), zone) - started)
    at = datetime.combine(day, draw(some.times()).replace(fold=0), zone).astimezone(UTC)
    return Facts(at, None, at - started, zone, promise=draw(some.booleans()))


offsets = some.timedeltas(timedelta(days=-100), timedelta(days=100))


def by_listing(rules: Policy, facts: Facts, stepped_at: datetime | None, now: datetime) -> Plan:
    """The same as `plan`, worked out by going through every step from the first."""
    last: Step | None = None
    for step in steps_of(rules, facts):
        if step.at > now:
            following = step.at
            break
        last = step
    else:
        following = None
    if stepped_at is None and now <= facts.due_at:
        owed = last is not None and last.at >= now
    else:
        owed = last is not None and (stepped_at is None or last.at > stepped_at)
    return Plan(last if owed else None, following)


class TestProperties:
    @settings(deadline=None)
    @given(policies(), deadlines())
    def test_steps_are_in_order_each_once_and_none_on_the_wrong_side_of_the_due_instant(
        self, rules: Policy, facts: Facts
    ) -> None:
        steps = list(islice(steps_of(rules, facts), 30))
        assert all(first.at < second.at for first, second in pairwise(steps))
        assert len({step.key for step in steps}) == len(steps)
        assert all(step.late == (step.at > facts.due_at) for step in steps)
        for step in steps:
            where = step.at.astimezone(facts.zone)
            if "T" not in step.key and not rules.weekends:
                assert where.weekday() < 5

    @settings(deadline=None)
    @given(policies(), deadlines(), offsets, some.none() | offsets)
    def test_arithmetic_finds_what_listing_every_step_finds(
        self, rules: Policy, facts: Facts, now: timedelta, stepped: timedelta | None
    ) -> None:
        instant = facts.due_at + now
        stepped_at = None if stepped is None else min(facts.due_at + stepped, instant)
        assert plan(rules, facts, stepped_at, instant) == by_listing(rules, facts, stepped_at, instant)

    @settings(deadline=None)
    @given(policies(), deadlines(), offsets)
    def test_the_steps_after_an_instant_are_the_rest_of_all_of_them(
        self, rules: Policy, facts: Facts, offset: timedelta
    ) -> None:
        after = facts.due_at + offset
        rest = list(islice(steps_of(rules, facts, after), 5))
        assert rest == list(islice((step for step in steps_of(rules, facts) if step.at > after), 5))

    @settings(deadline=None)
    @given(policies(), deadlines(), some.lists(offsets, min_size=1, max_size=12))
    def test_over_any_looks_each_step_is_taken_once_at_most_never_early_and_in_order(
        self, rules: Policy, facts: Facts, looks: list[timedelta]
    ) -> None:
        stepped_at: datetime | None = None
        found: list[Step] = []
        for now in sorted(facts.due_at + look for look in looks):
            planned = plan(rules, facts, stepped_at, now)
            assert planned.next_at is None or planned.next_at > now
            if planned.step is not None:
                assert planned.step.at <= now
                found.append(planned.step)
            stepped_at = now
        assert all(first.at < second.at for first, second in pairwise(found))
        assert len({step.key for step in found}) == len(found)

    @settings(deadline=None)
    @given(policies(), deadlines())
    def test_who_looks_whenever_asked_to_takes_every_step(self, rules: Policy, facts: Facts) -> None:
        expected = list(islice(steps_of(rules, facts), 12))
        stepped_at = now = expected[0].at - DAY
        found = []
        while len(found) < len(expected):
            planned = plan(rules, facts, stepped_at, now)
            found += [planned.step] if planned.step else []
            if planned.next_at is None:
                break
            stepped_at, now = now, planned.next_at
        assert found == expected

    @settings(deadline=None)
    @given(policies(), deadlines(), some.timedeltas(timedelta(seconds=1), timedelta(days=1000)))
    def test_what_is_late_and_was_never_looked_at_gets_exactly_one_step(
        self, rules: Policy, facts: Facts, late: timedelta
    ) -> None:
        now = facts.due_at + late
        assert plan(rules, facts, None, now).step is not None
        assert plan(rules, facts, now, now).step is None
