"""The form of a source of alerts: its name and the networks that may send."""

from __future__ import annotations

from typing import Any

from django import forms

from incidents.response.models import AlertSource
from incidents.response.rules.signatures import checked_networks
from portal.lib.fields import BlanksRefused, LinesField


class SourceForm(BlanksRefused, forms.ModelForm):  # type: ignore[type-arg]
    """Name a source and, if it always sends from the same place, its networks."""

    class Meta:
        model = AlertSource
        fields = ("name", "allowed_addresses")
        labels = {"allowed_addresses": "Networks that may send"}
        help_texts = {
            "name": "What sends the alerts, such as n8n of the web shop.",
            "allowed_addresses": "One a line: 203.0.113.7 or 203.0.113.0/24. Empty: any address, if it signs.",
        }
        field_classes = {"allowed_addresses": LinesField}

    def clean_allowed_addresses(self) -> list[Any]:
        """Check each line, and keep it as a network."""
        try:
            return list(checked_networks(self.cleaned_data["allowed_addresses"]))
        except ValueError as fault:
            raise forms.ValidationError(str(fault)) from None

    def validate_unique(self) -> None:
        """The name is unique in the database; the action says so in words."""
