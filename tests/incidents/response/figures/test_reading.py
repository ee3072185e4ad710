"""The figures of a year equal the tables, stay within one client, and cost the same for one incident and for many."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents.response.figures.reading import annual_figures, annual_figures_of
from incidents.response.models import PostMortem
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.figures.recorded import clock, expected, owe, record, row, told
from tests.incidents.response.made import NOW

pytestmark = pytest.mark.django_db


def test_the_figures_of_twelve_months_equal_the_tables(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    rows = record(client_a1, alice)
    record(client_a2, alice, first=50)
    found = annual_figures(client_a1, now=NOW)
    assert told(found.figures) == expected([*rows[:4], rows[5]], NOW)
    assert [each.number for each in found.incidents] == [1, 2, 3, 4]
    assert found.incidents[0].late == ("update", "post_mortem", "measure", "client_notice")
    assert dict(found.incidents[1].states) == {"response": "late", "update": "running"}


def test_another_clients_rows_change_nothing(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    record(client_a1, alice)
    before = annual_figures(client_a1, now=NOW)
    record(client_a2, alice, first=50)
    assert annual_figures(client_a1, now=NOW) == before
    both = annual_figures_of([client_a1, client_a2], now=NOW)
    alone = {**told(before.figures), "months": {}}
    assert told(both[client_a1]) == told(both[client_a2]) == alone


def test_a_year_holds_what_was_detected_in_it_by_the_clients_own_clocks(
    in_a: object, client_a1: Client, alice: User
) -> None:
    client_a1.time_zone = "Pacific/Auckland"
    client_a1.save()
    row(client_a1, 1, "SEV2", datetime(2025, 12, 31, 10, 59, tzinfo=UTC), alice)
    row(client_a1, 2, "SEV2", datetime(2025, 12, 31, 11, 0, tzinfo=UTC), alice)
    assert [each.number for each in annual_figures(client_a1, 2026, NOW).incidents] == [2]
    assert [each.number for each in annual_figures(client_a1, 2025, NOW).incidents] == [1]
    for year in (2025, 2026):
        assert annual_figures_of([client_a1], year, NOW)[client_a1].incidents == 1
    january = annual_figures(client_a1, 2026, NOW).figures.months[0]
    assert (january.first.isoformat(), january.incidents) == ("2026-01-01", 1)


def test_without_incidents_everything_is_nought(in_a: object, client_a1: Client, client_a2: Client) -> None:
    found = annual_figures(client_a1, 2026, NOW)
    assert (found.figures.incidents, found.incidents, found.notices, found.post_mortems) == (0, (), (), 0)
    assert annual_figures_of([client_a1], 2026, NOW)[client_a1].incidents == 0
    assert annual_figures_of([], 2026, NOW) == {}


def test_the_clients_people_get_the_same_figures_without_what_is_internal(
    in_a: object, client_a1: Client, alice: User, carol: User
) -> None:
    record(client_a1, alice)
    inside = annual_figures(client_a1, now=NOW)
    with enter(scope_of(carol), switch=True):
        outside = annual_figures(client_a1, now=NOW)
        over_all = annual_figures_of([client_a1], now=NOW)[client_a1]
    assert [each.promise for each in outside.figures.promises] == [
        each.promise for each in inside.figures.promises if each.promise != "measure"
    ]
    assert outside.figures.promised == inside.figures.promised == over_all.promised
    assert outside.figures.acknowledged == inside.figures.acknowledged
    assert all("measure" not in each.states for each in outside.incidents)


def test_notices_say_what_was_decided_and_whether_it_was_late(
    in_a: object, client_a1: Client, alice: User
) -> None:
    about = row(client_a1, 1, "SEV1", NOW, alice)
    told_late, running = clock(about, "ours"), clock(about, "clients", "uk-gdpr-art-34")
    type(told_late).objects.filter(pk=told_late.pk).update(
        outcome="notified", notified_at=NOW, decided_at=NOW, decided_by=alice
    )
    owe(about, "incident.notice", told_late, outcome="met", ended_at=NOW, late_at=NOW)
    owe(about, "incident.notice", running)
    found = {each.title: each for each in annual_figures(client_a1, now=NOW).notices}
    late, open_one = found["uk-gdpr-ico"], found["uk-gdpr-art-34"]
    assert (late.ours, late.outcome, late.at, late.late) == (True, "notified", NOW, True)
    assert (open_one.ours, open_one.outcome, open_one.at, open_one.late) == (False, "", None, False)


def test_a_post_mortem_counts_once_it_is_shared(in_a: object, client_a1: Client, alice: User) -> None:
    of: dict[str, Any] = {"practice_id": client_a1.practice_id, "client": client_a1}
    PostMortem.objects.create(**of, incident=row(client_a1, 1, "SEV1", NOW, alice), internal=True)
    PostMortem.objects.create(
        **of, incident=row(client_a1, 2, "SEV1", NOW, alice), state="shared", shared_at=NOW, shared_by=alice
    )
    found = annual_figures(client_a1, now=NOW)
    assert found.post_mortems == 1
    assert {each.number: each.shared_at for each in found.incidents} == {1: None, 2: NOW}


def test_a_year_costs_as_many_queries_for_many_incidents_as_for_one(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    counts = []
    for first in (1, 20, 40):
        record(client_a1, alice, first)
        with CaptureQueriesContext(connection) as queries:
            annual_figures(client_a1, now=NOW)
        with CaptureQueriesContext(connection) as over_all:
            annual_figures_of([client_a1, client_a2][: 1 if first == 1 else 2], now=NOW)
        counts.append((len(queries), len(over_all)))
    assert counts[0] == counts[1] == counts[2] == (4, 3)


def test_each_client_is_judged_by_its_own_zone_in_the_table_of_all(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    client_a2.time_zone = "Pacific/Auckland"
    client_a2.save()
    for number, client in enumerate((client_a1, client_a2), 1):
        row(client, number, "SEV2", datetime(2025, 12, 31, 15, 0, tzinfo=UTC), alice)
    found = annual_figures_of([client_a1, client_a2], 2026, NOW)
    assert (found[client_a1].incidents, found[client_a2].incidents) == (0, 1)
    assert ZoneInfo(client_a1.time_zone).key == "Europe/London"
