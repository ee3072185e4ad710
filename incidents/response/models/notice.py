"""A notice to the client, an authority or the people affected: drafted from the record, approved, kept as sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.breach_clock import BreachClock
from incidents.response.models.incident import Incident
from portal.documents.models import StoredFile
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned


class Notice(ClientOwned):
    """A draft until somebody approves it; once sent, neither text nor instant changes."""

    class Audience(models.TextChoices):
        CLIENT = "client", "The client"
        AUTHORITY = "authority", "An authority"
        INDIVIDUALS = "individuals", "The people affected"

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        APPROVED = "approved", "Approved"
        SENT = "sent", "Sent"
        SENT_ELSEWHERE = "elsewhere", "Sent elsewhere"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    clock = models.ForeignKey(
        BreachClock, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    audience = models.CharField(max_length=11, choices=Audience.choices)
    title = SafeCharField(max_length=200)
    text = SafeTextField(max_length=20_000, help_text="Markdown.")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    version = models.PositiveIntegerField(default=1, editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sent_via = SafeCharField(max_length=120, blank=True)
    reference = SafeCharField(max_length=120, blank=True)
    copy = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["draft"], approved_at__isnull=True, sent_at__isnull=True)
                | Q(
                    state="approved",
                    approved_at__isnull=False,
                    approved_by__isnull=False,
                    sent_at__isnull=True,
                )
                | Q(state__in=["sent", "elsewhere"], sent_at__isnull=False, sent_by__isnull=False),
                name="notice_state_has_its_instants",
            ),
        ]
        indexes = [models.Index(fields=["incident", "id"], name="notice_by_incident")]

    def __str__(self) -> str:
        return self.title
