"""The right person hears of a step; who is missing, away or gone is stood in for, and nobody hears twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.deadlines.rules.policies import PARTS
from portal.deadlines.rules.recipients import Away, People, Recipient, resolve

OWNER, BACKUP, LEAD, SECOND, BOSS, OTHER, ANSWERS, STAND_IN = (UUID(int=number) for number in range(1, 9))
TODAY = date(2026, 11, 20)
AWAY = (Away(date(2026, 11, 16), date(2026, 11, 27)),)
UNTIL = "is away until 27 Nov 2026"

EVERYBODY = People(
    owner=OWNER,
    backup=BACKUP,
    leads=(LEAD, SECOND),
    practice_owners=(BOSS, OTHER),
    active=frozenset({OWNER, BACKUP, LEAD, SECOND, STAND_IN, ANSWERS}),
    client_people=(ANSWERS,),
)


def heard(people: People, *parts: str) -> list[tuple[UUID, str, str]]:
    return [(found.person_id, found.part, found.why) for found in resolve(parts, people, TODAY)]


def away(*persons: UUID, stand_in: UUID | None = None) -> dict[UUID, tuple[Away, ...]]:
    return {person: (replace(AWAY[0], stand_in=stand_in),) for person in persons}


def test_each_part_leads_to_its_people() -> None:
    assert heard(EVERYBODY, *PARTS) == [
        (OWNER, "owner", ""),
        (BACKUP, "backup", ""),
        (LEAD, "lead", ""),
        (SECOND, "lead", ""),
        (BOSS, "practice_owner", ""),
        (OTHER, "practice_owner", ""),
        (ANSWERS, "client", ""),
    ]
    assert heard(EVERYBODY, "lead", "owner")[0] == (LEAD, "lead", "")


class TestOwner:
    def test_one_who_is_missing_is_stood_in_for_down_to_the_owners_of_the_practice(self) -> None:
        missing = replace(EVERYBODY, owner=None)
        why = "there is no owner"
        assert heard(missing, "owner") == [(BACKUP, "backup", why)]
        assert heard(replace(missing, backup=None), "owner") == [(LEAD, "lead", why)]
        assert heard(replace(missing, backup=None, leads=()), "owner") == [
            (BOSS, "practice_owner", why),
            (OTHER, "practice_owner", why),
        ]

    def test_one_who_has_left_is_stood_in_for(self) -> None:
        gone = replace(EVERYBODY, active=EVERYBODY.active - {OWNER})
        assert heard(gone, "owner") == [(BACKUP, "backup", "the owner no longer works for the client")]
        both = replace(gone, active=gone.active - {BACKUP})
        assert heard(both, "owner") == [(LEAD, "lead", "the owner no longer works for the client")]

    def test_the_backup_owner_takes_it_before_whom_the_absence_names(self) -> None:
        absent = replace(EVERYBODY, away=away(OWNER, stand_in=STAND_IN))
        assert heard(absent, "owner") == [(BACKUP, "backup", f"the owner {UNTIL}")]
        assert heard(replace(absent, backup=None), "owner") == [(STAND_IN, "backup", f"the owner {UNTIL}")]

    def test_a_stand_in_who_is_away_or_does_not_work_for_the_client_is_passed_over(self) -> None:
        alone = replace(EVERYBODY, backup=None)
        also_away = replace(alone, away=away(OWNER, STAND_IN, stand_in=STAND_IN))
        assert heard(also_away, "owner") == [(LEAD, "lead", f"the owner {UNTIL}")]
        stranger = replace(alone, away=away(OWNER, stand_in=UUID(int=99)))
        assert heard(stranger, "owner") == [(LEAD, "lead", f"the owner {UNTIL}")]

    def test_a_lead_who_is_away_leaves_it_to_the_next_lead_who_is_here(self) -> None:
        absent = replace(EVERYBODY, owner=None, backup=None, away=away(LEAD))
        assert heard(absent, "owner") == [(SECOND, "lead", "there is no owner")]

    def test_an_owner_of_the_practice_may_own_without_an_assignment(self) -> None:
        assert heard(replace(EVERYBODY, owner=BOSS), "owner") == [(BOSS, "owner", "")]

    @pytest.mark.parametrize(
        ("first", "last", "here"),
        [
            (date(2026, 11, 20), date(2026, 11, 20), False),
            (date(2026, 11, 1), date(2026, 11, 20), False),
            (date(2026, 11, 20), date(2026, 12, 1), False),
            (date(2026, 11, 1), date(2026, 11, 19), True),
            (date(2026, 11, 21), date(2026, 12, 1), True),
        ],
    )
    def test_both_ends_of_an_absence_belong_to_it(self, first: date, last: date, here: bool) -> None:
        people = replace(EVERYBODY, away={OWNER: (Away(first, last),)})
        assert (heard(people, "owner")[0][0] == OWNER) is here

    def test_of_overlapping_absences_the_one_that_ends_last_is_named(self) -> None:
        people = replace(EVERYBODY, away={OWNER: (Away(TODAY, date(2026, 11, 21)), *AWAY)})
        assert heard(people, "owner")[0][2] == f"the owner {UNTIL}"


class TestOthers:
    def test_a_backup_owner_who_was_never_named_is_nobody(self) -> None:
        assert heard(replace(EVERYBODY, backup=None), "owner", "backup") == [(OWNER, "owner", "")]

    def test_a_backup_owner_who_is_away_is_stood_in_for_by_whom_the_absence_names(self) -> None:
        absent = replace(EVERYBODY, away=away(BACKUP, stand_in=STAND_IN))
        assert heard(absent, "owner", "backup")[1] == (STAND_IN, "backup", f"the backup owner {UNTIL}")
        nobody = replace(EVERYBODY, away=away(BACKUP))
        assert heard(nobody, "owner", "backup") == [(OWNER, "owner", "")]

    def test_without_a_lead_the_owners_of_the_practice_hear_of_it(self) -> None:
        assert heard(replace(EVERYBODY, leads=()), "lead")[0] == (BOSS, "practice_owner", "there is no lead")
        absent = replace(EVERYBODY, leads=(LEAD,), away=away(LEAD))
        assert heard(absent, "lead")[0] == (BOSS, "practice_owner", f"the lead {UNTIL}")

    def test_a_lead_who_is_away_and_names_a_stand_in_is_stood_in_for(self) -> None:
        absent = replace(EVERYBODY, leads=(LEAD,), away=away(LEAD, stand_in=STAND_IN))
        assert heard(absent, "lead") == [(STAND_IN, "lead", f"the lead {UNTIL}")]

    def test_owners_of_the_practice_who_are_away_are_left_out_unless_all_are(self) -> None:
        assert heard(replace(EVERYBODY, away=away(BOSS)), "practice_owner") == [(OTHER, "practice_owner", "")]
        assert len(heard(replace(EVERYBODY, away=away(BOSS, OTHER)), "practice_owner")) == 2

    def test_a_client_without_anybody_leaves_it_to_the_lead(self) -> None:
        nobody = replace(EVERYBODY, client_people=())
        assert heard(nobody, "client") == [(LEAD, "lead", "the client has nobody here who can do it")]

    def test_people_of_the_client_who_are_away_are_left_out_unless_all_are(self) -> None:
        two = replace(EVERYBODY, client_people=(ANSWERS, OTHER), away=away(ANSWERS))
        assert heard(two, "client") == [(OTHER, "client", "")]
        assert heard(replace(EVERYBODY, away=away(ANSWERS)), "client") == [(ANSWERS, "client", "")]


def test_one_person_in_several_parts_hears_once_under_the_first() -> None:
    alone = replace(EVERYBODY, owner=BOSS, backup=None, leads=(BOSS,), practice_owners=(BOSS,))
    assert resolve(PARTS[:4], alone, TODAY) == [Recipient(BOSS, "owner")]


def test_a_step_that_would_reach_nobody_reaches_the_lead() -> None:
    assert heard(replace(EVERYBODY, backup=None), "backup") == [(LEAD, "lead", "nobody else can be reached")]
    assert heard(replace(EVERYBODY, backup=None, leads=()), "backup")[0][0] == BOSS


def test_a_practice_without_any_owner_or_lead_reaches_nobody_rather_than_failing() -> None:
    assert resolve(PARTS, People(None, None, (), (), frozenset()), TODAY) == []


persons = some.integers(1, 8).map(lambda number: UUID(int=number))
absences = some.builds(
    lambda first, last, stand_in: Away(min(first, last), max(first, last), stand_in),
    some.dates(date(2026, 11, 15), date(2026, 11, 25)),
    some.dates(date(2026, 11, 15), date(2026, 11, 25)),
    some.none() | persons,
)
everyone = some.builds(
    People,
    some.none() | persons,
    some.none() | persons,
    some.lists(persons, max_size=3, unique=True).map(tuple),
    some.lists(persons, min_size=1, max_size=2, unique=True).map(tuple),
    some.frozensets(persons),
    some.lists(persons, max_size=2, unique=True).map(tuple),
    some.dictionaries(persons, some.lists(absences, max_size=2).map(tuple)),
)


@given(some.lists(some.sampled_from(PARTS), min_size=1, unique=True), everyone)
def test_somebody_always_hears_nobody_twice_and_only_people_of_the_deadline(
    parts: list[str], people: People
) -> None:
    found = resolve(parts, people, TODAY)
    ids = [recipient.person_id for recipient in found]
    assert ids
    assert len(set(ids)) == len(ids)
    assert set(ids) <= people.active | set(people.practice_owners) | set(people.client_people)
    assert all(len(recipient.why) <= 200 and recipient.part in PARTS for recipient in found)
