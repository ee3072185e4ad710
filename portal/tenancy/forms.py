"""The form of a client's facts."""

from __future__ import annotations

import zoneinfo
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from portal.lib.holiday_calendars import calendars
from portal.tenancy.models import Client, YesNoUnknown

TYPED_DAYS = ["%d %m %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"]


class DayField(forms.DateField):
    """A day typed as 17 2 2027 or 17 February 2027. The frame's three boxes belong to a room above this one."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "For example, 17 2 2027")
        super().__init__(input_formats=TYPED_DAYS, **kwargs)
        self.error_messages["invalid"] = f"{self.label or 'The date'} must be a real date, such as 17 2 2027"

    def prepare_value(self, value: Any) -> Any:
        """Show a day as it is typed."""
        return f"{value.day} {value.month} {value.year}" if isinstance(value, date) else value


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is known of a client as a company."""

    slug = forms.SlugField(
        label="Short name",
        max_length=60,
        required=False,
        help_text="Stands in addresses: small letters, digits and hyphens. Made from the name if left empty.",
        error_messages={"invalid": "The short name may hold small letters, digits and hyphens only"},
    )
    since_on = DayField(label="Client since", required=False)
    time_zone = forms.ChoiceField(label="Time zone", initial="Europe/London")
    holiday_calendar = forms.ChoiceField(
        label="Public holidays",
        initial="GB-ENG",
        choices=calendars,
        help_text="Whose public holidays are no working days: deadlines in working days leave them out.",
    )

    class Meta:
        model = Client
        fields = (
            "name",
            "slug",
            "legal_name",
            "sector",
            "headcount",
            "region",
            "handles_personal_data",
            "since_on",
            "time_zone",
            "holiday_calendar",
        )
        labels = {"headcount": "People employed", "region": "Where its data is kept"}
        help_texts = {"region": "For example, UK or EU.", "handles_personal_data": ""}
        widgets = {"handles_personal_data": forms.RadioSelect}
        error_messages = {"name": {"required": "Enter the client’s name"}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and "Etc" not in zone)
        self.fields["time_zone"].choices = [("UTC", "UTC"), *((zone, zone) for zone in zones)]  # type: ignore[attr-defined]
        self.fields["handles_personal_data"].label = "Does it handle personal data?"
        self.fields["handles_personal_data"].choices = YesNoUnknown.choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Make the short name where none was typed, and see that no other client has it."""
        cleaned: dict[str, Any] = super().clean() or {}
        slug = (cleaned.get("slug") or slugify(cleaned.get("name", ""))).lower()[:60] or "client"
        cleaned["slug"] = slug
        if (
            "slug" not in self.errors
            and Client.objects.filter(slug=slug).exclude(pk=self.instance.pk).exists()
        ):
            self.add_error("slug", f"Another client has the short name “{slug}”. Choose one of its own.")
        return cleaned


class EndClientForm(forms.Form):
    """When the work for a client ended, and why."""

    ended_on = DayField(label="Last day", error_messages={"required": "Enter the last day"})
    why = forms.CharField(
        label="Why", max_length=200, required=False, help_text="Kept in the activity with the change."
    )

    def __init__(self, *args: Any, today: date, since_on: date | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.since_on = today, since_on

    def clean_ended_on(self) -> date:
        """Refuse a day to come, and one before the beginning."""
        day: date = self.cleaned_data["ended_on"]
        if day > self.today:
            raise ValidationError(f"The last day must be today, {self.today:%-d %B %Y}, or earlier")
        if self.since_on is not None and day < self.since_on:
            raise ValidationError(f"The last day must be after the first, {self.since_on:%-d %B %Y}")
        return day
