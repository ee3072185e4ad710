"""Section 7 of the pack: support, the escalation path without anybody's number, the last review of access."""

from __future__ import annotations

import json

import pytest
from django.utils import timezone

from clients.trust.contents import pack_of
from clients.trust.pack import Support
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.clients.engagements.made import add, agree, day, review

pytestmark = pytest.mark.django_db


def section(client: Client) -> Support:
    return pack_of(client, timezone.now(), number="2026-01-01-x").support


def test_what_was_never_written_down_is_said_to_be_missing(in_a: object, client_a1: Client) -> None:
    found = section(client_a1)
    assert found.lead == (
        "No support scope is written down. No contact for urgent matters is written down. "
        "No review of access is finished yet."
    )
    assert (found.targets, found.terms, found.contacts, found.sources) == ((), (), (), ())


def test_it_says_what_was_agreed_and_cites_it(
    in_a: object, client_a1: Client, alice: User, bob: User
) -> None:
    agree(client_a1, alice, "growth", warranty_terms="Faults are mended for 90 days", agreed_on=day(-30))
    review(client_a1, alice, bob=("change", "Less"))
    found = section(client_a1)
    assert found.lead.startswith("Support is agreed on the tier Growth.")
    assert "with 1 of its decisions still to be carried out" in found.lead
    assert (found.targets[0].severity, found.targets[0].words) == ("SEV1, critical", "4 hours")
    assert found.terms == (
        "Logs are kept for 180 days.",
        "A written post-mortem of every incident follows within 48 hours after it is resolved.",
        "Faults are mended for 90 days.",
    )
    assert [source.numbers[0][:4] for source in found.sources] == ["SPT-", "ACR-"]
    assert found.marks == (1, 2)


def test_without_support_it_says_so(in_a: object, client_a1: Client, alice: User) -> None:
    agree(client_a1, alice, "none", post_mortem_for="significant", post_mortem_from="reporting")
    found = section(client_a1)
    assert found.lead.startswith("There is no ongoing support.")
    assert "every significant incident follows within 48 hours after it is reported" in found.terms[1]


def test_the_hours_to_tell_of_a_breach_stand_with_where_they_are_agreed(
    in_a: object, client_a1: Client, alice: User
) -> None:
    agree(client_a1, alice, breach_notice_hours=36, breach_notice_source="DPA, clause 8.2")
    assert section(client_a1).terms[-1] == (
        "The client is told of a breach of its personal data within 36 hours of our knowing of it, as agreed: "
        "DPA, clause 8.2."
    )


def test_no_number_no_address_and_no_name_of_the_client_leaves_the_portal(
    in_a: object, client_a1: Client, alice: User
) -> None:
    add(client_a1, alice, "Ann Ashworth", phone="+44 20 7946 0018", verified_on=day(-10))
    add(client_a1, alice, "Pat Pinewood", side="practice", phone="+44 20 7946 0019")
    found = section(client_a1)
    assert [(row.side, row.place, row.who, row.state) for row in found.contacts] == [
        ("The client", "Primary", "Manager", "ok"),
        ("The practice", "Primary", "Pat Pinewood, Manager", "wait"),
    ]
    told = json.dumps(pack_of(client_a1, timezone.now(), number="2026-01-01-x").as_data())
    for private in ("Ashworth", "7946", "people.test"):
        assert private not in told
