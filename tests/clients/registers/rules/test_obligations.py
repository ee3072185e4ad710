"""What a record's dates oblige to, and which changes of them say that it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from clients.registers.rules.obligations import Facts, done, owed

DAY = date(2026, 11, 19)
WEEK = timedelta(days=7)


def key(**dates: Any) -> Facts:
    return Facts("xero-key", **dates)


def kinds(facts: Facts) -> list[tuple[str, date]]:
    return [(each.kind, each.on) for each in owed(facts)]


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        (key(), []),
        (key(renewal_on=DAY), [("credential.renewal", DAY)]),
        (key(rotated_on=DAY, interval_days=7), [("credential.rotation", DAY + WEEK)]),
        (key(issued_on=DAY, interval_days=7), [("credential.rotation", DAY + WEEK)]),
        (key(interval_days=7), []),
        (key(renewal_on=DAY, rotated_on=DAY, interval_days=7), [("credential.renewal", DAY)]),
        (
            key(renewal_on=DAY + 2 * WEEK, rotated_on=DAY, interval_days=7),
            [("credential.rotation", DAY + WEEK)],
        ),
        (key(renewal_on=DAY + WEEK, rotated_on=DAY, interval_days=7), [("credential.renewal", DAY + WEEK)]),
        (key(review_on=DAY), [("integration.review", DAY)]),
        (
            key(dpa_review_on=DAY, assessment_on=DAY + WEEK),
            [("dpa.review", DAY), ("sub_processor.review", DAY + WEEK)],
        ),
        (replace(key(renewal_on=DAY, dpa_review_on=DAY), is_live=False), []),
    ],
)
def test_what_the_dates_oblige_to(facts: Facts, found: list[tuple[str, date]]) -> None:
    assert kinds(facts) == found


def test_titles_say_what_is_to_be_done() -> None:
    every = [
        key(renewal_on=DAY), key(rotated_on=DAY, interval_days=90), key(review_on=DAY),
        key(dpa_review_on=DAY), key(assessment_on=DAY),
    ]  # fmt: skip
    assert [each.title for facts in every for each in owed(facts)] == [
        "Renew xero-key",
        "Rotate xero-key",
        "Review xero-key",
        "Review the DPA with xero-key",
        "Assess xero-key again",
    ]


def test_a_rotation_that_is_counted_says_its_length() -> None:
    (rotation,) = owed(key(rotated_on=DAY, interval_days=90))
    assert (rotation.duration, rotation.source) == ("P90D", "Rotation every 90 days")


@pytest.mark.parametrize(
    ("before", "after", "kinds_done"),
    [
        # a later day of doing, and due again later or never
        ({"renewal_on": DAY}, {"renewal_on": DAY + WEEK, "rotated_on": DAY}, {"credential.renewal"}),
        ({"renewal_on": DAY}, {"rotated_on": DAY}, {"credential.renewal"}),
        ({"rotated_on": DAY - WEEK, "interval_days": 7}, {"rotated_on": DAY, "interval_days": 7},
         {"credential.rotation"}),
        ({"renewal_on": DAY, "issued_on": DAY - WEEK}, {"rotated_on": DAY, "interval_days": 7},
         {"credential.renewal"}),
        ({"review_on": DAY}, {"review_on": DAY + WEEK, "reviewed_on": DAY}, {"integration.review"}),
        ({"dpa_review_on": DAY, "dpa_signed_on": DAY - WEEK},
         {"dpa_review_on": DAY + WEEK, "dpa_signed_on": DAY}, {"dpa.review"}),
        ({"assessment_on": DAY, "dpa_review_on": DAY},
         {"assessment_on": DAY + WEEK, "assessed_on": DAY, "dpa_review_on": DAY}, {"sub_processor.review"}),
        # only another date, the same date, an earlier day of doing
        ({"renewal_on": DAY}, {"renewal_on": DAY + WEEK}, set()),
        ({"review_on": DAY}, {}, set()),
        ({"renewal_on": DAY}, {"renewal_on": DAY, "rotated_on": DAY}, set()),
        ({"renewal_on": DAY, "rotated_on": DAY}, {"renewal_on": DAY + WEEK, "rotated_on": DAY - WEEK}, set()),
        ({}, {"renewal_on": DAY, "rotated_on": DAY}, set()),
        ({"renewal_on": DAY}, {"rotated_on": DAY, "is_live": False}, set()),
    ],
)  # fmt: skip
def test_which_changes_say_that_it_was_done(
    before: dict[str, Any], after: dict[str, Any], kinds_done: set[str]
) -> None:
    assert set(done(key(**before), key(**after))) == kinds_done
