"""What a plan says, read from the records."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from clients.engagements.actions.support import agree_support
from incidents.response.plans.reading import digest, html_of, read
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.incidents.response.made import NOW
from tests.incidents.response.plans.made import ready, written

pytestmark = pytest.mark.django_db
ON = NOW.date()


def test_the_records_fill_every_part(in_a: object, client_a1: Client, alice: User) -> None:
    ready(client_a1, alice)
    reading = read(client_a1, written(client_a1, alice), ON)
    first = reading["severities"][0]
    assert (first["id"], first["target"], first["update"]) == ("SEV1", "4 hours", "every hour")
    assert first["means"].startswith("automation down")
    assert "A key stands in a public repository" in first["examples"]
    assert [each["post_mortem"] for each in reading["severities"]] == [
        "Full form", "Full form", "Short form", "Short form",
    ]  # fmt: skip
    assert [each["name"] for each in reading["contacts"]["client"]] == ["Primary client", "Backup client"]
    ours = reading["clocks"][0]
    assert ours["who"] == client_a1.practice.name
    assert "24 hours from awareness" in ours["words"]
    assert reading["promise"] == "within 48 hours of the resolution, for every incident"


def test_hours_of_the_contract_go_before_our_own(in_a: object, client_a1: Client, alice: User) -> None:
    ready(client_a1, alice, breach_notice_hours=6, breach_notice_source="DPA, clause 8")
    assert read(client_a1, written(client_a1, alice), ON)["clocks"][0]["words"].startswith("6 hours")


def test_without_records_it_says_so(
    in_a: object, client_a1: Client, django_assert_num_queries: Callable[..., object]
) -> None:
    assert client_a1.practice.name
    with django_assert_num_queries(2):
        reading = read(client_a1, None, ON)
    assert (reading["support"], reading["clocks"], reading["text"]) == ({}, [], "")
    assert {each["target"] for each in reading["severities"]} == {""}


def test_the_digest_follows_every_word(in_a: object, client_a1: Client, alice: User) -> None:
    ready(client_a1, alice)
    plan = written(client_a1, alice)
    before = digest(plan, read(client_a1, plan, ON))
    assert digest(plan, read(client_a1, plan, ON)) == before
    agree_support(client_a1, {"channel_name": "#alder"}, by=alice, now=NOW)
    assert digest(plan, read(client_a1, plan, ON)) != before


@pytest.mark.parametrize("text", ["# Stop first", "## Stop first", "### Stop first\n\n#### Then"])
def test_the_highest_heading_of_the_text_stands_under_that_of_the_page(text: str) -> None:
    assert html_of(text).startswith("<h3>Stop first</h3>")
    assert html_of("") == ""
