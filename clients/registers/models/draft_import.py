"""DraftImport: a table that was uploaded and shown, but not yet applied."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portal.lib.fields import SafeCharField, SafeJSONField
from portal.tenancy.models import ClientOwned


class DraftImport(ClientOwned):
    """An uploaded table between preview and application. Deleted when applied, dropped or a day old.

    `header` and `rows` hold the cells as text; a table with a secret in any cell is refused before this row is
    made. Only the person who uploaded it can go on with it.
    """

    register = models.CharField(max_length=30)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    file_name = SafeCharField(max_length=200)
    header = SafeJSONField(default=list)
    rows = SafeJSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["practice", "client", "created_at"], name="draft_import_by_age")]

    def __str__(self) -> str:
        return self.file_name
