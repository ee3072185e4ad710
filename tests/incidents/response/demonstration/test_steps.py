"""The data files can be done: every step is known, in order, over by now, and names who is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clients.trust.demonstration.people import House
from clients.trust.demonstration.spec import Calendar
from clients.trust.demonstration.spec import read as read_clients
from incidents.response.demonstration.build import FILES
from incidents.response.demonstration.spec import begin, read, span
from incidents.response.demonstration.steps import _VERBS, Story
from incidents.response.models import Incident
from portal.accounts.models import User
from portal.tenancy.models import Client

NOW = datetime(2026, 11, 19, 0, 5, tzinfo=UTC)
CALENDAR = Calendar(NOW, ZoneInfo("Europe/London"))


def entries() -> Iterator[dict[str, Any]]:
    for name in FILES:
        yield from read(name)["incidents"]


def test_every_step_is_one_that_can_be_taken() -> None:
    assert {step["do"] for entry in entries() for step in entry["steps"]} <= set(_VERBS)


def test_every_verb_is_used() -> None:
    assert {step["do"] for entry in entries() for step in entry["steps"]} == set(_VERBS)


def test_steps_come_in_order_and_are_over_just_after_midnight() -> None:
    for entry in entries():
        at = [span(step["at"]) for step in entry["steps"]]
        assert at == sorted(at) and at[0] >= timedelta(0), entry["at"]
        assert begin(entry["at"], CALENDAR) + at[-1] <= NOW, entry["at"]


def test_the_incidents_come_in_the_order_of_their_numbers() -> None:
    began = [begin(entry["at"], CALENDAR) for entry in entries()]
    assert began == sorted(began)
    assert began[0] > NOW - timedelta(days=365)


def test_nothing_was_lost_to_a_comma_of_the_data_format() -> None:
    for entry in entries():
        for step in entry["steps"]:
            assert None not in step.values(), step


def test_no_incident_is_older_than_the_work_for_its_client() -> None:
    for entry in entries():
        for slug in entry["clients"]:
            since = CALENDAR.on(read_clients(slug)["since_on"])
            assert since is not None and begin(entry["at"], CALENDAR).date() > since, entry["at"]


@pytest.mark.parametrize(("key", "name"), [("lead", "Elin"), ("second", "Łukasz"), ("tom", "Tom")])
def test_people_are_named_by_key_or_by_their_place_in_the_team(key: str, name: str) -> None:
    people = {"elin": User(name="Elin"), "lukasz": User(name="Łukasz"), "tom": User(name="Tom")}
    incident = Incident(client=Client(slug="meridian-dental"))
    story = Story(House(None, CALENDAR, people), incident, NOW)  # type: ignore[arg-type]
    assert story.person(key).name == name
