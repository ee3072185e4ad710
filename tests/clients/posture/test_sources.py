"""Rooms above the posture tell what they keep; without one, nothing is known."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from clients.posture import sources
from clients.posture.rules.facts import Reference
from clients.posture.rules.incidents.facts import Responses
from portal.tenancy.models import Client
from tests.clients.posture.made import incident, measure, plan

CLIENT = Client(name="Alder", slug="alder")
QUESTION = sources.Question(
    CLIENT, datetime(2026, 11, 19, tzinfo=UTC), ZoneInfo("Europe/London"), lambda _: None
)


@pytest.fixture(autouse=True)
def own_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_readers", [])
    monkeypatch.setattr(sources, "_addresses", dict(sources._addresses))


def test_where_no_room_tells_of_incidents_nothing_is_known_of_them() -> None:
    assert sources.responses(QUESTION) is None


def test_a_room_that_keeps_none_says_so() -> None:
    sources.register(lambda _: Responses())
    assert sources.responses(QUESTION) == Responses()


def test_what_several_rooms_tell_is_put_together_and_each_is_asked_once() -> None:
    asked = []

    def tell(question: sources.Question) -> Responses:
        asked.append(question)
        return Responses((incident(1),), (measure(1),))

    sources.register(tell)
    sources.register(tell)
    sources.register(lambda _: Responses((incident(2),), plan=plan()))
    found = sources.responses(QUESTION)
    assert found == Responses((incident(1), incident(2)), (measure(1),), plan())
    assert asked == [QUESTION]


def test_a_room_says_where_its_records_stand() -> None:
    sources.register_address("incidents", lambda client, reference: f"/{client.slug}/{reference.pk}/")
    assert sources.address_of(CLIENT, Reference("incidents", 7, "INC-0007")) == "/alder/7/"
