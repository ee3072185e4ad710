"""What a plan lacks, and what has changed since it was approved."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from incidents.response.rules.plans import CONTACTS, PLAN, SUPPORT, differences, gaps

PERSON = {"name": "Ada", "role": "Head", "phone": "1", "email": "", "best": "", "place": "Primary"}
WHOLE: dict[str, Any] = {
    "names": {"client": "Alder", "practice": "Northlight"},
    "jurisdictions": ["United Kingdom"],
    "severities": [
        {"id": "SEV1", "means": "all down", "target": "4 hours", "update": "every hour", "post_mortem": "Full form"},
        {"id": "SEV2", "means": "some down", "target": "8 hours", "update": "", "post_mortem": "Full form"},
    ],
    "support": {"tier": "Growth", "promised": True, "ended": False, "counted": "Hours", "open": "", "channel": ""},
    "contacts": {"client": [PERSON, {**PERSON, "name": "Bo"}], "practice": [PERSON, {**PERSON, "name": "Bo"}]},
    "clocks": [{"title": "Tell the ICO", "words": "72 hours from awareness"}],
    "promise": "within 48 hours of the resolution, for every incident",
}  # fmt: skip


def changed(**parts: Any) -> dict[str, Any]:
    """The whole plan with other parts."""
    return {**deepcopy(WHOLE), **parts}


def test_a_whole_plan_lacks_nothing_and_differs_from_itself_in_nothing() -> None:
    assert gaps(WHOLE) == []
    assert differences(WHOLE, deepcopy(WHOLE)) == []


@pytest.mark.parametrize(
    ("parts", "words", "where"),
    [
        ({"support": {}}, "No support is agreed", SUPPORT),
        ({"support": {**WHOLE["support"], "ended": True}}, "does not hold today", SUPPORT),
        ({"severities": [{**each, "target": ""} for each in WHOLE["severities"]]}, "SEV1 and SEV2", SUPPORT),
        ({"contacts": {**WHOLE["contacts"], "client": []}}, "Alder has no contact", CONTACTS),
        ({"contacts": {**WHOLE["contacts"], "practice": [PERSON]}}, "Northlight has no backup", CONTACTS),
        ({"jurisdictions": []}, "which laws apply", PLAN),
    ],
)
def test_each_gap_is_said_with_where_it_is_closed(parts: dict[str, Any], words: str, where: str) -> None:
    [gap] = gaps(changed(**parts))
    assert words in gap.words
    assert gap.where == where


def test_without_ongoing_support_no_target_is_missing() -> None:
    without = [{**each, "target": ""} for each in WHOLE["severities"]]
    assert gaps(changed(severities=without, support={**WHOLE["support"], "promised": False})) == []


@pytest.mark.parametrize(
    ("parts", "line"),
    [
        (
            {"severities": [{**WHOLE["severities"][0], "target": "2 hours"}, WHOLE["severities"][1]]},
            "The response target for SEV1 was 4 hours and is 2 hours.",
        ),
        (
            {"severities": [WHOLE["severities"][0], {**WHOLE["severities"][1], "means": "less"}]},
            "What SEV2 means, or what follows from it, has changed.",
        ),
        (
            {"support": {**WHOLE["support"], "tier": "Scale"}},
            "The tier of support was “Growth” and is “Scale”.",
        ),
        ({"support": {}}, "The support that was agreed is gone."),
        (
            {
                "contacts": {
                    **WHOLE["contacts"],
                    "client": [{**PERSON, "phone": "2"}, {**PERSON, "name": "Bo"}],
                }
            },
            "The order or the details of the contacts of Alder have changed.",
        ),
        ({"clocks": []}, "The clocks of the law that would run have changed."),
        ({"promise": "later"}, f"The post-mortem was promised {WHOLE['promise']}, and is later."),
    ],
)
def test_each_difference_is_said(parts: dict[str, Any], line: str) -> None:
    assert differences(WHOLE, changed(**parts)) == [line]


def test_who_came_and_who_went_is_named() -> None:
    now = {**WHOLE["contacts"], "client": [PERSON, {**PERSON, "name": "Cy"}]}
    assert differences(WHOLE, changed(contacts=now)) == [
        "New on the escalation path of Alder: Cy.",
        "No longer on the escalation path of Alder: Bo.",
    ]
