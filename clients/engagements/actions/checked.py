"""What the writes share: a row that is checked as a form would check it, and refusals in words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from portal.lib.refused import Refused


class Invalid(Refused):
    """Values that cannot be kept: `problems` by field, or under "__all__" for the whole."""

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        super().__init__(" ".join(message for found in problems.values() for message in found))
        self.problems = problems


class Changed(Refused):
    """Somebody changed the row since it was opened; `current` is how it is now."""

    def __init__(self, current: models.Model) -> None:
        super().__init__("Somebody changed this since you opened it. Nothing has been saved.")
        self.current = current


def check(row: models.Model, more: Mapping[str, str] | None = None) -> None:
    """Raise Invalid for values that the model refuses, or for the problems in `more`."""
    problems = {name: [message] for name, message in (more or {}).items()}
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        problems |= error.message_dict
    if problems:
        raise Invalid(problems)


def apply(row: models.Model, values: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """Set the values that differ and name them. Raises ValueError for a name that is not among `known`."""
    if strange := set(values) - set(known):
        raise ValueError(f"{row._meta.label} takes no {', '.join(sorted(strange))}")
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


OF_THE_WHOLE = NON_FIELD_ERRORS
