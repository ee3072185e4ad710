"""The timeline: entries inside and for the client, corrections that leave the first words, links to records."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clients.registers.models import Credential
from incidents.response.models import IncidentLink, TimelineEntry
from incidents.response.timeline_actions import add_entry, correct_entry, link_record, unlink_record
from portal.accounts.models import User
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.made import NOW, opened

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def credential(client: Client, name: str = "xero-sync", **more: object) -> Credential:
    return Credential.objects.create(
        practice_id=client.practice_id, client=client, name=name, platform="xero", **more
    )


def test_the_clients_people_read_entries_that_are_not_internal(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice)
    add_entry(incident, "Shown", at=NOW, by=alice, now=LATER)
    add_entry(incident, "Between us", at=NOW, by=alice, now=LATER, internal=True)
    with enter(scope_of(carol), switch=True):
        texts = [entry.text for entry in TimelineEntry.objects.filter(incident=incident)]
    assert "Shown" in texts
    assert "Between us" not in texts


def test_entries_have_words_and_lie_in_the_past(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    with pytest.raises(Refused, match="what happened"):
        add_entry(incident, "  ", at=NOW, by=alice, now=LATER)
    with pytest.raises(Refused, match="has passed"):
        add_entry(incident, "Words", at=LATER, by=alice, now=NOW)


def test_a_correction_is_another_entry_and_the_first_words_stay(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    first = add_entry(incident, "12 runs failed", at=NOW, by=alice, now=LATER, internal=True)
    with pytest.raises(Refused, match="why"):
        correct_entry(first, "14 runs failed", at=NOW, by=alice, now=LATER, why="")
    second = correct_entry(first, "14 runs failed", at=NOW, by=alice, now=LATER, why="Counted again")
    first.refresh_from_db()
    assert (first.text, second.corrects, second.internal) == ("12 runs failed", first, True)


def test_a_record_of_another_client_cannot_be_linked(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    with pytest.raises(Refused, match="of the client"):
        link_record(incident, credential(client_a2), "exposed", by=alice, now=LATER)
    assert not IncidentLink.objects.exists()


def test_a_link_says_what_was_done_and_keeps_the_last_of_it(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident, key = opened(client_a1, alice), credential(client_a1)
    link_record(incident, key, "exposed", by=alice, now=LATER)
    link = link_record(incident, key, "revoked", by=alice, now=LATER)
    assert (IncidentLink.objects.count(), link.effect) == (1, "revoked")
    with pytest.raises(Refused, match="what happened to"):
        link_record(incident, key, "eaten", by=alice, now=LATER)
    texts = [entry.text for entry in TimelineEntry.objects.filter(incident=incident).order_by("pk")]
    assert texts[-2:] == ["Exposed: credential xero-sync.", "Revoked: credential xero-sync."]


def test_an_internal_record_is_linked_out_of_the_clients_sight(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    incident = opened(client_a1, alice)
    link_record(incident, credential(client_a1, internal=True), "exposed", by=alice, now=LATER)
    with enter(scope_of(carol), switch=True):
        assert not IncidentLink.objects.exists()
        assert not TimelineEntry.objects.filter(text__contains="xero-sync").exists()


def test_a_link_is_taken_back_with_a_reason(in_a: object, client_a1: Client, alice: User) -> None:
    incident = opened(client_a1, alice)
    link = link_record(incident, credential(client_a1), "exposed", by=alice, now=LATER)
    with pytest.raises(Refused, match="why"):
        unlink_record(incident, link, by=alice, now=LATER, why="")
    with pytest.raises(Refused, match="not linked"):
        unlink_record(opened(client_a1, alice), link, by=alice, now=LATER, why="Wrong one")
    unlink_record(incident, link, by=alice, now=LATER, why="Another key was used")
    assert not IncidentLink.objects.exists()
