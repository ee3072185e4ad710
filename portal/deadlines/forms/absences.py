"""The form of an absence: who, from when to when, and who stands in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms

from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.shell.fields import PersonField, person
from portal.shell.widgets import DayField

if TYPE_CHECKING:
    from portal.accounts.models import User


class AbsenceForm(BlanksRefused, forms.Form):
    """Days away, both included. Only who may note it for others chooses whose it is."""

    user = PersonField(label="Who", error_messages={"required": "Choose who is away"})
    from_on = DayField(label="First day away", help_text="For example, 17 2 2027")
    until_on = DayField(label="Last day away", help_text="For example, 28 2 2027")
    stand_in = PersonField(
        label="Who stands in",
        required=False,
        help_text="Hears of what has no backup owner. Nobody: the client's lead hears of it.",
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=200,
        validators=[refuse_secrets],
        help_text="Seen by people of the practice. Leave out why.",
    )

    def __init__(self, data: Any = None, *, by: User, people: Iterable[User], for_anyone: bool) -> None:
        super().__init__(data, initial={"user": by})
        staff = list(people)
        person(self, "user").offer_people(staff)
        person(self, "stand_in").offer_people(each for each in staff if for_anyone or each != by)
        if not for_anyone:
            del self.fields["user"]
