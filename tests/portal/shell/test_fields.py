"""Fields that every room shares: one of some objects, a person, a reason."""

from dataclasses import dataclass

import pytest
from django import forms

from portal.shell.fields import PersonField, ReasonField, person


@dataclass(frozen=True)
class Somebody:
    pk: int
    name: str

    def __str__(self) -> str:
        return self.name


ANN, BEN = Somebody(1, "Ann"), Somebody(2, "Ben")


class Form(forms.Form):
    owner = PersonField(error_messages={"required": "Choose somebody"})
    backup = PersonField(required=False)
    why = ReasonField()


def form(**data: str) -> Form:
    made = Form({"why": "On leave", **data})
    person(made, "owner").offer_people([ANN])
    person(made, "backup").offer_people([ANN], BEN)
    return made


def test_a_person_is_chosen_among_those_offered_and_nobody_else() -> None:
    made = form(owner="1")
    assert made.is_valid()
    assert made.cleaned_data["owner"] == ANN
    assert made.cleaned_data["backup"] is None
    assert form(owner="2").errors["owner"] == ["Choose one from the list."]
    assert form().errors["owner"] == ["Choose somebody"]


def test_who_holds_it_now_can_be_kept_though_they_have_left() -> None:
    made = form(owner="1", backup="2")
    assert made.is_valid()
    assert ("2", "Ben (has left)") in list(person(made, "backup").choices)


def test_a_reason_is_owed_and_holds_no_secret() -> None:
    assert form(owner="1", why=" ").errors["why"] == ["Enter the reason"]
    assert not form(owner="1", why="the key is ghp_16C7e42F292c6912E7710c838347Ae178B4a").is_valid()


def test_a_field_that_chooses_no_person_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        person(form(), "why")
