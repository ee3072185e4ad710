"""Form fields that the registers need: a person, a linked record, a platform. They ask the database nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from clients.registers.models import Record
from clients.registers.platforms import platform_id, platform_name, platforms

if TYPE_CHECKING:
    from portal.accounts.models import User


class OneOfField(forms.ChoiceField):
    """Chooses one of some objects that the form hands over with `offer`; cleans to the object or None."""

    nobody = ""

    def __init__(self, **options: Any) -> None:
        options.pop("limit_choices_to", None)
        self._offered: dict[str, Any] = {}
        super().__init__(**options)

    def offer(self, objects: Iterable[Any], kept: Any = None, kept_words: str = "") -> None:
        """Set what can be chosen. `kept` is the present choice, offered even when it is no longer among them."""
        self._offered = {str(each.pk): each for each in objects}
        choices = [("", self.nobody), *[(key, str(each)) for key, each in self._offered.items()]]
        if kept is not None and str(kept.pk) not in self._offered:
            self._offered[str(kept.pk)] = kept
            choices.append((str(kept.pk), f"{kept}{kept_words}"))
        self.choices = choices

    def prepare_value(self, value: Any) -> Any:
        return str(getattr(value, "pk", value)) if value not in (None, "") else ""

    def clean(self, value: Any) -> Any:
        key = str(value or "").strip()
        if not key:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        if key not in self._offered:
            raise ValidationError("Choose one from the list.", code="invalid_choice")
        return self._offered[key]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != str(data or ""))


class PersonField(OneOfField):
    """Chooses somebody who works for the client."""

    nobody = "Nobody"

    def offer_people(self, people: Iterable[User], kept: User | None = None) -> None:
        """Offer these people, and whoever holds it now."""
        self.offer(people, kept, " (has left)")


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
