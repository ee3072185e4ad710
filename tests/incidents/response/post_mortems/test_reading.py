"""What a post-mortem is read from: sections in order, each with its text or what the record puts in its place."""

from __future__ import annotations

import pytest

from incidents.response.post_mortems.actions import write_section
from incidents.response.post_mortems.measures import add_measure
from incidents.response.post_mortems.reading import (
    find,
    post_mortem_of,
    short_form_of,
    shown_sections,
    written_of,
)
from portal.accounts.models import User
from portal.tenancy.models import Client
from tests.incidents.response.made import opened
from tests.incidents.response.post_mortems.made import RESOLVED, resolved

pytestmark = pytest.mark.django_db


def test_an_incident_is_found_by_its_number_within_its_client(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    incident = opened(client_a1, alice)
    assert find(client_a1, incident.number) == incident
    assert find(client_a2, incident.number) is None


def test_major_incidents_have_the_full_form(in_a: object, client_a1: Client, alice: User) -> None:
    forms = [
        short_form_of(opened(client_a1, alice, severity)) for severity in ("SEV1", "SEV2", "SEV3", "SEV4")
    ]
    assert forms == [False, False, True, True]


def test_the_record_stands_where_nothing_is_written(in_a: object, client_a1: Client, alice: User) -> None:
    incident = resolved(client_a1, alice)
    shown = {each.section.key: each for each in shown_sections(incident, None)}
    assert list(shown)[:3] == ["summary", "impact", "timeline"]
    assert len(shown["timeline"].entries) >= 3
    assert shown["summary"].is_empty
    write_section(incident, "timeline", "My own words.", version=0, by=alice, now=RESOLVED)
    shown = {each.section.key: each for each in shown_sections(incident, post_mortem_of(incident))}
    assert (shown["timeline"].text, shown["timeline"].entries) == ("My own words.", ())


def test_only_a_preventive_measure_counts_as_one_and_the_others_stand_beside_it(
    in_a: object, client_a1: Client, alice: User
) -> None:
    incident = resolved(client_a1, alice)
    for kind in ("corrective", "detective", "process"):
        add_measure(incident, {"kind": kind, "text": kind}, by=alice, now=RESOLVED)
    written = written_of(incident, None)
    assert (written.corrective, written.preventive, written.measures_incomplete) == (1, 0, 3)
    shown = {each.section.key: each for each in shown_sections(incident, None)}
    assert [each.kind for each in shown["preventive_measures"].measures] == ["detective", "process"]
