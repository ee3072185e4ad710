"""Sections that rooms above add to the pack: in their order, in the data and on the pages, absent where none is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from clients.trust import further
from clients.trust.contents import pack_of
from clients.trust.pack import FurtherRow, FurtherSection, FurtherTable
from portal.documents.fingerprints import fingerprint
from portal.tenancy.models import Client
from portal.tenancy.scope import Scope
from tests.clients.trust.test_pack import made, pages_of

pytestmark = pytest.mark.django_db
TABLE = FurtherTable("Owls", ("Owl", "Seen"), (FurtherRow(("Barn owl", "7,311"), wrong=1),))


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever the rooms above have registered stays out."""
    monkeypatch.setattr(further, "_sections", {})
    return


def section(key: str) -> FurtherSection:
    return FurtherSection(key, f"Section {key}", f"Said of {key}.", (TABLE,), ("Counted by night.",))


def test_without_a_registered_section_there_is_none(recorded: Client, now: datetime, in_a: Scope) -> None:
    assert pack_of(recorded, now, number="1").further == ()


def test_sections_stand_in_their_order_and_those_that_say_nothing_are_left_out(
    client_a1: Client, now: datetime
) -> None:
    further.register_section("b", lambda client, at: section("b"))
    further.register_section("a", lambda client, at: section("a"))
    further.register_section("last", lambda client, at: section("last"), order=90)
    further.register_section("first", lambda client, at: section("first"), order=10)
    further.register_section("none", lambda client, at: None)
    assert [each.key for each in further.sections_of(client_a1, now)] == ["first", "a", "b", "last"]
    further.forget_section("a")
    assert [each.key for each in further.sections_of(client_a1, now)] == ["first", "b", "last"]


def test_a_section_is_part_of_the_data_and_so_of_the_fingerprint(
    recorded: Client, now: datetime, in_a: Scope
) -> None:
    before = pack_of(recorded, now, number="1").as_data()
    further.register_section("owls", lambda client, at: section("owls"))
    data = pack_of(recorded, now, number="1").as_data()
    assert data["further"][0]["tables"][0]["rows"] == [{"cells": ["Barn owl", "7,311"], "wrong": 1}]
    assert fingerprint(data) != fingerprint(before)


def test_a_section_is_printed_before_what_is_not_recorded(recorded: Client, in_a: Scope) -> None:
    further.register_section("owls", lambda client, at: section("owls"))
    text = " ".join(pages_of(made(recorded)[1]))
    for words in (
        "8 Section owls",
        "Said of owls.",
        "Barn owl",
        "7,311",
        "Counted by night.",
        "9 What is not recorded",
    ):
        assert words in text, words
