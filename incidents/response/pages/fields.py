"""What the forms of incidents share: an instant in the client's zone, texts that refuse secrets."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from portal.lib.fields import BlanksRefused, refuse_secrets
from portal.shell.widgets import DayField

CLOCK_WORDS = "Write the time as 14:05."


def text(label: str, *, most: int, rows: int = 0, required: bool = False, **options: Any) -> forms.CharField:
    """Make a field for words: one line, or `rows` lines; it refuses secrets."""
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        widget=widget,
        validators=[refuse_secrets],
        **options,
    )


class TimeOfDayField(forms.TimeField):
    """A time of day on the 24-hour clock, typed."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6})
        errors = {"invalid": CLOCK_WORDS, "required": CLOCK_WORDS}
        super().__init__(
            **{
                "widget": widget,
                "input_formats": ["%H:%M", "%H.%M", "%H%M"],
                "error_messages": errors,
                **options,
            }
        )

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, time) else value


class InstantForm(BlanksRefused, forms.Form):
    """A form that asks when: a day and a time in the client's zone. It offers now.

    `day` and `clock` are left out of a form that asks for no instant by `without_instant`.
    """

    day = DayField(label="Day")
    clock = TimeOfDayField(label="Time", help_text="On the 24-hour clock.")

    def __init__(self, data: Any = None, *, now: datetime, zone: ZoneInfo, **options: Any) -> None:
        self.now, self.zone = now, zone
        local = (options.pop("at", None) or now).astimezone(zone)
        initial = {"day": local.date(), "clock": local.time(), **(options.pop("initial", None) or {})}
        super().__init__(data, initial=initial, **options)
        self.fields["clock"].help_text = f"On the 24-hour clock, in {zone.key}."

    def instant(self) -> datetime:
        """Give the instant that was entered; the minute that is running means now."""
        at = joined(self.cleaned_data["day"], self.cleaned_data["clock"], self.zone)
        return self.now if at <= self.now and (self.now - at).total_seconds() < 60 else at

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        day, clock = found.get("day"), found.get("clock")
        if day and clock and joined(day, clock, self.zone) > self.now:
            self.add_error("clock", "Enter an instant that has passed.")
        return found


def joined(day: Any, clock: time, zone: ZoneInfo) -> datetime:
    """Put a day and a time of the zone together."""
    return datetime.combine(day, clock, zone)


def both_or_none(day: Any, clock: Any) -> None:
    """Refuse half an instant."""
    if bool(day) != (clock is not None):
        raise ValidationError("Enter both the day and the time, or neither.")
