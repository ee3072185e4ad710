"""The database counts as the rules do, over all clients and for each, and tells nobody what they may not see."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from incidents.response.figures.reading import within
from incidents.response.figures.volume import counted, counted_by_client
from incidents.response.models import Incident
from incidents.response.rules.figures import OURS, figures, last_months
from portal.accounts.models import User
from portal.tenancy.models import Client
from portal.tenancy.scope import enter
from tests.conftest import scope_of
from tests.incidents.response.figures.recorded import expected, record, row, told
from tests.incidents.response.made import NOW

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
PERIOD = last_months(NOW, LONDON)


def test_the_database_counts_what_the_tables_hold(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    rows = [*record(client_a1, alice), *record(client_a2, alice, first=50)]
    found = counted(within(Incident.objects.all(), PERIOD), LONDON, NOW)
    wanted = expected([each for each in rows if each.detected_at >= PERIOD.start], NOW)
    assert told(figures(found, PERIOD.months)) == wanted
    assert wanted["promises"]["update", "late"] == 4, "the rows must hold something to count"


def test_each_client_is_counted_by_itself(
    in_a: object, client_a1: Client, client_a2: Client, alice: User
) -> None:
    rows = record(client_a1, alice)
    row(client_a2, 9, "SEV2", NOW, alice)
    found = counted_by_client(Incident.objects.all(), LONDON, NOW)
    assert told(figures(found[client_a1.pk], PERIOD.months))["promises"] == expected(rows, NOW)["promises"]
    assert figures(found[client_a2.pk]).incidents == 1
    assert found[client_a2.pk].targeted == 0


@pytest.mark.parametrize("severity", ["SEV1", "SEV3", "SEV4"])
def test_narrowed_rows_are_counted_alone(in_a: object, client_a1: Client, alice: User, severity: str) -> None:
    rows = [each for each in record(client_a1, alice) if each.severity == severity]
    found = counted(Incident.objects.filter(severity=severity), LONDON, NOW)
    assert told(figures(found, PERIOD.months)) == expected(rows, NOW)


def test_of_no_rows_nothing_is_counted(in_a: object, client_a1: Client) -> None:
    for rows in (Incident.objects.all(), Incident.objects.filter(client_id__in=[])):
        found = figures(counted(rows, LONDON, NOW))
        assert (found.incidents, found.promised.total, found.acknowledged.n) == (0, 0, 0)
        assert not counted_by_client(rows, LONDON, NOW)


def test_somebody_of_one_client_counts_that_clients_alone_and_nothing_internal(
    in_a: object, client_a1: Client, client_a2: Client, alice: User, carol: User
) -> None:
    rows = record(client_a1, alice)
    record(client_a2, alice, first=50)
    wanted = expected(rows, NOW)
    wanted["promises"] = {key: n for key, n in wanted["promises"].items() if key[0] != "measure"}
    with enter(scope_of(carol), switch=True):
        found = figures(counted(Incident.objects.all(), LONDON, NOW), PERIOD.months)
    wanted["months"] = {month: n for month, n in wanted["months"].items() if month in told(found)["months"]}
    assert told(found) == wanted
    assert found.promised.total == sum(n for (name, _), n in wanted["promises"].items() if name in OURS)
