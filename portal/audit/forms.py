"""The filters over the activity."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from portal.audit.phrases import humanised, past
from portal.audit.presenters import nouns
from portal.audit.queries import Choices, Wanted


class DayInput(forms.DateInput):
    """The browser's own picker of a day."""

    input_type = "date"


class ActivityFilters(forms.Form):
    """Who, what, when; anything that cannot be read counts as not given."""

    who = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(required=False, label="What")
    action = forms.ChoiceField(required=False)
    from_on = forms.DateField(required=False, label="From", widget=DayInput)
    until_on = forms.DateField(required=False, label="Until", widget=DayInput)
    q = forms.CharField(required=False, max_length=100, label="Words", strip=True)

    def __init__(self, data: Any, choices: Choices) -> None:
        super().__init__(data)
        self.choices = choices
        kinds = nouns()
        named = sorted((_capital(kinds.get(each, humanised(each))), each) for each in choices.objects)
        self._offer("who", "Anyone", [(name, name) for name in choices.people])
        self._offer("kind", "Anything", [(table, name) for name, table in named])
        self._offer("action", "Any", [(name, _action(name)) for name in choices.actions])

    def _offer(self, field: str, everything: str, options: list[tuple[str, str]]) -> None:
        self.fields[field].choices = [("", everything), *options]  # type: ignore[attr-defined]

    def wanted(self, zone: ZoneInfo) -> Wanted:
        """Give what is asked for, days in the reader's zone."""
        self.is_valid()
        values = self.cleaned_data
        return Wanted(
            actors=self.choices.people.get(values.get("who") or "", frozenset()),
            object=values.get("kind") or "",
            action=values.get("action") or "",
            from_on=values.get("from_on"),
            until_on=values.get("until_on"),
            text=values.get("q") or "",
            zone=zone,
        )

    @property
    def in_use(self) -> bool:
        """Whether anything is filtered at all."""
        self.is_valid()
        return any(self.cleaned_data.values())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _action(name: str) -> str:
    noun, _, verb = name.partition(".")
    return _capital(f"{humanised(noun)} {past(verb)}".strip())
