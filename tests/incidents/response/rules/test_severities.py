"""The four severities as incident.yaml states them, and which post-mortem each owes."""

from __future__ import annotations

import pytest

from incidents.response.models import Incident
from incidents.response.rules.severities import (
    OPTIONAL,
    REQUIRED,
    SHORT_FORM,
    at_least,
    needs_post_mortem,
    severities,
)
from portal.deadlines.rules.durations import parse


def test_the_worst_comes_first_and_the_model_knows_the_same() -> None:
    assert list(severities()) == ["SEV1", "SEV2", "SEV3", "SEV4"] == Incident.Severity.values
    assert [f"{each.id} {each.label}" for each in severities().values()] == Incident.Severity.labels


def test_the_client_hears_oftener_the_worse_it_is() -> None:
    every = {each.id: each.update_every for each in severities().values()}
    assert every == {"SEV1": "PT1H", "SEV2": "PT4H", "SEV3": "P1D", "SEV4": ""}
    lengths = [parse(each).approximate for each in every.values() if each]
    assert lengths == sorted(lengths)


def test_two_levels_are_major() -> None:
    assert [each.id for each in severities().values() if each.is_major] == ["SEV1", "SEV2"]
    assert {each.id for each in severities().values() if each.breach_check == "required"} == {"SEV1", "SEV2"}


@pytest.mark.parametrize("personal_data", ["yes", "suspected"])
def test_a_suspected_breach_is_at_least_sev2(personal_data: str) -> None:
    held = {level: at_least(level, personal_data) for level in severities()}
    assert held == {"SEV1": "SEV1", "SEV2": "SEV2", "SEV3": "SEV2", "SEV4": "SEV2"}


@pytest.mark.parametrize("personal_data", ["no", "unknown"])
def test_without_a_breach_the_severity_stays(personal_data: str) -> None:
    assert all(at_least(level, personal_data) == level for level in severities())


@pytest.mark.parametrize(
    ("severity", "every", "major_only"),
    [
        ("SEV1", REQUIRED, REQUIRED),
        ("SEV2", REQUIRED, REQUIRED),
        ("SEV3", SHORT_FORM, OPTIONAL),
        ("SEV4", SHORT_FORM, OPTIONAL),
    ],
)
def test_every_incident_owes_a_post_mortem_unless_only_major_ones_were_promised(
    severity: str, every: str, major_only: str
) -> None:
    assert needs_post_mortem(severity, every_incident=True) == every
    assert needs_post_mortem(severity, every_incident=False) == major_only
