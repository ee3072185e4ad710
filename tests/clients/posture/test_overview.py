"""The front page's values: facts that are recorded, renewals counted late and ahead."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from clients.posture.overview import facts_of, overview_of, renewals
from clients.registers.queries import Due
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.permissions import Role
from tests.clients.posture.made import TODAY, days
from tests.conftest import make_assignment
from tests.portal.deadlines.day_deadlines import make_deadline

NOW = datetime.now(UTC)


def due(due_on: date, title: str = "Xero token") -> Due:
    return Due("Credential", title, None, due_on, None, "/", "credentials", None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("offsets", "words", "states"),
    [
        ([], "", []),
        ([-1], "1 overdue", ["late"]),
        ([0, 7, 8], "3 ahead", ["soon", "soon", "then"]),
        ([-9, -1, 30], "2 overdue, 1 ahead", ["late", "late", "then"]),
    ],
)
def test_renewals_are_counted_late_and_ahead(offsets: list[int], words: str, states: list[str]) -> None:
    found = renewals([due(days(offset)) for offset in offsets], TODAY)
    assert found.words == words
    assert [pin.state for pin in found.pins] == states


def test_the_chart_s_label_tells_its_span() -> None:
    found = renewals([due(days(-3)), due(days(28))], TODAY)
    assert found.label == "Timeline of 2 renewals between 19 November 2026 and 17 December 2026"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "facts"),
    [
        ({}, []),
        (
            {
                "sector": "accountancy",
                "headcount": 42,
                "since_on": date(2025, 3, 3),
                "region": "UK",
            },
            ["Accountancy, 42 people", "Client since 3 March 2025", "Data kept in the UK"],
        ),
        ({"region": "Ireland", "headcount": 1200}, ["1,200 people", "Data kept in Ireland"]),
        (
            {"since_on": date(2025, 3, 3), "ended_on": date(2026, 1, 31), "status": "ended"},
            ["Client until 31 January 2026"],
        ),
    ],
)
def test_only_recorded_facts_are_told(
    in_a: object, client_a1: Client, fields: dict[str, Any], facts: list[str]
) -> None:
    Client.objects.filter(pk=client_a1.pk).update(**fields)
    assert facts_of(Client.objects.get(pk=client_a1.pk), NOW) == facts


@pytest.mark.django_db
def test_the_lead_is_named(in_a: object, client_a1: Client, alice: User) -> None:
    make_assignment(client_a1, alice, Role.LEAD)
    assert facts_of(client_a1, NOW) == ["Led by Alice Archer"]


@pytest.mark.django_db
def test_a_client_of_today_has_neither_line_nor_movement(in_a: object, client_a1: Client) -> None:
    found = overview_of(client_a1, NOW)
    assert (found.line, found.movement, found.waiting_count) == (None, None, 0)


@pytest.mark.django_db
def test_deadlines_that_no_register_tells_stand_among_the_renewals(
    in_a: object, client_a1: Client, client_a2: Client
) -> None:
    for kind in ("access.review", "credential.renewal", "record.owner"):
        make_deadline(client_a1, kind, 5, kind=kind)
    make_deadline(client_a2, "elsewhere", 5, kind="access.review")
    found = overview_of(client_a1, NOW).renewals
    assert ([pin.name for pin in found.pins], found.words) == (["Renew access.review"], "1 ahead")
