"""First words from the record: what the client may see, in UTC, and what is not known says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from incidents.response.post_mortems.prefill import duration_words, labels, prefilled
from incidents.response.rules.post_mortem import sections
from incidents.response.timeline_actions import add_entry, correct_entry
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.incidents.response.post_mortems.made import RESOLVED, resolved, write_all

START = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=30), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=95), "1 hour 35 minutes"),
        (timedelta(hours=47, minutes=59), "47 hours 59 minutes"),
        (timedelta(hours=74, minutes=5), "3 days 2 hours"),
    ],
)
def test_a_span_in_words(span: timedelta, words: str) -> None:
    assert duration_words(START, START + span) == words


@pytest.mark.django_db
def test_the_timeline_is_what_the_client_may_see_with_corrections_in_place(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = resolved(client_a1, alice)
    add_entry(incident, "Our own note.", at=RESOLVED, by=alice, now=RESOLVED, internal=True)
    wrong = add_entry(incident, "Nine invoices.", at=RESOLVED, by=alice, now=RESOLVED)
    correct_entry(wrong, "Ten\ninvoices.", at=RESOLVED, by=alice, now=RESOLVED, why="Counted again")
    text = prefilled(incident, "timeline")
    assert "Our own note" not in text
    assert "Nine invoices" not in text
    assert "- **2026-11-20 16:30 UTC** Correction. Ten invoices." in text


@pytest.mark.django_db
def test_numbers_that_are_not_known_say_so(in_a: object, client_a1: Client, alice: User) -> None:
    text = prefilled(resolved(client_a1, alice), "impact")
    assert "- Duration: 30 hours from detection to resolution" in text
    assert "- People affected: not known yet" in text
    assert "- Personal data involved: no" in text


@pytest.mark.django_db
def test_measures_stand_with_owner_and_day(in_a: object, client_a1: Client, alice: User) -> None:
    incident = write_all(resolved(client_a1, alice), alice)
    assert prefilled(incident, "preventive_measures") == (
        "- A preventive step (Alice Archer, by 1 December 2026)"
    )


def test_every_button_is_of_a_section() -> None:
    assert set(labels()) <= {section.key for section in sections(short=False)}
