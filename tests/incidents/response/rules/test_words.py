"""Clocks are said as people say them."""

from __future__ import annotations

import pytest

from incidents.response.rules import words
from incidents.response.rules.catalogue import by_id, clocks, trigger_events
from incidents.response.rules.clocks import propose
from tests.incidents.response.rules.samples import facts


@pytest.mark.parametrize(
    ("duration", "unit", "said"),
    [
        ("PT72H", "clock_hours", "72 hours"),
        ("PT24H", "clock_hours", "24 hours"),
        ("P30D", "calendar_days", "30 days"),
        ("P4D", "business_days", "4 business days"),
        ("P1D", "business_days", "1 business day"),
        ("P1M", "calendar_months", "one month"),
        ("P3M", "calendar_months", "3 months"),
    ],
)
def test_a_length_is_said_with_its_unit(duration: str, unit: str, said: str) -> None:
    assert words.length(duration, unit) == said


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("uk-gdpr-ico", "72 hours from awareness"),
        ("uk-gdpr-processor", "without undue delay; our own target is 24 hours from awareness"),
        ("uk-gdpr-individuals", "without undue delay"),
        ("eu-nis2-final", "within one month of the report"),
        ("eu-dora-initial", "4 hours from classification as major"),
        ("us-sec-8k", "4 business days from the finding that it is material"),
        ("us-hipaa-hhs-under-500", "60 days from the end of the year"),
        ("eu-nis2-final-follow-up", "within one month of the end of the incident"),
        ("pci-acquirer", "immediately"),
    ],
)
def test_a_proposal_says_its_time(id_: str, said: str) -> None:
    assert {each.id: each for each in propose(facts())}[id_].words == said


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("uk-gdpr-ico", "UK GDPR / DPA 2018: tell the regulator"),
        ("uk-gdpr-processor", "UK GDPR / DPA 2018: tell the controller"),
        ("eu-nis2-early-warning", "NIS2, early warning: tell the CSIRT or competent authority and recipients of the"
                                  " service where appropriate"),
        ("sg-pdpa-assess", "PDPA: finish the assessment"),
        ("us-sec-8k", "SEC Form 8-K Item 1.05: tell the public, by a filing"),
    ],
)  # fmt: skip
def test_a_title_says_what_is_asked(id_: str, said: str) -> None:
    assert words.title(by_id()[id_]) == said


@pytest.mark.parametrize(
    ("waits_for", "said"),
    [
        ("", ""),
        ("classified_major", "Waits for classification as major."),
        ("eu-dora-initial", "Waits for the report “DORA, initial report: tell the regulator”."),
        (
            "eu-cra-early-warning-follow-up",
            "Waits for the report “EU Cyber Resilience Act, early warning: tell the CSIRT and ENISA: "
            "notification with assessment and measures”.",
        ),
    ],
)
def test_what_is_waited_for_is_said(waits_for: str, said: str) -> None:
    assert words.waiting(waits_for) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("in_force", "in force"),
        ("in_force_since_2026-01-01", "in force since 1 January 2026"),
        ("pending", "a bill, not in force"),
        ("contractual", "by contract"),
    ],
)
def test_a_status_is_said(value: str, said: str) -> None:
    assert words.status(value) == said


def test_recipients_are_listed() -> None:
    assert words.recipients([]) == "nobody"
    assert words.recipients(["regulator"]) == "regulator"
    assert words.recipients(["csirt", "enisa", "affected_users"]) == "CSIRT, ENISA and affected users"


def test_nothing_of_the_file_is_shown_raw() -> None:
    assert set(words.STARTS) == set(trigger_events())
    for clock in clocks():
        for said in (words.title(clock), words.recipients(clock.notify), words.status(clock.status)):
            assert "_" not in said
    for each in propose(facts()):
        assert "_" not in each.words + words.waiting(each.waits_for)
