"""A person's own settings of the frame, and the filters of Today."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from typing import Any

from django import forms

from portal.shell.today import Entry

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


class TodayFilters(forms.Form):
    """Narrow Today to a client or a kind; the choices are what there is."""

    client = forms.ChoiceField(required=False, label="Client")
    kind = forms.ChoiceField(required=False, label="Kind")
    whose = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, entries: Iterable[Entry]) -> None:
        super().__init__(data)
        entries = list(entries)
        clients = sorted({entry.client_name for entry in entries if entry.client_name}, key=str.casefold)
        kinds = sorted({entry.kind for entry in entries}, key=str.casefold)
        for name, everything, found in (("client", "All clients", clients), ("kind", "Everything", kinds)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", everything), *((each, each) for each in found)]

    def narrowed(self, entries: Iterable[Entry]) -> list[Entry]:
        """Keep what matches; a choice that no longer exists keeps everything."""
        self.is_valid()
        client, kind = self.cleaned_data.get("client"), self.cleaned_data.get("kind")
        return [
            entry
            for entry in entries
            if (not client or entry.client_name == client) and (not kind or entry.kind == kind)
        ]
