"""A person's own settings of the frame."""

from __future__ import annotations

import zoneinfo

from django import forms

THEMES = (("", "As the device has it"), ("light", "Day"), ("dark", "Night"))


class SettingsForm(forms.Form):
    """Theme, single keys and time zone."""

    theme = forms.ChoiceField(choices=THEMES, required=False, widget=forms.RadioSelect, label="Theme")
    shortcuts = forms.BooleanField(
        required=False,
        label="Use single keys",
        help_text="Such as / to find and j, k to move along rows. Press ? on any page for the list.",
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        help_text="Today shows times in it. A client's pages show times in the client's own zone.",
        choices=lambda: [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())],
    )
