"""The forms of plans and exercises."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms

from incidents.response.models import Incident
from incidents.response.pages.fields import text as line
from incidents.response.pages.forms import severity_choices
from incidents.response.plans.actions import LONGEST
from incidents.response.rules.catalogue import CONTRACTUAL, jurisdictions
from incidents.response.rules.exercises import scenarios
from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.shell.fields import PersonField, person
from portal.shell.widgets import DayField

if TYPE_CHECKING:
    from portal.accounts.models import User

OWN = "own"


class PlanForm(BlanksRefused, forms.Form):
    """What is written of a plan; everything else is read from the records. `version`: the save that was seen."""

    text = forms.CharField(
        label="What is special to this client",
        required=False,
        max_length=LONGEST,
        validators=[refuse_secrets],
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true"}),
        help_text="Markdown: **bold**, lists with -, tables, ## headings. Who may stop what, what must never be "
        "stopped, where backups are, who speaks with customers.",
    )
    jurisdictions = forms.MultipleChoiceField(
        label="Where the people live whose data is handled",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The clocks of the law that would run are read from this.",
    )
    our_role = forms.ChoiceField(
        label="Our role for their data", choices=Incident.OurRole.choices, widget=forms.RadioSelect
    )
    changes = line(
        "What is new in this version", most=500, rows=2, help_text="Whoever approves it reads this first."
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["jurisdictions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(code, name) for code, name in jurisdictions().items() if code != CONTRACTUAL]

    def values(self) -> dict[str, Any]:
        """Give what is written, without the save that was seen."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class ApproveForm(BlanksRefused, forms.Form):
    """The approval in writing. `seen` tells which plan was read."""

    name = line(
        "Your name",
        most=120,
        required=True,
        help_text="As you would sign. It stands on the plan with the instant.",
        error_messages={"required": "Enter your name: the approval is given in writing"},
    )
    note = line("Note", most=500, help_text="Both sides read it.")
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)


class StartForm(BlanksRefused, forms.Form):
    """What is played: a scenario, or one's own words."""

    scenario = forms.ChoiceField(label="Situation", widget=forms.RadioSelect)
    title = line("What happened", most=200, help_text="Only for a situation in your own words.")
    severity = forms.ChoiceField(
        label="Severity", required=False, help_text="Only for a situation in your own words."
    )
    summary = line("What the people on duty are told", most=2000, rows=3)
    lead = PersonField(label="Who leads", required=False)

    def __init__(self, *args: Any, people: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [(each.id, f"{each.severity}: {each.title}") for each in scenarios().values()]
        self._choices("scenario", [*listed, (OWN, "A situation in our own words")])
        self._choices("severity", [("", "Choose one"), *severity_choices()])
        lead = person(self, "lead")
        lead.nobody = "Whoever takes it up"
        lead.offer_people(people)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if found.get("scenario") == OWN:
            if not found.get("title"):
                self.add_error("title", "Say in a few words what happened")
            if not found.get("severity"):
                self.add_error("severity", "Choose how bad the situation is")
        return found

    def values(self) -> dict[str, Any]:
        """Give what to start: a scenario as it stands, or title and severity of one's own."""
        found = dict(self.cleaned_data)
        if found["scenario"] == OWN:
            return {**found, "scenario": ""}
        return {**found, "title": "", "severity": ""}


class EndForm(BlanksRefused, forms.Form):
    """What came of an exercise."""

    participants = line("Who took part", most=500, required=True)
    learnt = line(
        "What was learnt",
        most=4000,
        rows=6,
        required=True,
        help_text="What worked, what did not, what the plan should say. Only people of the practice read it.",
    )


class RecordForm(EndForm):
    """An exercise that was run elsewhere."""

    field_order = ["held_on", "title", "severity", "participants", "learnt", "evidence"]
    held_on = DayField(label="When it was held")
    title = line("What was played", most=200, required=True)
    severity = forms.ChoiceField(label="Severity", required=False)
    evidence = line(
        "Where that can be seen",
        most=500,
        required=True,
        help_text="Minutes, a ticket, a calendar entry. Without it an exercise proves nothing.",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["severity"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Not said"), *Incident.Severity.choices]

    def clean_held_on(self) -> date:
        """Refuse a day that is to come."""
        held_on: date = self.cleaned_data["held_on"]
        if held_on > self.today:
            raise forms.ValidationError(
                "Enter a day that has passed.", params={"parts": ("day", "month", "year")}
            )
        return held_on
