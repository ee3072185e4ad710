"""The kinds of deadlines that incidents have: where each leads and for whom it has a button."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from incidents.response.obligations import RESPONSE
from portal.accounts.models import User
from portal.deadlines.kinds import kind_of
from portal.outbox.kinds import optional_kinds
from portal.tenancy.access import access_of
from portal.tenancy.models import Client
from tests.incidents.response.made import agree, deadline_of, opened

pytestmark = pytest.mark.django_db


def test_promises_are_clocks_and_measures_are_days() -> None:
    kinds = {name: kind_of(f"incident.{name}") for name in ("response", "postmortem", "update", "notice")}
    assert {kind.policy for kind in kinds.values()} == {"clock"}
    assert {name for name, kind in kinds.items() if kind.promise} == {"response", "postmortem"}
    assert kind_of("incident.measure").policy == "review"


def test_only_reminders_of_measures_can_be_done_without() -> None:
    assert [name for name in optional_kinds() if name.startswith("incident.")] == ["incident.measure"]


def test_a_deadline_leads_to_its_incident_and_has_a_button_for_those_who_respond(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    agree(client_a1, alice, "growth")
    deadline = deadline_of(opened(client_a1, alice, "SEV1"), RESPONSE)
    kind = kind_of(RESPONSE)
    assert kind.address(deadline) == "/c/alder/incidents/1/"
    step = kind.next_step(deadline, access_of(alice, datetime.now(UTC)))
    assert (step.label, step.url) == ("Acknowledge", "/c/alder/incidents/1/")
    assert kind.next_step(deadline, access_of(carol, datetime.now(UTC))) is None
