"""`manage.py reseal`: after a new key was put in front of FIELD_KEYS, seals everything anew with it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.accounts.models import TotpDevice
from portal.lib.sealed import reseal

# Every sealed field there is; tests/portal/accounts/test_reseal.py fails when one is missing here.
SEALED = ((TotpDevice, "secret"),)


class Command(BaseCommand):
    """Seals every row that an older key sealed with the first key of FIELD_KEYS."""

    help = (
        "Seal every sealed field anew with the first key of FIELD_KEYS; the older keys can then be dropped."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        for model, field in SEALED:
            done = reseal(model._default_manager.all(), field)
            self.stdout.write(f"{model._meta.verbose_name_plural}: {done} sealed anew.")
        self.stdout.write("The older keys in FIELD_KEYS are needed no more.")
