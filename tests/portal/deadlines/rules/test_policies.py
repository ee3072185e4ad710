"""Policies are read from data; what makes no sense is refused with a sentence that says what to write instead."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.deadlines.rules.durations import Duration, parse
from portal.deadlines.rules.policies import Policy, PolicyFault, read

PLAIN: dict[str, Any] = {"title": "Renewals", "to": ["owner"]}
FULL: dict[str, Any] = {
    "name": "renewal",
    "title": "Renewals",
    "before": ["P1D", "P60D", "P7D"],
    "late_every": "P1D",
    "late_slower": {"after": "P14D", "every": "P7D"},
    "to": ["owner"],
    "escalate": [{"from": "P3D", "to": ["practice_owner"]}, {"from": "-P7D", "to": ["backup", "lead"]}],
    "send_at": "09:30",
    "quiet": {"from": "19:00", "until": "08:00"},
    "weekends": False,
    "channels": ["email", "slack"],
    "may_opt_out": False,
    "urgent": True,
}


def test_a_full_policy_is_read_and_its_steps_are_put_in_order() -> None:
    policy = read(FULL)
    assert (policy.name, policy.title) == ("renewal", "Renewals")
    assert [str(step) for step in policy.before] == ["P60D", "P7D", "P1D"]
    assert policy.late_every == Duration(days=1)
    assert policy.late_slower is not None
    assert (str(policy.late_slower.after), str(policy.late_slower.every)) == ("P14D", "P7D")
    assert [str(one.since) for one in policy.escalate] == ["-P7D", "P3D"]
    assert (policy.send_at, policy.quiet_from, policy.quiet_until) == (time(9, 30), time(19), time(8))
    assert (policy.weekends, policy.may_opt_out, policy.urgent) == (False, False, True)
    assert policy.channels == ("email", "slack")


def test_what_is_left_out_has_a_plain_meaning() -> None:
    assert read(PLAIN) == Policy(name="", title="Renewals", to=("owner",))
    assert read({**PLAIN, "late_every": None, "quiet": None, "late_slower": None}) == read(PLAIN)


@pytest.mark.parametrize(
    ("offset", "heard"),
    [
        ("-P60D", ("owner",)),
        ("-P8D", ("owner",)),
        ("-P7D", ("owner", "backup", "lead")),
        ("PT0S", ("owner", "backup", "lead")),
        ("P2D", ("owner", "backup", "lead")),
        ("P3D", ("owner", "backup", "lead", "practice_owner")),
        ("P30D", ("owner", "backup", "lead", "practice_owner")),
    ],
)
def test_more_people_hear_of_it_the_later_it_is(offset: str, heard: tuple[str, ...]) -> None:
    assert read(FULL).to_at(parse(offset)) == heard


def test_a_part_that_escalates_to_itself_stays_one() -> None:
    policy = read({**PLAIN, "escalate": [{"from": "PT0S", "to": ["owner", "lead", "lead"]}]})
    assert policy.to_at(Duration()) == ("owner", "lead")


@pytest.mark.parametrize(
    ("parts", "hours"),
    [
        ({"before": ["PT4H"]}, True),
        ({"before": ["P7D", "PT4H"], "late_every": "P1D"}, True),
        ({"before": ["P7D"], "late_every": "PT1H"}, False),
        ({"late_every": "PT1H"}, True),
        ({"late_every": "P1D"}, False),
        ({}, False),
    ],
)
def test_the_due_step_counts_as_the_steps_next_to_it_do(parts: dict[str, Any], hours: bool) -> None:
    assert read({**PLAIN, **parts}).hours_based is hours


@pytest.mark.parametrize(
    ("parts", "field", "sentence"),
    [
        ({"befor": []}, "", "“befor” is not a part of a policy. Its parts are: name, title"),
        ({"title": ""}, "title", "Enter a title"),
        ({"title": 5}, "title", "Enter a title"),
        ({"title": "x" * 61}, "title", "at most 60"),
        ({"name": None}, "name", "Enter a name"),
        ({"to": []}, "to", "Choose who is reminded: owner, backup"),
        ({"to": ["boss"]}, "to", "“boss” is not known here. Choose who is reminded"),
        ({"to": "owner"}, "to", "“to” is a list"),
        ({"to": [["owner"]]}, "to", "is not known here"),
        ({"before": "P7D"}, "before", "“before” is a list"),
        ({"before": ["7 days"]}, "before", "“7 days” is not a length of time. Write P7D"),
        ({"before": [7]}, "before", "“7” is not a length of time"),
        ({"before": [None]}, "before", "is not a length of time"),
        ({"before": [["P7D"]]}, "before", "is not a length of time"),
        ({"before": ["P1DT12H"]}, "before", "in days or in hours, not in both"),
        ({"before": ["-P7D"]}, "before", "“-P7D” is not before"),
        ({"before": ["PT0S"]}, "before", "“PT0S” is not before"),
        ({"before": ["P3Y"]}, "before", "36 months before is too early"),
        ({"before": ["P7D", "P1W"]}, "before", "twice"),
        (
            {"before": [f"P{days}D" for days in range(1, 26)]},
            "before",
            "25 steps are too many. Choose at most 24",
        ),
        ({"late_every": "PT59M"}, "late_every", "at most once an hour while it is late: PT1H or longer"),
        ({"late_every": "P0D"}, "late_every", "at most once an hour"),
        ({"late_every": "-P1D"}, "late_every", "at most once an hour"),
        ({"late_every": "P1M"}, "late_every", "in days or hours"),
        ({"late_every": "daily"}, "late_every", "is not a length of time"),
        ({"late_slower": {"after": "P14D", "every": "P7D"}}, "late_slower", "Say in late_every"),
        (
            {"late_every": "P1D", "late_slower": {"after": "P14D"}},
            "late_slower",
            "needs exactly these parts: after or every",
        ),
        ({"late_every": "P1D", "late_slower": "P7D"}, "late_slower", "needs exactly these parts"),
        (
            {"late_every": "P1D", "late_slower": {"after": "PT24H", "every": "P7D"}},
            "late_slower",
            "Say in days",
        ),
        (
            {"late_every": "PT1H", "late_slower": {"after": "P1D", "every": "P1D"}},
            "late_slower",
            "Say in hours",
        ),
        (
            {"late_every": "P2D", "late_slower": {"after": "P14D", "every": "P2D"}},
            "late_slower",
            "rarer than that",
        ),
        (
            {"late_every": "P2D", "late_slower": {"after": "P1D", "every": "P7D"}},
            "late_slower",
            "more than 2 days",
        ),
        ({"escalate": [{"from": "P3D"}]}, "escalate", "needs exactly these parts: from or to"),
        ({"escalate": [{"from": "P3D", "to": []}]}, "escalate", "Choose who hears of it as well"),
        ({"escalate": [{"from": "later", "to": ["lead"]}]}, "escalate", "is not a length of time"),
        ({"escalate": ["lead"]}, "escalate", "needs exactly these parts"),
        ({"escalate": [{"from": "P3D", "to": ["lead"]}] * 25}, "escalate", "at most 24"),
        ({"send_at": "25:00"}, "send_at", "“25:00” is not a time of day. Write it as 09:00"),
        ({"send_at": "9:00"}, "send_at", "is not a time of day"),
        ({"send_at": 540}, "send_at", "is not a time of day"),
        ({"quiet": {"from": "19:00"}}, "quiet", "needs exactly these parts: from or until"),
        ({"quiet": {"from": "19:00", "until": "19:00"}}, "quiet", "begin and end at different times"),
        ({"quiet": {"from": "19:00", "until": "8"}}, "quiet", "is not a time of day"),
        ({"weekends": "no"}, "weekends", "yes or no"),
        ({"may_opt_out": 1}, "may_opt_out", "yes or no"),
        ({"urgent": None}, "urgent", "yes or no"),
        ({"channels": ["pigeon"]}, "channels", "“pigeon” is not known here. Choose where reminders go"),
        ({"channels": []}, "channels", "Choose where reminders go: email, slack"),
    ],
)
def test_nonsense_is_refused_in_words_and_names_its_field(
    parts: dict[str, Any], field: str, sentence: str
) -> None:
    with pytest.raises(PolicyFault, match=sentence) as fault:
        read({**PLAIN, **parts})
    assert fault.value.field == field


def test_what_is_no_policy_at_all_is_refused() -> None:
    for given_instead in (None, [], "renewal", 7):
        with pytest.raises(PolicyFault):
            read(given_instead)  # type: ignore[arg-type]
    with pytest.raises(PolicyFault, match="Enter a title"):
        read({})


json_values = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=8)
    | some.just("P1D"),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(some.sampled_from(sorted(FULL)), json_values)
def test_any_json_in_any_field_is_read_or_refused_in_words(field: str, value: Any) -> None:
    try:
        assert isinstance(read({**FULL, field: value}), Policy)
    except PolicyFault as fault:
        assert str(fault).endswith(".")
