"""The response plan agreed with a client: versions, each approved, and when it was exercised."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from portal.documents.models import Document
from portal.lib.fields import SafeTextField
from portal.tenancy.models import ClientOwned


class ResponsePlan(ClientOwned):
    """One version of a client's plan. Severity levels, targets and contacts are read from the records."""

    version = models.PositiveIntegerField()
    text = SafeTextField(
        max_length=20_000, blank=True, help_text="What is special to this client, in Markdown."
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    exercised_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "client", "version"], name="response_plan_version_once"
            )
        ]
