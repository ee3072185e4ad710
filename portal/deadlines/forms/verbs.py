"""Small forms, one a verb of a deadline: put it off, give it to somebody else, give several to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from portal.deadlines.models import Deadline
from portal.lib.dates import MONTHS, WEEKDAYS, format_table
from portal.lib.fields import BlanksRefused
from portal.shell.fields import PersonField, ReasonField, person
from portal.shell.widgets import DayField

if TYPE_CHECKING:
    from portal.accounts.models import User

TOMORROW, MONDAY, ANOTHER = "tomorrow", "monday", "day"


class SnoozeForm(BlanksRefused, forms.Form):
    """Until when, and why. It comes back at the beginning of that day in `zone`."""

    until = forms.ChoiceField(
        label="Until",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose until when it can wait"},
    )
    until_on = DayField(label="Another day", required=False, help_text="For example, 17 2 2027")
    why = ReasonField(
        label="Why can it wait?",
        help_text="Kept in the history.",
        error_messages={"required": "Enter why it can wait"},
    )

    def __init__(self, data: Any = None, *, now: datetime, zone: tzinfo) -> None:
        super().__init__(data, initial={"until": TOMORROW})
        self.now, self.zone = now, zone
        today = now.astimezone(zone).date()
        self.days = {TOMORROW: today + timedelta(days=1), MONDAY: today + timedelta(days=7 - today.weekday())}
        choices = [(TOMORROW, f"Tomorrow, {_said(self.days[TOMORROW])}")]
        if self.days[MONDAY] != self.days[TOMORROW]:
            choices.append((MONDAY, f"Next {_said(self.days[MONDAY])}"))
        until = self.fields["until"]
        assert isinstance(until, forms.ChoiceField)
        until.choices = [*choices, (ANOTHER, "Another day")]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("until") == ANOTHER and "until_on" not in self.errors:
            day = found.get("until_on")
            if day is None:
                self.add_error("until_on", "Enter the day on which it comes back")
            elif day <= self.now.astimezone(self.zone).date():
                self.add_error(
                    "until_on",
                    ValidationError(f"The day must be after today, {format_table(self._today())}"),
                )
        return found

    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def until_at(self) -> datetime:
        """The instant at which it comes back."""
        chosen = self.cleaned_data["until"]
        day = self.cleaned_data["until_on"] if chosen == ANOTHER else self.days[chosen]
        return datetime.combine(day, time(), self.zone)


def _said(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


class ReassignForm(BlanksRefused, forms.Form):
    """A new owner, a new backup owner, and why."""

    owner = PersonField(
        label="New owner",
        help_text="Somebody who works for the client now.",
        error_messages={"required": "Choose who takes it over"},
    )
    backup_owner = PersonField(
        label="Backup owner", required=False, help_text="Who is reminded when the owner is away."
    )
    why = ReasonField(help_text="Kept in the history.")

    def __init__(self, data: Any = None, *, deadline: Deadline, people: Sequence[User]) -> None:
        super().__init__(data, initial={"backup_owner": deadline.backup_owner})
        person(self, "owner").offer_people(people)
        person(self, "backup_owner").offer_people(people, deadline.backup_owner)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("owner") and found.get("owner") == found.get("backup_owner"):
            self.add_error("backup_owner", "Choose somebody else than the owner, or nobody")
        return found


class FromForm(forms.Form):
    """Whose deadlines to give away: the first step of reassigning several, sent as `from` in the address."""

    def __init__(self, data: Any = None, *, people: Iterable[User]) -> None:
        super().__init__(data)
        self.fields["from"] = PersonField(
            label="Whose", error_messages={"required": "Choose whose deadlines to reassign"}
        )
        person(self, "from").offer_people(people)


class ReassignSeveralForm(BlanksRefused, forms.Form):
    """Several deadlines of one person for somebody else, and why. All are chosen to begin with."""

    deadlines = forms.MultipleChoiceField(
        label="Which",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "Choose at least one",
            "invalid_choice": "One of the chosen deadlines has ended or changed hands meanwhile. Choose again.",
        },
    )
    owner = PersonField(
        label="New owner",
        help_text="Somebody who works for every client among the chosen ones.",
        error_messages={"required": "Choose who takes them over"},
    )
    why = ReasonField(help_text="Kept in the history of each.")

    def __init__(self, data: Any = None, *, deadlines: Iterable[Deadline], people: Iterable[User]) -> None:
        self.offered = {str(deadline.pk): deadline for deadline in deadlines}
        super().__init__(data, initial={"deadlines": list(self.offered)})
        chosen = self.fields["deadlines"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = [(key, _line(deadline)) for key, deadline in self.offered.items()]
        person(self, "owner").offer_people(people)

    def chosen(self) -> list[Deadline]:
        """The chosen deadlines."""
        return [self.offered[key] for key in self.cleaned_data["deadlines"]]


def _line(deadline: Deadline) -> str:
    due = format_table(deadline.due_on or deadline.due_at.date())
    return f"{deadline.client.name}: {deadline.title}, due {due}"
