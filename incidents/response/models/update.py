"""What the client was told while it went on, and when it will hear again."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from incidents.response.models.incident import Incident
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned


class Update(ClientOwned):
    """One message to the client in the course of an incident; kept as it was sent."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="updates")
    sent_at = models.DateTimeField()
    channel = SafeCharField(max_length=60, help_text="E-mail, Slack, telephone …")
    sent_elsewhere = models.BooleanField(
        default=False, help_text="Told by telephone or in person, recorded here."
    )
    status = models.CharField(max_length=13, choices=Incident.Status.choices)
    known = SafeTextField("what is known", max_length=2000)
    affected = SafeTextField("what is affected", max_length=2000, blank=True)
    doing = SafeTextField("what we do", max_length=2000, blank=True)
    next_update_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["incident", "-sent_at"], name="update_newest")]
