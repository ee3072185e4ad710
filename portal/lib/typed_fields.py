"""Django's field classes as the type checker sees them: generic. At run time the brackets change nothing."""

from typing import TYPE_CHECKING, Any

from django.db import models

__all__ = ["CharField", "Field", "JSONField", "TextField"]

if TYPE_CHECKING:
    from django.db.models import CharField, Field, JSONField, TextField
else:

    class _Generic:
        """Stand for a class that cannot be subscripted: `CharField[A, B]` is the class."""

        def __init__(self, field_class: type[models.Field]) -> None:
            self.field_class = field_class

        def __getitem__(self, _parameters: Any) -> type[models.Field]:
            return self.field_class

    CharField = _Generic(models.CharField)
    Field = _Generic(models.Field)
    JSONField = _Generic(models.JSONField)
    TextField = _Generic(models.TextField)
