"""Where alerts come from: a signed address per client, and what each delivery opened or updated."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.incident import Incident
from portal.lib.fields import SafeCharField, SafeJSONField, SafeListField
from portal.lib.sealed import SealedTextField
from portal.tenancy.models import ClientOwned


class AlertSource(ClientOwned):
    """A machine that may open incidents for one client, by signed messages. `previous_secret` overlaps a rotation."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = SafeCharField(max_length=120)
    secret = SealedTextField()
    previous_secret = SealedTextField(blank=True, default="")
    previous_until = models.DateTimeField(null=True, blank=True)
    rotated_at = models.DateTimeField()
    allowed_addresses = SafeListField(blank=True, help_text="Networks that may call; empty: any.")
    enabled = models.BooleanField(default=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    last_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="alert_source_target"),
            models.UniqueConstraint(fields=["practice", "client", "name"], name="alert_source_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class AlertReceipt(ClientOwned):
    """One accepted message: its idempotency key, the context that was kept, and the incident it went to."""

    source = models.ForeignKey(AlertSource, on_delete=models.PROTECT, related_name="receipts")
    key = models.CharField(max_length=120)
    reference = SafeCharField(max_length=120, blank=True)
    context = SafeJSONField(default=dict)
    incident = models.ForeignKey(Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="alert_receipt_once_a_key"),
            models.CheckConstraint(condition=~Q(key=""), name="alert_receipt_has_a_key"),
        ]
        indexes = [
            models.Index(fields=["source", "reference", "-id"], name="alert_receipt_latest"),
            models.Index(fields=["source", "received_at"], name="alert_receipt_by_time"),
        ]
