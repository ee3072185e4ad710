"""Model fields that refuse secrets, and the form parts that go with them. What is a secret: see secrets.py.

They refuse twice: as validators, with a message for the form, and on the way to the database, so that
`bulk_create`, `update()` and code that skips validation are refused too. Not seen: SQL expressions, whose
value the database makes.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Value

from portal.lib import typed_fields
from portal.lib.secrets import find_secret, strip_secrets, where_to_put_it

_Set_contra = TypeVar("_Set_contra", contravariant=True)
_Get_co = TypeVar("_Get_co", covariant=True)

SECRET_CODE = "secret"  # noqa: S105 - the code of an error
LONGEST_TEXT = 10_000
LINES_IN_A_LIST = 50
LONGEST_LINE = 200


class SecretRefused(ValidationError):  # noqa: N818 - it is a refusal, said to the user
    """A value holds a secret. `kind` names it in plain words; the value itself is nowhere in the error."""

    def __init__(self, kind: str) -> None:
        message = f"This looks like a secret ({kind}), so it was not saved. {where_to_put_it(kind)}"
        super().__init__(message, code=SECRET_CODE)
        self.kind = kind


def refuse_secrets(value: Any) -> None:
    """Raise SecretRefused when a text, or anything inside JSON data, looks like a secret."""
    if isinstance(value, str):
        kind = find_secret(value)
    else:
        _, places = strip_secrets(value)
        kind = places[0].kind if places else None
    if kind:
        raise SecretRefused(kind) from None


class RefusesSecrets(typed_fields.Field[_Set_contra, _Get_co]):
    """Mixin for a model field: no secret passes, neither by a form nor by code."""

    default_validators: list[Callable[[Any], None]] = [refuse_secrets]

    def __class_getitem__(cls, _types: Any) -> Any:
        return cls

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        plain = value.value if isinstance(value, Value) else value
        if plain is not None and not hasattr(plain, "as_sql"):
            refuse_secrets(plain)
        return super().get_db_prep_save(value, connection)

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        # A callable default would make Django compare with a hidden input that our pages do not draw.
        field = super().formfield(*args, **{"show_hidden_initial": False, **kwargs})
        if isinstance(field, forms.Field):
            field.validators.append(refuse_secrets)
        return field


class SafeCharField(RefusesSecrets[_Set_contra, _Get_co], typed_fields.CharField[_Set_contra, _Get_co]):
    """A short text without secrets."""


class SafeTextField(RefusesSecrets[_Set_contra, _Get_co], typed_fields.TextField[_Set_contra, _Get_co]):
    """A long text without secrets; forms take at most `max_length` characters, LONGEST_TEXT by default."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", LONGEST_TEXT)
        super().__init__(*args, **kwargs)


class SafeJSONField(RefusesSecrets[_Set_contra, _Get_co], typed_fields.JSONField[_Set_contra, _Get_co]):
    """JSON data without secrets: texts, keys, and values under keys that say they are secret."""


class LinesField(forms.Field):
    """A list of short texts, typed one to a line. Cleans to a list without blanks and without repeats."""

    def __init__(
        self, *, max_items: int = LINES_IN_A_LIST, max_length: int = LONGEST_LINE, **kwargs: Any
    ) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(**kwargs)
        self.max_items = max_items
        self.max_length = max_length

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def to_python(self, value: Any) -> list[str]:
        lines = value if isinstance(value, list | tuple) else str(value or "").splitlines()
        return list(dict.fromkeys(text for line in lines if (text := str(line).strip())))

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        check_lines(value, self.max_items, self.max_length)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return not self.disabled and self.to_python(initial) != self.to_python(data)


class SafeListField(RefusesSecrets[_Set_contra, _Get_co], typed_fields.JSONField[_Set_contra, _Get_co]):
    """A list of at most `max_items` texts of at most `max_length` characters each, without secrets."""

    def __init__(
        self,
        *args: Any,
        max_items: int = LINES_IN_A_LIST,
        max_length: int = LONGEST_LINE,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("default", list)
        self.max_items = max_items
        self.longest = max_length
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "max_items": self.max_items, "max_length": self.longest}

    def validate(self, value: Any, model_instance: Any) -> None:
        super().validate(value, model_instance)
        check_lines(value, self.max_items, self.longest)

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        plain = value.value if isinstance(value, Value) else value
        if plain is not None and not hasattr(plain, "as_sql"):
            check_lines(plain, self.max_items, self.longest)
        return super().get_db_prep_save(value, connection)

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        options = {
            "form_class": LinesField,
            "max_items": self.max_items,
            "max_length": self.longest,
            "show_hidden_initial": False,
        }
        # JSONField would hand its encoder to the form field, so that step is left out.
        field = super(models.JSONField, self).formfield(*args, **{**options, **kwargs})
        if isinstance(field, forms.Field):
            field.validators.append(refuse_secrets)
        return field


def check_lines(value: Any, max_items: int, max_length: int) -> None:
    """Raise ValidationError unless this is a list of at most so many texts of at most so many characters."""
    if not isinstance(value, list | tuple) or not all(isinstance(line, str) for line in value):
        raise ValidationError("Enter a list of short texts.", code="invalid")
    if len(value) > max_items:
        raise ValidationError(f"Enter at most {max_items} lines; there are {len(value)}.", code="max_items")
    for number, line in enumerate(value, start=1):
        if len(line) > max_length:
            raise ValidationError(
                f"Line {number} has {len(line)} characters; at most {max_length} fit.", code="max_length"
            )


class BlanksRefused(forms.BaseForm):
    """Mixin for forms: a field whose value was refused as a secret comes back empty."""

    def full_clean(self) -> None:
        super().full_clean()
        if not self.is_bound:
            return
        refused = [name for name in self.errors if name in self.fields and self._was_refused(name)]
        if refused:
            data: Any = self.data
            data = data.copy()
            for name in refused:
                data[self.add_prefix(name)] = ""
            self.data = data

    def _was_refused(self, name: str) -> bool:
        if self.has_error(name, SECRET_CODE):
            return True
        typed = self.data.get(self.add_prefix(name))
        return isinstance(typed, str) and find_secret(typed) is not None
