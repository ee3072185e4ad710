"""The chips over a list: what it is filtered by, each a link that takes the filter away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest

KEPT = ("sort",)


@dataclass(frozen=True)
class Chip:
    """One active filter in words, and the address without it."""

    label: str
    url: str


def active_chips(filters: forms.Form, request: HttpRequest) -> list[Chip]:
    """List the filters in use. Fields that hold nothing, fail their check or are hidden make no chip."""
    if not filters.is_bound:
        return []
    filters.is_valid()
    chips = []
    for name, field in filters.fields.items():
        value = filters.cleaned_data.get(name)
        if value in (None, "", False, [], ()) or filters[name].is_hidden:
            continue
        query = request.GET.copy()
        query.pop(filters.add_prefix(name), None)
        query.pop("page", None)
        label = f"{field.label or name.replace('_', ' ').capitalize()}: {_words(field, value)}"
        chips.append(Chip(label, f"?{query.urlencode()}"))
    return chips


def _words(field: forms.Field, value: object) -> str:
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        wished = {str(each) for each in value} if isinstance(value, list | tuple) else {str(value)}
        names = [str(name) for key, name in _flat(field) if str(key) in wished]
        return ", ".join(names)
    return "yes" if value is True else str(value)


def _flat(field: forms.ChoiceField) -> list[tuple[Any, Any]]:
    choices: Any = field.choices
    pairs: list[tuple[Any, Any]] = []
    for key, name in choices:
        pairs.extend(name if isinstance(name, list | tuple) else [(key, name)])
    return pairs


def clear_url(request: HttpRequest, *kept: str) -> str:
    """Give the address without any filter, in the same order; parameters in `kept` stay too."""
    query = request.GET.copy()
    for name in list(query):
        if name not in (*KEPT, *kept):
            query.pop(name)
    return f"?{query.urlencode()}"
