"""The roster says who may deal with what at an instant, and who is away where they live."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from portal.deadlines.models import Absence
from portal.deadlines.roster import roster
from portal.tenancy.models import Assignment, Member
from portal.tenancy.permissions import Role
from tests.conftest import make_assignment, make_member, make_user
from tests.portal.deadlines.arranging import opened

pytestmark = pytest.mark.usefixtures("in_a", "alice")


def test_who_may_own_what_follows_their_place_now(
    client_a1: Any, client_a2: Any, alice: Any, bob: Any, carol: Any, now: datetime
) -> None:
    people = roster([client_a1.pk, client_a2.pk], now)

    def may(user: Any, client: Any, internal: bool) -> bool:
        return people.may_own(user.pk, client.pk, internal=internal)

    assert [may(alice, client, True) for client in (client_a1, client_a2)] == [True, True]
    assert [may(bob, client, True) for client in (client_a1, client_a2)] == [True, False]
    assert [may(carol, client_a1, internal) for internal in (True, False)] == [False, True]


def test_an_end_that_has_come_counts_and_one_to_come_does_not(
    client_a1: Any, bob: Any, now: datetime
) -> None:
    Assignment.objects.filter(user=bob).update(until_at=now)
    assert roster([client_a1.pk], now - timedelta(seconds=1)).works_for(bob.pk, client_a1.pk)
    assert not roster([client_a1.pk], now).works_for(bob.pk, client_a1.pk)


def test_assignments_of_somebody_who_left_the_practice_count_for_nothing(
    client_a1: Any, practice_a: Any, now: datetime
) -> None:
    lead = make_user("Lea Lind", "lea@northlight.test")
    make_member(practice_a, lead, Role.CONSULTANT)
    make_assignment(client_a1, lead, Role.LEAD)
    assert roster([client_a1.pk], now).leads(client_a1.pk) == (lead.pk,)
    Member.objects.filter(user=lead).update(until_at=now)
    assert roster([client_a1.pk], now).leads(client_a1.pk) == ()


@pytest.mark.parametrize(
    ("at", "away"),
    [
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), False),
        (datetime(2026, 11, 20, 5, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 4, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 21, 5, tzinfo=UTC), False),
    ],
)
def test_a_day_away_is_a_day_where_the_person_lives(
    client_a1: Any, alice: Any, bob: Any, at: datetime, away: bool
) -> None:
    bob.time_zone = "America/New_York"
    bob.save()
    day = date(2026, 11, 20)
    Absence.objects.create(practice=client_a1.practice, user=bob, from_on=day, until_on=day, stand_in=alice)
    people = roster([client_a1.pk], at)
    here = at.date()
    around = people.around(opened(client_a1, owner=bob), here)
    assert (bob.pk in around.away) is away
    if away:
        assert around.away[bob.pk][0].from_on <= here <= around.away[bob.pk][0].until_on


def test_it_takes_four_queries_however_many_clients_and_people(
    client_a1: Any, client_a2: Any, bob: Any, carol: Any, now: datetime, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(4):
        roster([client_a1.pk], now)
    with django_assert_num_queries(4):
        people = roster([client_a1.pk, client_a2.pk], now, also=[bob.pk, None])
    assert {str(user) for user in people.people.values()} == {"Alice Archer", "Bob Baker", "Carol Clarke"}
