"""Form fields for every room: one of some objects, a person, a reason that is kept. They ask the database nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError

from portal.lib.fields import refuse_secrets

if TYPE_CHECKING:
    from portal.accounts.models import User

LONGEST_REASON = 500


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
        """Offer these people, and whoever holds it now; where somebody must be chosen, "Nobody" is no choice."""
        self.nobody = "Choose a person" if self.required else self.nobody
        self.offer(people, kept, " (has left)")


class ReasonField(forms.CharField):
    """Why something is done; kept in the history, so it refuses secrets."""

    def __init__(self, **options: Any) -> None:
        options = {
            "label": "Reason",
            "help_text": "Kept in the history, where the client's people read it too.",
            "widget": forms.Textarea(attrs={"rows": 3}),
            "max_length": LONGEST_REASON,
            "error_messages": {"required": "Enter the reason"},
            **options,
        }
        super().__init__(**options)
        self.validators.append(refuse_secrets)


def person(form: forms.Form, name: str) -> PersonField:
    """Give a form's field that chooses a person."""
    field = form.fields[name]
    if not isinstance(field, PersonField):
        raise TypeError(f"{name} does not choose a person")
    return field
