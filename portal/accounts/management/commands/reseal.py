"""`manage.py reseal`: after a new key was put in front of FIELD_KEYS, seals everything anew with it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand
from django.db import models

from portal.lib.sealed import SealedTextField, reseal
from portal.tenancy.system import as_operator, practice_ids

REASON = "sealing anew with another key"


def sealed_fields() -> list[tuple[type[models.Model], str]]:
    """List every sealed field there is, in whatever room."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, SealedTextField)
    ]


class Command(BaseCommand):
    """Seals every row that an older key sealed with the first key of FIELD_KEYS."""

    help = (
        "Seal every sealed field anew with the first key of FIELD_KEYS; the older keys can then be dropped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model, field in sealed_fields():
            done = self._reseal(model, field)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {done} sealed anew.")
        self.stdout.write("The older keys in FIELD_KEYS are needed no more.")

    @staticmethod
    def _reseal(model: type[models.Model], field: str) -> int:
        """Seal one field anew; the rows of practices in the scope of each, as nobody sees those of two."""
        if not any(each.column == "practice_id" for each in model._meta.concrete_fields):
            return reseal(model._default_manager.all(), field)
        done = 0
        for practice_id in practice_ids():
            with as_operator(practice_id, REASON):
                done += reseal(model._default_manager.all(), field)
        return done
