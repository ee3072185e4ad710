"""What the client was told while it went on, and when it will hear again."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from clients.engagements.models.support_scope import Channel
from incidents.response.models.incident import Incident
from portal.lib.fields import SafeCharField, SafeListField, SafeTextField
from portal.tenancy.models import ClientOwned


class Update(ClientOwned):
    """One message to the client in the course of an incident; kept as it was sent."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="updates")
    sent_at = models.DateTimeField()
    channel = SafeCharField(max_length=60, help_text="E-mail, Slack, telephone …")
    sent_elsewhere = models.BooleanField(
        default=False, help_text="Told by telephone or in person, recorded here."
    )
    ways = SafeListField(
        blank=True,
        help_text="The same as keys: email, slack, teams, sms, webhook, phone, in_person, portal, other.",
    )
    wished = models.CharField(
        "preferred channel", max_length=6, choices=Channel.choices, blank=True,
        help_text="How the client wished to hear, as agreed at that time.",
    )  # fmt: skip
    on_preferred = models.BooleanField(
        "told on the preferred channel", null=True, blank=True, help_text="Empty: none was agreed."
    )
    status = models.CharField(max_length=13, choices=Incident.Status.choices)
    known = SafeTextField("what is known", max_length=2000)
    affected = SafeTextField("what is affected", max_length=2000, blank=True)
    doing = SafeTextField("what we do", max_length=2000, blank=True)
    next_update_at = models.DateTimeField(null=True, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["incident", "-sent_at"], name="update_newest")]
