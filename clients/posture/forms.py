"""The filters over the list of controls, and the form of a waiver."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from clients.posture.catalogue import catalogue
from clients.posture.rules.rollup import Standing
from clients.posture.words import RESULTS
from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.shell.widgets import DayField

if TYPE_CHECKING:
    from portal.accounts.models import User


class ControlFilters(forms.Form):
    """Narrow the controls to an area, a result or words; what cannot be understood counts as not asked."""

    q = forms.CharField(required=False, max_length=100, label="Words", widget=forms.SearchInput)
    area = forms.ChoiceField(
        required=False,
        label="Area",
        choices=lambda: [("", "All areas"), *catalogue().families.items()],
    )
    result = forms.ChoiceField(
        required=False,
        label="Result",
        choices=[("", "Any result"), *((result.value, words) for result, (_, words) in RESULTS.items())],
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, auto_id="filter_%s")
        self.is_valid()

    def narrow(self, standings: Iterable[Standing]) -> list[Standing]:
        """Keep the controls that are asked for."""
        wished = self.cleaned_data
        text = wished.get("q", "").casefold()
        return [
            each
            for each in standings
            if wished.get("area", "") in ("", each.control.area)
            and wished.get("result", "") in ("", each.result.value)
            and text in f"{each.control.id} {each.control.title} {each.control.statement}".casefold()
        ]


class WaiverForm(BlanksRefused, forms.Form):
    """An exception as it was approved in writing."""

    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=1000,
        validators=[refuse_secrets],
        label="Reason",
        help_text="Why the control is not met and what is done instead. The client reads it.",
    )
    approved_by = forms.ChoiceField(label="Approved by", help_text="Who agreed to it in writing.")
    approved_on = DayField(label="Approved on")
    until_on = DayField(label="Holds until", help_text="Its last day, at most a year after the approval.")

    def __init__(self, data: Any = None, *, approvers: Sequence[User]) -> None:
        super().__init__(data)
        self._people = {str(user.pk): user for user in approvers}
        field = self.fields["approved_by"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choose a person"), *((pk, str(user)) for pk, user in self._people.items())]

    def clean_approved_by(self) -> User:
        return self._people[self.cleaned_data["approved_by"]]


class EndWaiverForm(BlanksRefused, forms.Form):
    """Why an exception ends before its last day."""

    why = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        validators=[refuse_secrets],
        label="Reason",
        help_text="For example: the platform now offers what was missing.",
    )
