"""Staged reports: NIS2, DORA, CRA, SEC. Which report starts which, latest instants, what moves off a weekend."""

from __future__ import annotations

from datetime import timedelta

import pytest

from incidents.response.rules.clocks import CLIENTS, OURS, chained
from tests.incidents.response.rules.samples import at, facts, proposed

#: Wednesday 18 November 2026.
AWARE, REPORTED = "2026-11-18T08:00+00:00", "2026-11-20T10:00+00:00"


def started_by(clock_id: str, reported_at: str = REPORTED, **known) -> list[tuple[str, str]]:
    """Ids and due instants of what a report starts, in UTC."""
    found = chained(clock_id, reported_at=at(reported_at), facts=facts(**known))
    return [(each.id, f"{each.due_at:%Y-%m-%dT%H:%M}") for each in found]


class TestNis2:
    def test_warning_and_notification_run_from_the_same_instant(self) -> None:
        found = proposed(facts(events={"awareness": AWARE}))
        assert found["eu-nis2-early-warning"].due_at == at("2026-11-19T08:00+00:00")
        assert found["eu-nis2-notification"].due_at == at("2026-11-21T08:00+00:00")

    def test_the_final_report_waits_for_the_notification(self) -> None:
        found = proposed(facts(events={"awareness": AWARE}))["eu-nis2-final"]
        assert (found.due_at, found.follows, found.waits_for) == (None, *["eu-nis2-notification"] * 2)
        assert started_by("eu-nis2-early-warning") == []
        assert started_by("eu-nis2-notification") == [("eu-nis2-final", "2026-12-21T00:00")]

    def test_while_it_goes_on_the_final_report_comes_a_month_after_its_end(self) -> None:
        events = {"awareness": AWARE, "handled": "2027-01-31T12:00+00:00"}
        progress = "2026-12-18T10:00+00:00"
        assert started_by("eu-nis2-final", progress, events={"awareness": AWARE}) == []
        assert started_by("eu-nis2-final", progress, events=events) == [
            ("eu-nis2-final-follow-up", "2027-03-01T00:00")
        ]

    def test_a_report_after_the_end_is_the_last_one(self) -> None:
        events = {"awareness": AWARE, "handled": "2026-11-19T12:00+00:00"}
        assert started_by("eu-nis2-final", REPORTED, events=events) == []
        assert "eu-nis2-final-follow-up" not in proposed(facts(events=events))


class TestDora:
    def dora(self, aware: str = "", classified: str = "", **known):
        events = {"awareness": aware, "classified_major": classified}
        known = {"sectors": ["financial_entity"], **known}
        found = proposed(facts("controller", events={k: v for k, v in events.items() if v}, **known))
        return found["eu-dora-initial"]

    def test_it_waits_for_the_classification(self) -> None:
        found = self.dora(aware=AWARE)
        assert (found.due_at, found.waits_for) == (None, "classified_major")

    @pytest.mark.parametrize(
        ("classified", "due"),
        [
            pytest.param("2026-11-18T09:00", "2026-11-18T13:00", id="four hours"),
            pytest.param("2026-11-19T04:00", "2026-11-19T08:00", id="four hours are the twenty-four"),
            pytest.param("2026-11-19T06:30", "2026-11-19T08:00", id="at most 24 hours after awareness"),
            pytest.param("2026-11-19T08:00", "2026-11-19T08:00", id="not yet later than 24 hours"),
            pytest.param("2026-11-19T08:01", "2026-11-19T12:01", id="late classification: four hours again"),
            pytest.param("2026-11-26T08:00", "2026-11-26T12:00", id="a week later"),
        ],
    )
    def test_four_hours_from_classification_a_day_from_awareness(self, classified: str, due: str) -> None:
        found = self.dora(aware=AWARE, classified=f"{classified}+00:00")
        assert found.due_at == at(f"{due}+00:00")
        assert "at the latest 24 hours from awareness" in found.note

    def test_the_latest_instant_is_counted_from_the_clients_awareness(self) -> None:
        events = {"awareness": AWARE, "client_awareness": "2026-11-18T20:00+00:00",
                  "classified_major": "2026-11-19T18:00+00:00"}  # fmt: skip
        found = proposed(facts("processor", events=events))["eu-dora-initial"]
        assert (found.duty, found.due_at) == (CLIENTS, at("2026-11-19T20:00+00:00"))

    def test_an_awareness_that_is_not_recorded_is_said(self) -> None:
        found = self.dora(classified="2026-11-19T06:30+00:00")
        assert found.due_at == at("2026-11-19T10:30+00:00")
        assert "which is not recorded" in found.note

    def test_a_weekend_moves_it_only_where_somebody_recorded_that_it_may(self) -> None:
        """Saturday 21 November 2026: noon of Monday in Berlin is 11:00 UTC."""
        saturday = {"aware": "2026-11-21T08:00+00:00", "classified": "2026-11-21T09:00+00:00",
                    "zone": "Europe/Berlin", "holiday_calendar": "DE-BE"}  # fmt: skip
        strict = self.dora(**saturday)
        assert strict.due_at == at("2026-11-21T13:00+00:00")
        assert "may move to noon of 23 November 2026" in strict.note
        assert self.dora(**saturday, may_roll_over=True).due_at == at("2026-11-23T11:00+00:00")
        nis2 = self.dora(
            **saturday, may_roll_over=True, sectors=["financial_entity", "essential_or_important_entity"]
        )
        assert nis2.due_at == at("2026-11-21T13:00+00:00")
        assert "may move" not in nis2.note

    def test_the_final_report_moves_for_everybody_over_christmas_too(self) -> None:
        """25 December is a Friday; 28 December, the first working day, is a holiday in England and not in Berlin."""
        report = "2026-11-25T10:00+00:00"
        assert started_by("eu-dora-intermediate", report, zone="Europe/Berlin", holiday_calendar="DE-BE") == [
            ("eu-dora-final", "2026-12-28T11:00")
        ]
        assert started_by("eu-dora-intermediate", report) == [("eu-dora-final", "2026-12-29T12:00")]

    def test_a_final_report_on_a_working_day_keeps_its_day(self) -> None:
        found = chained("eu-dora-intermediate", reported_at=at("2026-11-17T10:00+00:00"), facts=facts())
        assert [str(each.due_on) for each in found] == ["2026-12-17"]

    def test_each_report_starts_the_next(self) -> None:
        assert started_by("eu-dora-initial", AWARE) == [("eu-dora-intermediate", "2026-11-21T08:00")]
        assert started_by("eu-dora-final") == []

    def test_the_latest_update_of_the_intermediate_report_counts(self) -> None:
        first = proposed(facts(reports={"eu-dora-intermediate": "2026-11-17T10:00+00:00"}))["eu-dora-final"]
        update = started_by("eu-dora-intermediate", "2026-11-30T10:00+00:00")
        assert str(first.due_on) == "2026-12-17"
        assert update == [("eu-dora-final", "2026-12-31T00:00")]


