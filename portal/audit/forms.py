"""The filters over the activity."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.audit.phrases import humanised, past
from portal.audit.presenters import nouns
from portal.audit.queries import Choices, Wanted
from portal.lib.dates import parse_day

BETWEEN = "between"
SPANS = (
    ("", "Any time"),
    ("7", "Last 7 days"),
    ("30", "Last 30 days"),
    ("90", "Last 90 days"),
    (BETWEEN, "Between two days"),
)


class WrittenDay(forms.DateField):
    """A day written in one box, as 17 Nov 2026 or 2026-11-17, in any browser's language."""

    widget = forms.TextInput(attrs={"placeholder": "17 Nov 2026", "autocomplete": "off"})

    def to_python(self, value: Any) -> date | None:
        """Read the day. Raises ValidationError with how to write it."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        try:
            return parse_day(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class ActivityFilters(forms.Form):
    """Who, what, when; anything that cannot be read counts as not given."""

    DAYS = ("from_on", "until_on")

    q = forms.CharField(required=False, max_length=100, label="Words", strip=True, widget=forms.SearchInput)
    who = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, label="What")
    action = forms.ChoiceField(required=False)
    when = forms.ChoiceField(required=False, choices=SPANS)
    from_on = WrittenDay(required=False, label="From")
    until_on = WrittenDay(required=False, label="Until")

    def __init__(self, data: Any, choices: Choices) -> None:
        if "when" not in data and any(data.get(name) for name in self.DAYS):
            data = data.copy()
            data["when"] = BETWEEN
        super().__init__(data)
        self.choices = choices
        kinds = nouns()
        named = sorted((_capital(kinds.get(each, humanised(each))), each) for each in choices.objects)
        self._offer("who", "Anyone", [(name, name) for name in choices.people])
        self._offer("kind", "Anything", [(table, name) for name, table in named])
        self._offer("action", "Any", [(name, _action(name)) for name in choices.actions])

    def _offer(self, field: str, everything: str, options: list[tuple[str, str]]) -> None:
        self.fields[field].choices = [("", everything), *options]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Leave the two days out unless they are what is asked for."""
        values = super().clean() or self.cleaned_data
        if values.get("when") != BETWEEN:
            values |= dict.fromkeys(self.DAYS)
        return values

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """Give what is asked for, days in the reader's zone; the last 7 days are today and the six before it."""
        self.is_valid()
        values = self.cleaned_data
        from_on = values.get("from_on")
        if (values.get("when") or "").isdigit():
            from_on = timezone.localdate(timezone=zone) - timedelta(days=int(values["when"]) - 1)
        return Wanted(
            actors=self.choices.people.get(values.get("who") or "", frozenset()),
            object=values.get("kind") or "",
            action=values.get("action") or "",
            from_on=from_on,
            until_on=values.get("until_on"),
            text=values.get("q") or "",
            zone=zone,
        )

    @property
    def in_use(self) -> bool:
        """Whether anything is filtered at all."""
        self.is_valid()
        return any(value not in ("", None, BETWEEN) for value in self.cleaned_data.values())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _action(name: str) -> str:
    noun, _, verb = name.partition(".")
    return _capital(f"{humanised(noun)} {past(verb)}".strip())
