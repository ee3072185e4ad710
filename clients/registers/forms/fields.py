"""Form fields that only the registers need: a linked record, a platform. They ask the database nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clients.registers.models import Record
from clients.registers.platforms import platform_id, platform_name, platforms
from portal.shell.fields import OneOfField


class LinkField(OneOfField):
    """Chooses a record of the same client."""

    nobody = "None"

    def offer_records(self, records: Iterable[Record], kept: Record | None = None) -> None:
        """Offer these records, and the one linked now."""
        self.offer(records, kept, " (retired)")


class Suggestions(forms.TextInput):
    """A text box with a list of suggestions; anything else may be typed too."""

    def __init__(self, suggestions: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions = tuple(suggestions)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        list_id = f"{(attrs or {}).get('id') or 'id_' + name}_list"
        box = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((each,) for each in self.suggestions))
        return format_html('{}<datalist id="{}">{}</datalist>', box, list_id, options)


class PlatformField(forms.CharField):
    """A platform by name, from the list or not; cleans to its id."""

    def __init__(self, **options: Any) -> None:
        options["max_length"] = 60
        names = sorted((each.name for each in platforms().values()), key=str.casefold)
        options["widget"] = Suggestions(names, {"autocomplete": "off"})
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return platform_name(value) if value in platforms() else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return platform_id(text) if text else ""
