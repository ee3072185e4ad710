"""The shipped policies say what is promised; an override changes its parts, and one that is broken stops nothing."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from portal.deadlines.kinds import all_kinds
from portal.deadlines.policies import entry_of, policy_for, shipped
from portal.deadlines.rules.durations import parse
from portal.deadlines.rules.policies import read


def heard(name: str, offset: str) -> tuple[str, ...]:
    return shipped()[name].to_at(parse(offset))


@pytest.mark.parametrize(
    ("name", "before", "late_every", "late_slower"),
    [
        ("renewal", "P60D P30D P14D P7D P1D", "P1D", None),
        ("review", "P14D P7D P1D", "P1D", ("P14D", "P7D")),
        ("naming", "P1D", "P1D", None),
        ("clock", "PT24H PT12H PT4H PT1H", "PT1H", None),
        ("approval", "P3D P1D", "P2D", None),
    ],
)
def test_the_steps_are_those_that_are_promised(
    name: str, before: str, late_every: str, late_slower: tuple[str, str] | None
) -> None:
    policy = shipped()[name]
    assert " ".join(map(str, policy.before)) == before
    assert str(policy.late_every) == late_every
    slower = policy.late_slower
    assert (slower and (str(slower.after), str(slower.every))) == late_slower


def test_more_people_hear_of_a_renewal_the_nearer_it_comes() -> None:
    assert heard("renewal", "-P14D") == ("owner",)
    assert heard("renewal", "-P7D") == ("owner", "backup")
    assert heard("renewal", "PT0S") == ("owner", "backup", "lead")
    assert heard("renewal", "P2D") == ("owner", "backup", "lead")
    assert heard("renewal", "P3D") == ("owner", "backup", "lead", "practice_owner")


def test_nobody_asks_the_missing_owner_for_an_owner() -> None:
    assert heard("naming", "PT0S") == ("lead",)
    assert heard("naming", "P1D") == ("lead", "practice_owner")


def test_clocks_are_urgent_and_cannot_be_declined() -> None:
    clock = shipped()["clock"]
    assert (clock.urgent, clock.may_opt_out, clock.hours_based) == (True, False, True)
    others = [policy for name, policy in shipped().items() if name != "clock"]
    assert not any(policy.urgent or policy.hours_based for policy in others)


def test_approvals_ask_the_client() -> None:
    assert heard("approval", "-P3D") == ("client",)


def test_every_kind_names_a_policy_that_is_shipped() -> None:
    assert {kind.name: kind.policy for kind in all_kinds() if kind.policy not in shipped()} == {}


def test_an_override_changes_its_parts_and_nothing_else() -> None:
    plain = shipped()["renewal"]
    changed = policy_for("renewal", {"before": ["P90D"], "send_at": "08:30"})
    assert [str(step) for step in changed.before] == ["P90D"]
    assert (changed.escalate, changed.late_every, changed.name) == (
        plain.escalate,
        plain.late_every,
        "renewal",
    )
    assert policy_for("renewal") is plain
    assert policy_for("renewal", {}) is plain
    assert shipped()["renewal"] == plain


def test_the_same_override_is_read_once() -> None:
    assert policy_for("review", {"weekends": True}) is policy_for("review", {"weekends": True})
    assert policy_for("review", {"weekends": True}) != policy_for("renewal", {"weekends": True})


def test_a_shipped_policy_as_data_is_read_as_itself() -> None:
    for name, policy in shipped().items():
        assert read(entry_of(name)) == policy
        entry_of(name)["to"].append("nobody")
        assert read(entry_of(name)) == policy


@pytest.mark.parametrize("broken", [{"to": ["boss"]}, {"late_every": "PT1M"}, {"no_such_part": 1}])
def test_a_broken_override_is_logged_and_the_shipped_policy_holds(
    broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        assert policy_for("approval", broken | {"title": f"{broken}"[:40]}) is shipped()["approval"]
    assert "an override of the reminder policy approval is left aside" in caplog.text


def test_an_unknown_policy_is_logged_and_means_that_of_renewals(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        assert policy_for("gone") is shipped()["renewal"]
        assert policy_for("gone", {"before": ["P2D"]}).name == "renewal"
    assert "no reminder policy is called gone" in caplog.text
