"""The weekends on which London changes its clocks: 48 hours are 48 hours that pass, whatever the wall says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from incidents.response.actions import acknowledge, record_instant
from incidents.response.models import Incident
from incidents.response.obligations import POST_MORTEM, RESPONSE
from portal.accounts.models import User
from portal.deadlines.models import Reminder
from portal.deadlines.reminding.scan import scan
from portal.tenancy.models import Client
from tests.incidents.response.made import agree, deadline_of, opened

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
HOUR = timedelta(hours=1)
#: Friday, and on which hour of Sunday's wall clock its half past four is 48 hours ago.
WEEKENDS = {"spring": (datetime(2026, 3, 27, tzinfo=LONDON), "17:30"),
            "autumn": (datetime(2026, 10, 23, tzinfo=LONDON), "15:30")}  # fmt: skip


@pytest.fixture(params=WEEKENDS)
def weekend(request: pytest.FixtureRequest) -> tuple[datetime, str]:
    found: tuple[datetime, str] = WEEKENDS[request.param]
    return found


def hours(first: datetime, last: datetime) -> Iterator[datetime]:
    """Every whole hour that passes between two instants, both included."""
    at = first.astimezone(UTC)
    while at <= last:
        yield at
        at += HOUR


def steps(incident: Incident, kind: str) -> list[tuple[str, timedelta]]:
    """Each step that was taken, with how long before (negative) or after the due instant."""
    deadline = deadline_of(incident, kind)
    rows = Reminder.objects.filter(deadline=deadline, part="owner").order_by("step_at")
    return [(row.step, row.step_at - deadline.due_at) for row in rows]


def on_friday(weekend: tuple[datetime, str], hour: int, minute: int = 0) -> datetime:
    return weekend[0].replace(hour=hour, minute=minute)


@pytest.mark.usefixtures("in_a")
def test_a_post_mortem_is_due_after_48_hours_that_really_passed(
    weekend: tuple[datetime, str], alice: User, client_a1: Client
) -> None:
    agree(client_a1, alice, "starter")
    incident = opened(client_a1, alice, "SEV3", on_friday(weekend, 9), facts={"personal_data": "no"})
    acknowledge(incident, by=alice, now=on_friday(weekend, 10))
    resolved = on_friday(weekend, 16, 30)
    record_instant(incident, "resolved_at", resolved, by=alice, now=resolved)
    due_at = deadline_of(incident, POST_MORTEM).due_at
    assert due_at - resolved.astimezone(UTC) == 48 * HOUR
    assert f"{due_at.astimezone(LONDON):%A %H:%M}" == f"Sunday {weekend[1]}"
    for now in hours(resolved, due_at + 3 * HOUR):
        scan(now)
    assert steps(incident, POST_MORTEM) == [
        ("-PT24H", -24 * HOUR), ("-PT12H", -12 * HOUR), ("-PT4H", -4 * HOUR), ("-PT1H", -HOUR),
        ("PT0S", timedelta()), ("+PT1H", HOUR), ("+PT2H", 2 * HOUR), ("+PT3H", 3 * HOUR),
    ]  # fmt: skip


@pytest.mark.usefixtures("in_a")
def test_a_response_by_the_next_business_day_ends_with_mondays_own_midnight(
    weekend: tuple[datetime, str], alice: User, client_a1: Client
) -> None:
    agree(client_a1, alice, "starter")
    incident = opened(client_a1, alice, "SEV1", on_friday(weekend, 16, 30), lead=alice)
    due_at = deadline_of(incident, RESPONSE).due_at
    assert due_at.astimezone(LONDON) == (weekend[0] + timedelta(days=4)).replace(hour=0)
    for now in hours(due_at - 30 * HOUR, due_at):
        scan(now)
    assert [step for step, _ in steps(incident, RESPONSE)] == ["-PT24H", "-PT12H", "-PT4H", "-PT1H", "PT0S"]
