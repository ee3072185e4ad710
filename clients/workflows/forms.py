"""Input of the workflows room: filters, decisions on proposals, the reason for removing a version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict

from clients.registers.platforms import platform_name
from clients.workflows.models import Proposal
from portal.lib.fields import refuse_secrets
from portal.shell.widgets import DayField

if TYPE_CHECKING:
    from portal.accounts.models import User

READABLE = ("n8n", "make", "power_automate", "zapier")
#: Where an accepted entry has a day by which something is to be done, and what that day is called on the page.
DAYS = {"credentials": ("renewal_on", "Renews"), "integrations": ("renewal_on", "Review by")}


class ExportFilters(forms.Form):
    """Narrows the list of exports."""

    q = forms.CharField(label="Name contains", required=False, max_length=120)
    platform = forms.ChoiceField(
        required=False, choices=[("", "Any"), *((each, platform_name(each)) for each in READABLE)]
    )


class ProposalFilters(forms.Form):
    """Narrows the list of proposals. `export` is set by links only."""

    state = forms.ChoiceField(
        label="Decision",
        required=False,
        choices=[
            ("", "Open"),
            *((key, words) for key, words in Proposal.State.choices if key != Proposal.State.OPEN),
        ],
    )
    register = forms.ChoiceField(required=False, choices=[("", "Any"), *Proposal.Register.choices])
    kind = forms.ChoiceField(
        label="What it says", required=False, choices=[("", "Anything"), *Proposal.Kind.choices]
    )
    export = forms.IntegerField(required=False, widget=forms.HiddenInput)


class OwnerField(forms.TypedChoiceField):
    """One of the people who may own a record; cleans to the person or None. The people are loaded once a page."""

    def __init__(self, people: Mapping[str, User], nobody: str, **options: Any) -> None:
        super().__init__(
            coerce=people.__getitem__,
            empty_value=None,
            required=False,
            choices=[("", nobody), *((key, str(person)) for key, person in people.items())],
            **options,
        )


def by_key(people: Iterable[User]) -> dict[str, User]:
    """Give people by the value of their choice, by name."""
    return {str(person.pk): person for person in sorted(people, key=lambda each: str(each).casefold())}


class RowForm(forms.Form):
    """What a person may fill in beside one proposal: owner and renewal date of a new entry."""

    def __init__(self, proposal: Proposal, people: Mapping[str, User], data: Any = None) -> None:
        super().__init__(data, prefix=f"p{proposal.pk}")
        self.proposal = proposal
        if proposal.kind != Proposal.Kind.NEW:
            return
        self.fields["owner"] = OwnerField(people, "No owner yet", label="Owner")
        if proposal.register in DAYS:
            name, label = DAYS[proposal.register]
            self.fields[name] = DayField(label=label, required=False, help_text="")

    def changes(self) -> dict[str, Any]:
        """Return what was filled in, by field name."""
        return {name: value for name, value in self.cleaned_data.items() if value is not None}


class DecideForm(forms.Form):
    """What is decided on the proposals of one export, and what holds for all of them.

    `do` is the button: accept, accept_all, decline, or accept:41 and decline:41 for a single one.
    """

    do = forms.CharField()
    export = forms.IntegerField()
    narrowed = forms.BooleanField(required=False)
    why = forms.CharField(
        label="Reason, if you decline", required=False, max_length=500, validators=[refuse_secrets]
    )

    def __init__(
        self,
        people: Mapping[str, User],
        export_id: int | str,
        data: QueryDict | None = None,
        choosable: Sequence[Proposal] = (),
    ) -> None:
        super().__init__(data, auto_id=f"id_e{export_id}_%s")
        self.fields["owner"] = OwnerField(
            people, "Chosen below, each", label="Owner of all without one below"
        )
        self.choosable = {each.pk: each for each in choosable if str(each.export_id) == str(export_id)}
        self.verb = ""
        self.meant: list[Proposal] = []

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        verb, _, one = str(values.get("do", "")).partition(":")
        data: Any = self.data
        if verb not in ("accept", "accept_all", "decline"):
            raise forms.ValidationError("Use one of the buttons.")
        ids = [one] if one else data.getlist("chosen")
        self.verb = verb.partition("_")[0]
        self.meant = [self.choosable[int(pk)] for pk in ids if pk.isdigit() and int(pk) in self.choosable]
        if verb == "accept_all":
            self.meant = list(self.choosable.values())
        if not self.meant:
            raise forms.ValidationError("Choose at least one proposal that is still open.")
        return values


class RemoveForm(forms.Form):
    """Why a version is removed."""

    why = forms.CharField(
        label="Why is it removed",
        max_length=500,
        help_text="Kept in the history, for example: this file belongs to another client.",
        validators=[refuse_secrets],
    )
