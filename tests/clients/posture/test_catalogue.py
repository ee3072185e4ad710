"""The catalogue is whole and agrees with itself."""

from __future__ import annotations

import re

import pytest

from clients.posture.catalogue import STANDARDS, catalogue, controls


def test_all_90_controls_stand_in_17_families() -> None:
    assert len(controls()) == 90
    assert len(catalogue().families) == 17
    assert {control.area for control in controls().values()} == set(catalogue().families)


@pytest.mark.parametrize("control_id", list(controls()))
def test_each_control_says_what_it_promises_and_how_it_is_judged(control_id: str) -> None:
    control = controls()[control_id]
    texts = (control.title, control.statement, control.proof, control.pass_when, control.warn_when)
    assert all(text.strip() for text in texts)
    assert all(promise.text and promise.kind in ("promise", "advice") for promise in control.promises)
    assert dict(control.maps).keys() <= STANDARDS.keys()


@pytest.mark.parametrize("control_id", list(controls()))
def test_a_record_that_a_rule_names_is_among_the_control_s_records(control_id: str) -> None:
    control = controls()[control_id]
    text = f"{control.pass_when} {control.warn_when} {control.not_applicable_when}"
    named = {kind for kind in catalogue().kinds if re.search(rf"\b{kind}s?\b", text)}
    assert named <= set(control.records)


def test_the_catalogue_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        controls()["ACC-01"] = None  # type: ignore[index]
