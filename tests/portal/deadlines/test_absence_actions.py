"""Absences are noted and ended; what makes no sense is refused in words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from portal.audit.models import AuditEvent
from portal.deadlines.absence_actions import add_absence, end_absence
from portal.deadlines.models import Absence
from portal.lib.refused import Refused
from portal.tenancy.scope import current

pytestmark = pytest.mark.usefixtures("in_a")
FIRST, LAST = date(2026, 11, 23), date(2026, 11, 27)


def add(alice: Any, user: Any, now: datetime, **fields: Any) -> Absence:
    days = {"from_on": FIRST, "until_on": LAST, **fields}
    practice_id = current().practice
    assert practice_id
    return add_absence(by=alice, practice_id=practice_id, user=user, now=now, **days)


def test_an_absence_is_noted_with_its_stand_in(alice: Any, bob: Any, now: datetime) -> None:
    made = add(alice, bob, now, stand_in=alice, note="skiing")
    assert Absence.objects.get() == made
    assert (made.from_on, made.until_on, made.stand_in) == (FIRST, LAST, alice)
    assert AuditEvent.objects.order_by("pk").last().payload["action"] == "absence.add"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"from_on": LAST, "until_on": FIRST}, "Swap the two"),
        ({"from_on": date(2026, 11, 1), "until_on": date(2026, 11, 3)}, "passed already"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    alice: Any, bob: Any, now: datetime, fields: dict[str, date], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        add(alice, bob, now, **fields)


def test_nobody_stands_in_for_themselves(alice: Any, bob: Any, now: datetime) -> None:
    with pytest.raises(Refused, match="stand in for themselves"):
        add(alice, bob, now, stand_in=bob)


def test_people_of_clients_are_neither_away_nor_stand_in(
    alice: Any, bob: Any, carol: Any, now: datetime
) -> None:
    for fields in ({"user": carol}, {"user": bob, "stand_in": carol}):
        with pytest.raises(Refused, match="Carol Clarke is not one of the practice's people"):
            add(alice, now=now, **fields)


def test_nobody_is_away_twice_at_a_time(alice: Any, bob: Any, now: datetime) -> None:
    add(alice, bob, now)
    with pytest.raises(Refused, match="away from 23 Nov 2026 to 27 Nov 2026 already"):
        add(alice, bob, now, from_on=LAST, until_on=date(2026, 12, 4))
    add(alice, bob, now, from_on=date(2026, 11, 28), until_on=date(2026, 12, 4))
    add(alice, alice, now)


def test_who_comes_back_early_is_away_until_the_day_before(alice: Any, bob: Any, now: datetime) -> None:
    made = add(alice, bob, now)
    end_absence(made, by=alice, back_on=date(2026, 11, 25))
    made.refresh_from_db()
    assert made.until_on == date(2026, 11, 24)


@pytest.mark.parametrize("back_on", [date(2026, 11, 20), FIRST])
def test_an_absence_that_never_began_is_taken_out(alice: Any, bob: Any, now: datetime, back_on: date) -> None:
    end_absence(add(alice, bob, now), by=alice, back_on=back_on)
    assert not Absence.objects.exists()
    assert AuditEvent.objects.order_by("pk").last().payload["action"] == "absence.end"


def test_what_has_ended_cannot_be_ended(alice: Any, bob: Any, now: datetime) -> None:
    made = add(alice, bob, now)
    with pytest.raises(Refused, match="ended already"):
        end_absence(made, by=alice, back_on=date(2026, 11, 28))
