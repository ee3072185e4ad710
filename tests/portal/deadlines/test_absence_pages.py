"""Absences: everybody notes their own, owners anybody's; a client's person has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client as Browser

from portal.accounts.models import User
from portal.deadlines.models import Absence
from portal.tenancy.models import Practice
from portal.tenancy.scope import enter
from tests.conftest import everything_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Browser]
LIST = "/account/absences/"


def split(name: str, day: date) -> dict[str, str]:
    return {f"{name}_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def days(first: int, last: int) -> dict[str, str]:
    today = datetime.now(UTC).date()
    return {
        **split("from_on", today + timedelta(days=first)),
        **split("until_on", today + timedelta(days=last)),
    }


def noted(practice: Practice) -> list[Absence]:
    with enter(everything_of(practice), switch=True):
        return list(Absence.objects.select_related("user", "stand_in").order_by("pk"))


def absence(practice: Practice, user: User, first: int, last: int) -> Absence:
    today = datetime.now(UTC).date()
    with enter(everything_of(practice), switch=True):
        return Absence.objects.create(
            practice=practice,
            user=user,
            from_on=today + timedelta(days=first),
            until_on=today + timedelta(days=last),
        )


def test_one_notes_ones_own_days_with_a_stand_in(
    alice: User, bob: User, practice_a: Practice, signed_in: SignIn
) -> None:
    sent = {**days(3, 9), "stand_in": str(alice.pk), "note": "Back on Monday"}
    answer = signed_in(bob).post(f"{LIST}add/", sent, follow=True)
    page = answer.content.decode()
    assert "You are noted as away." in page
    assert "Back on Monday" in page
    [made] = noted(practice_a)
    assert (made.user, made.stand_in) == (bob, alice)


def test_only_owners_note_somebody_elses_days(
    alice: User, bob: User, practice_a: Practice, signed_in: SignIn
) -> None:
    signed_in(bob).post(f"{LIST}add/", {**days(3, 9), "user": str(alice.pk)})
    signed_in(alice).post(f"{LIST}add/", {**days(20, 29), "user": str(bob.pk)})
    assert [made.user for made in noted(practice_a)] == [bob, bob]


def test_what_makes_no_sense_is_refused_in_words(
    alice: User, practice_a: Practice, signed_in: SignIn
) -> None:
    browser = signed_in(alice)
    page = browser.post(f"{LIST}add/", {**days(9, 3), "user": str(alice.pk)}).content.decode()
    assert "Swap the two" in page
    assert noted(practice_a) == []


def test_one_sees_ones_own_and_owners_see_all(
    alice: User, bob: User, practice_a: Practice, signed_in: SignIn
) -> None:
    absence(practice_a, alice, -1, 1)
    absence(practice_a, bob, 5, 9)
    absence(practice_a, bob, -20, -15)
    owners_page = signed_in(alice).get(LIST).content.decode()
    assert "Alice Archer" in owners_page[owners_page.index("Now and to come") :]
    own_page = signed_in(bob).get(LIST).content.decode()
    assert ">Alice Archer" not in own_page
    assert "The last 90 days" in own_page
    assert "To come" in own_page


def test_one_is_back_today_or_does_not_go_at_all(bob: User, practice_a: Practice, signed_in: SignIn) -> None:
    begun, planned = absence(practice_a, bob, -3, 3), absence(practice_a, bob, 9, 12)
    browser = signed_in(bob)
    for each in (begun, planned):
        browser.post(f"{LIST}{each.pk}/end/")
    [left] = noted(practice_a)
    assert left.pk == begun.pk
    assert left.until_on == datetime.now(UTC).date() - timedelta(days=1)


def test_somebody_elses_absence_is_not_there(
    alice: User, bob: User, dan: User, carol: User, practice_a: Practice, signed_in: SignIn
) -> None:
    row = absence(practice_a, alice, -3, 3)
    for user in (bob, dan, carol):
        assert signed_in(user).post(f"{LIST}{row.pk}/end/").status_code == 404
    assert signed_in(carol).get(LIST).status_code == 404
