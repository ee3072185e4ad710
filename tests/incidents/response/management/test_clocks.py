"""manage.py incidents clocks prints what the rules say, refuses in words, and needs no database."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from incidents.response.rules.clocks import BOTH, propose
from tests.incidents.response.rules.samples import at, facts

AWARE = "awareness=2026-10-24T10:00+01:00"
GB = ("--jurisdiction", "GB", "--role", "processor", "--event", AWARE)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str]):
    """Call the command; give what it printed. The tests have no database, so it cannot ask one."""

    def call(*words: str) -> str:
        call_command("incidents", "clocks", *words)
        return capsys.readouterr().out

    return call


@pytest.fixture
def as_object(printed):
    def call(*words: str) -> dict[str, Any]:
        return json.loads(printed(*words, "--json"))

    return call


def test_each_clock_says_who_tells_whom_when_and_by_which_law(printed) -> None:
    text = printed(*GB)
    first, second, *_ = text.split("\n\n")
    assert first.startswith("UK GDPR / DPA 2018: tell the controller (uk-gdpr-processor)\n")
    assert "  Duty       ours\n" in first
    for line in (
        "Due        2026-10-27T09:00:00+00:00 (2026-10-27T09:00:00Z)",
        "Time       72 hours from awareness",
        "Trigger    awareness, 2026-10-24T10:00:00+01:00",
        "Duty       the client's own",
        "Tell       regulator",
        "Assumed    Counted from when we knew: when the client did is not recorded.",
        "Law        UK GDPR Art 33(1), (3)-(5)",
        "Source     ICO audit toolkit",
    ):
        assert f"  {line}" in second
    assert "without undue delay: the law names no time" in text


def test_the_object_has_every_fact_of_a_clock(as_object) -> None:
    found = as_object(*GB)
    assert {name: found[name] for name in ("jurisdictions", "role", "time_zone", "holidays", "events")} == {
        "jurisdictions": ["GB"],
        "role": "processor",
        "time_zone": "Europe/London",
        "holidays": "GB-ENG",
        "events": {"awareness": "2026-10-24T10:00:00+01:00"},
    }
    clock = next(each for each in found["clocks"] if each["id"] == "uk-gdpr-ico")
    assert clock["contents"][0].startswith("nature of the breach")
    assert clock["source"].startswith("ICO audit toolkit")
    assert {
        name: clock[name]
        for name in ("duty", "recipient", "recipients", "trigger", "time", "due_at", "due_at_utc", "due_on")
    } == {
        "duty": "clients",
        "recipient": "regulator",
        "recipients": ["regulator"],
        "trigger": "awareness",
        "time": "72 hours from awareness",
        "due_at": "2026-10-27T09:00:00+00:00",
        "due_at_utc": "2026-10-27T09:00:00Z",
        "due_on": None,
    }


@pytest.mark.parametrize("role", ["processor", "controller", "both"])
def test_it_proposes_what_the_rules_propose(as_object, role: str) -> None:
    places = ["GB", "EU", "SG", "US", "US-CA", "US-NY", "AU", "CA"]
    found = as_object(
        *("--role", role, "--jurisdiction", *places, "--event", AWARE, "discovery=2026-10-24T09:00+01:00"),
        *("--sector", "health", "financial_entity", "--persons", "500", "--high-risk", "no"),
        *("--report", "eu-dora-initial=2026-10-24T12:00Z", "--contract-hours", "12"),
    )
    known = facts(
        BOTH if role == "both" else role,
        jurisdictions=places,
        sectors=["health", "financial_entity"],
        switched_on=[],
        events={"awareness": "2026-10-24T10:00+01:00", "discovery": "2026-10-24T09:00+01:00"},
        reports={"eu-dora-initial": "2026-10-24T12:00+00:00"},
        persons=500,
        high_risk="no",
        contract_hours="PT12H",
    )
    assert [(each["id"], each["due_at"] and at(each["due_at"])) for each in found["clocks"]] == [
        (each.id, each.due_at) for each in propose(known)
    ]
    assert found["role"] == role


def test_days_are_counted_in_the_time_zone_and_said_in_it(as_object) -> None:
    words = ("--jurisdiction", "US-CA", "--role", "controller", "--event", "discovery=2026-01-16T05:00Z")
    there = as_object(*words, "--time-zone", "America/Los_Angeles")["clocks"][0]
    here = as_object(*words)["clocks"][0]
    assert (there["id"], there["due_on"], here["due_on"]) == ("us-ca-individuals", "2026-02-14", "2026-02-15")
    assert there["due_at"] == "2026-02-15T00:00:00-08:00"
    assert there["trigger_at"] == "2026-01-15T21:00:00-08:00"


def test_holidays_are_those_of_the_place(as_object) -> None:
    words = ("--jurisdiction", "GB", "--role", "controller", "--sector", "card_data",
             "--event", "discovery=2026-11-27T09:00Z")  # fmt: skip

    def due_on(*more: str) -> str:
        return next(each["due_on"] for each in as_object(*words, *more)["clocks"] if each["due_on"])

    assert (due_on(), due_on("--holidays", "GB-SCT")) == ("2026-12-02", "2026-12-03")


def test_what_waits_says_for_what(as_object, printed) -> None:
    words = ("--jurisdiction", "EU", "--role", "controller", "--sector", "financial_entity")
    found = {each["id"]: each for each in as_object(*words)["clocks"]}
    assert found["eu-dora-initial"]["waiting"] == "Waits for classification as major."
    assert found["eu-dora-intermediate"]["waits_for"] == "eu-dora-initial"
    assert found["eu-dora-initial"]["due_at"] is None
    assert "Due        Waits for the report “DORA, initial report: tell the regulator”." in printed(*words)


def test_unsettled_law_is_left_out_by_name_until_it_is_included(as_object, printed) -> None:
    words = ("--jurisdiction", "GB", "--role", "controller", "--sector", "managed_service_provider")
    without = as_object(*words)
    assert [each["id"] for each in without["left_out"]] == ["uk-csr-bill-initial"]
    assert "Left out, a bill, not in force: UK Cyber Security" in printed(*words)
    wanted = as_object(*words, "--include", "uk-csr-bill-initial")
    assert wanted["left_out"] == []
    assert "uk-csr-bill-initial-follow-up" in [each["id"] for each in wanted["clocks"]]


def test_cases_and_moving_off_a_weekend_can_be_chosen(as_object) -> None:
    words = ("--jurisdiction", "EU", "--role", "controller", "--sector", "financial_entity", "ai_provider",
             "--include", "eu-ai-act-serious-incident", "--event", "classified_major=2026-11-21T09:00Z",
             "awareness=2026-11-21T08:00Z")  # fmt: skip
    plain = {each["id"]: each["due_at_utc"] for each in as_object(*words)["clocks"]}
    chosen = as_object(*words, "--case", "widespread_or_critical", "--may-roll-over")["clocks"]
    chosen = {each["id"]: each["due_at_utc"] for each in chosen}
    assert (plain["eu-dora-initial"], chosen["eu-dora-initial"]) == (
        "2026-11-21T13:00:00Z",
        "2026-11-23T12:00:00Z",
    )
    assert chosen["eu-ai-act-serious-incident"] < plain["eu-ai-act-serious-incident"]


def test_where_nothing_applies_it_says_so(printed) -> None:
    assert printed("--jurisdiction", "GB", "--role", "processor", "--personal-data", "no").startswith(
        "No clock applies to these facts.\n"
    )


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            ("--jurisdiction", "FR"),
            "“FR” is not a jurisdiction. Choose AU, CA, EU, GB, SG, US, US-CA or US-NY.",
        ),
        (("--role", "owner"), "“owner” is not a role. Choose both, controller or processor."),
        (
            ("--event", "discovery=2026-10-24T10:00"),
            "does not say how far from UTC it is. Write the offset too",
        ),
        (("--event", "discovery=2026-10-24"), "does not say how far from UTC it is"),
        (
            ("--event", "discovery=yesterday"),
            "“yesterday” is not an instant. Write it as discovery=2026-11-19T",
        ),
        (("--event", "discovery"), "“” is not an instant. Write it as discovery="),
        (("--event", "noticed=2026-10-24T10:00Z"), "“noticed” is not an event. Choose assessment_concluded,"),
        (("--event", AWARE), "“awareness” is given twice. Give one instant for it."),
        (("--report", "eu-dora=2026-10-24T10:00Z"), "“eu-dora” is not a clock."),
        (("--persons", "-3"), "“-3” is not a number of people."),
        (("--persons", "many"), "“many” is not a number of people. Write a whole number, or leave it out."),
        (("--sector", "bank"), "“bank” is not a sector. Choose ai_provider,"),
        (("--case", "fire"), "“fire” is not a case."),
        (("--include", "uk-gdpr-ico"), "“uk-gdpr-ico” is not an unsettled clock."),
        (("--high-risk", "maybe"), "“maybe” is not an answer. Choose no, suspected, unknown or yes."),
        (("--personal-data", "maybe"), "“maybe” is not an answer."),
        (("--contract-hours", "2 days"), "“2 days” is not a number of hours. Write a whole number from 1 to"),
        (("--contract-hours", "0"), "“0” is not a number of hours"),
        (("--contract-hours", "-4"), "“-4” is not a number of hours"),
        (("--contract-hours", "721"), "“721” is not a number of hours"),
        (("--contract-hours", "P1M"), "“P1M” is not a number of hours"),
        (("--time-zone", "London"), "“London” is not a time zone. Write it as Europe/London."),
        (("--time-zone", "../etc"), "is not a time zone"),
        (("--holidays", "ZZ"), "“ZZ” is not a place whose holidays are known."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(changed: tuple[str, ...], sentence: str) -> None:
    name, value = changed
    with pytest.raises(CommandError) as refused:
        call_command("incidents", "clocks", *GB, "--sector", "health", f"{name}={value}")
    assert sentence in str(refused.value)
    assert refused.value.returncode == 2


@pytest.mark.parametrize("instant", ["9999-12-31T10:00Z", "9999-12-31T23:30-14:00", "0001-01-01T00:00+14:00"])
def test_an_instant_at_the_edge_of_time_is_refused_in_words(instant: str) -> None:
    words = ("--jurisdiction", "US-CA", "--role", "controller", "--sector", "health")
    with pytest.raises(CommandError, match="outside the calendar") as refused:
        call_command("incidents", "clocks", *words, "--event", f"discovery={instant}")
    assert refused.value.returncode == 2


@pytest.mark.parametrize("missing", [0, 2])
def test_without_a_place_or_a_role_it_says_what_is_missing(missing: int) -> None:
    words = [*GB[:missing], *GB[missing + 2 :]]
    with pytest.raises(CommandError, match=f"required: {GB[missing]}"):
        call_command("incidents", "clocks", *words)
