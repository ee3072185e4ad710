"""Countries and their parts can be chosen by name."""

from __future__ import annotations

from portal.lib.holiday_calendars import calendar_name, calendars


def test_countries_and_the_parts_with_holidays_of_their_own_can_be_chosen() -> None:
    names = dict(calendars())
    assert names["GB"] == "United Kingdom"
    assert names["GB-ENG"] == "United Kingdom: England"
    assert names["IE"] == "Ireland"
    assert names["DE-BY"].startswith("Germany: Ba")
    assert names["BA"] == "Bosnia and Herzegovina"


def test_the_list_is_sorted_by_name_and_names_nothing_twice() -> None:
    codes = [code for code, _ in calendars()]
    names = [name.casefold() for _, name in calendars()]
    assert len(codes) == len(set(codes)) > 200
    assert names == sorted(names)


def test_a_code_that_the_library_does_not_know_stays_as_it_is() -> None:
    assert calendar_name("GB-SCT") == "United Kingdom: Scotland"
    assert calendar_name("XX-YY") == "XX-YY"
