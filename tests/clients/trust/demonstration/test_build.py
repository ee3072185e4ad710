"""The same day gives the same demonstration."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from clients.registers.queries import MODELS
from clients.trust.demonstration.build import SCOPE, build
from clients.trust.demonstration.spec import REGISTERS, Calendar, export_file, read, rows_of
from clients.workflows.models import Proposal
from portal.accounts.models import User
from portal.tenancy.scope import enter
from tests.clients.trust.demonstration.conftest import rolled_back


def built_once(now: datetime) -> list[object]:
    """Names, people and days of one build."""
    with rolled_back():
        build(now, lambda words: None)
        with enter(SCOPE, switch=True):
            rows = [
                (register, row.client.slug, row.name, str(row.owner), row.due_on)
                for register, model in MODELS.items()
                for row in model.objects.select_related("client", "owner").order_by("client__slug", "name")
            ]
            people = sorted(User.objects.values_list("name", "email"))
            proposals = sorted(Proposal.objects.values_list("name", "kind", "state"))
    return [*rows, *people, *proposals]


@pytest.mark.django_db
def test_two_builds_of_the_same_day_are_the_same() -> None:
    now = timezone.now()
    first = built_once(now)
    assert len(first) > 150
    assert built_once(now) == first


def test_defaults_give_no_backup_who_is_the_owner_and_nobody_who_approved_nothing() -> None:
    for slug in read("practice")["clients"]:
        for register in REGISTERS:
            for row in rows_of(slug, register):
                assert not row.get("owner") or row.get("owner") != row.get("backup_owner"), row
                assert bool(row.get("approved_by")) == ("approved_on" in row), row


def test_days_count_from_today_and_instants_lie_in_working_hours() -> None:
    calendar = Calendar(datetime(2026, 11, 19, 10, 30, tzinfo=UTC), ZoneInfo("Europe/London"))
    assert calendar.values({"due_on": -2, "until_on": None, "days": 3, "shared": True, "internal": True}) == {
        "due_on": calendar.today.replace(day=17),
        "until_on": None,
        "days": 3,
        "shared": "yes",
        "internal": True,
    }
    assert all(9 <= calendar.at(days).hour < 17 for days in range(-400, 90))


def test_no_export_holds_the_planted_value_before_it_is_used() -> None:
    assert b"demonstration" in export_file("conflict-check.json")
    assert b"@@PLANTED@@" not in export_file("conflict-check.json")
