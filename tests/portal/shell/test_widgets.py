from datetime import date
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError

from portal.shell.widgets import PARTS, DayField


class Renewal(forms.Form):
    renewal_on = DayField(label="Renewal date")
    signed_on = DayField(label="DPA date", required=False)


def sent(day: str = "", month: str = "", year: str = "", **more: str) -> Renewal:
    return Renewal({"renewal_on_day": day, "renewal_on_month": month, "renewal_on_year": year, **more})


@pytest.mark.parametrize(
    ("day", "month", "year", "meant"),
    [
        ("17", "2", "2027", date(2027, 2, 17)),
        (" 07 ", "02", "2027", date(2027, 2, 7)),
        ("17", "Feb", "2027", date(2027, 2, 17)),
        ("17", "february", "2027", date(2027, 2, 17)),
        ("29", "2", "2028", date(2028, 2, 29)),
    ],
)
def test_a_day_is_read_from_its_three_parts(day: str, month: str, year: str, meant: date) -> None:
    form = sent(day, month, year)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"renewal_on": meant, "signed_on": None}


@pytest.mark.parametrize(
    ("day", "month", "year", "words", "wrong"),
    [
        ("", "", "", "Enter renewal date", list(PARTS)),
        ("17", "", "2027", "Renewal date must include a month", ["month"]),
        ("", "", "2027", "Renewal date must include a day and a month", ["day", "month"]),
        ("31", "2", "2027", "Renewal date must be a real date: that month has no day 31", ["day"]),
        ("29", "2", "2027", "Renewal date must be a real date: that month has no day 29", ["day"]),
        ("1", "13", "2027", "Renewal date must be a real date: months run from 1 to 12", ["month"]),
        ("1", "1", "27", "Year must include 4 numbers", ["year"]),
        ("one", "1", "2027", "Renewal date must be a real date, such as 17 2 2027", ["day"]),
        ("²", "1", "2027", "Renewal date must be a real date, such as 17 2 2027", ["day"]),
        ("1", "1", "0000", "Renewal date must be a real date: that month has no day 1", ["year"]),
    ],
)
def test_an_error_says_the_way_out_and_marks_only_the_wrong_part(
    day: str, month: str, year: str, words: str, wrong: list[str]
) -> None:
    form = sent(day, month, year)
    assert form.errors["renewal_on"] == [words]
    field: Any = form["renewal_on"]
    assert field.wrong_parts == wrong
    html = str(field)
    for part in PARTS:
        name = f'name="renewal_on_{part}"'
        tag = next(each for each in html.split("<input") if name in each).split(">")[0]
        assert ("aria-invalid" in tag) == (part in wrong)
    assert "data-wrong" not in html


def test_what_was_typed_comes_back() -> None:
    assert 'value="31"' in str(sent("31", "2", "2027")["renewal_on"])


def test_a_rule_of_the_form_may_mark_a_part() -> None:
    form = sent("1", "1", "2020")
    form.full_clean()
    form.add_error(
        "renewal_on", ValidationError("Renewal date must be after today", params={"parts": ("year",)})
    )
    field: Any = form["renewal_on"]
    assert field.wrong_parts == ["year"]


def test_a_kept_day_fills_the_parts_and_the_same_day_is_no_change() -> None:
    form = Renewal(initial={"renewal_on": date(2027, 2, 17)})
    assert all(f'value="{part}"' in str(form["renewal_on"]) for part in (17, 2, 2027))
    same = {"renewal_on_day": "17", "renewal_on_month": "2", "renewal_on_year": "2027"}
    assert not Renewal(same, initial={"renewal_on": date(2027, 2, 17)}).has_changed()
    assert Renewal({**same, "renewal_on_day": "18"}, initial={"renewal_on": date(2027, 2, 17)}).has_changed()


def test_a_name_in_capitals_keeps_them_in_its_error() -> None:
    class Needed(forms.Form):
        signed_on = DayField(label="DPA date")

    assert Needed({}).errors["signed_on"] == ["Enter DPA date"]