class TestCyberResilienceAct:
    def test_a_vulnerability_ends_two_weeks_after_the_fix(self) -> None:
        found = proposed(facts(events={"awareness": AWARE, "fix_available": "2026-11-25T10:00+00:00"}))
        assert str(found["eu-cra-final-vulnerability"].due_on) == "2026-12-09"

    def test_a_severe_incident_ends_a_month_after_the_notification_of_72_hours(self) -> None:
        waiting = proposed(facts(events={"awareness": AWARE}))
        assert waiting["eu-cra-early-warning-follow-up"].due_at == at("2026-11-21T08:00+00:00")
        assert waiting["eu-cra-final-incident"].waits_for == "eu-cra-early-warning-follow-up"
        assert started_by("eu-cra-early-warning-follow-up", "2027-01-31T10:00+00:00") == [
            ("eu-cra-final-incident", "2027-03-01T00:00")
        ]

    def test_the_early_warning_starts_nothing_that_runs_already(self) -> None:
        assert started_by("eu-cra-early-warning", events={"awareness": AWARE}) == []


class TestSec:
    def test_a_filing_is_due_four_business_days_after_materiality(self) -> None:
        events = {"materiality_determined": "2026-12-22T12:00-05:00"}
        found = proposed(facts("controller", zone="America/New_York", events=events))
        assert str(found["us-sec-8k"].due_on) == "2026-12-29"
        assert found["us-sec-8k"].duty == OURS
        assert found["us-sec-8k-follow-up"].waits_for == "information_available"

    def test_an_amendment_is_counted_from_the_missing_information_not_from_the_filing(self) -> None:
        events = {"materiality_determined": "2026-11-16T12:00-05:00"}
        filed = {"zone": "America/New_York", "events": events}
        assert started_by("us-sec-8k", "2026-11-19T12:00-05:00", **filed) == []
        events["information_available"] = "2026-11-25T12:00-05:00"
        assert started_by("us-sec-8k", "2026-11-19T12:00-05:00", **filed) == [
            ("us-sec-8k-follow-up", "2026-12-03T05:00")
        ]


def test_one_report_may_stand_for_any_where_its_clock_is_not_named() -> None:
    found = proposed(facts(events={"prior_report_submitted": REPORTED}))
    assert found["eu-nis2-final"].trigger_at == found["eu-dora-intermediate"].trigger_at == at(REPORTED)
    named = proposed(facts(events={"prior_report_submitted": REPORTED}, reports={"eu-dora-initial": AWARE}))
    assert named["eu-dora-intermediate"].due_at == at(AWARE) + timedelta(hours=72)


def test_an_unsettled_or_foreign_chain_starts_nothing() -> None:
    assert started_by("eu-nis2-notification", jurisdictions=["GB"]) == []
    assert started_by("eu-nis2-notification", sectors=[]) == []
    assert started_by("unknown-clock") == []
