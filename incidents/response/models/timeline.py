"""The timeline of an incident: entries are only ever added; what was wrong is corrected by a new one."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.incident import Incident
from portal.documents.models import EvidenceFile
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned


class TimelineEntry(ClientOwned):
    """What happened, when, who says so. `internal` entries are for people of the practice only."""

    class Kind(models.TextChoices):
        NOTE = "note", "Note"
        STATE = "state", "Change of state"
        UPDATE = "update", "Client update"
        NOTICE = "notice", "Notice"
        DECISION = "decision", "Decision"
        ALERT = "alert", "Alert"
        EVIDENCE = "evidence", "Evidence"
        CORRECTION = "correction", "Correction"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="timeline")
    at = models.DateTimeField(help_text="When it happened; created_at is when it was written.")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.NOTE)
    lead_in = SafeCharField(max_length=80, blank=True, help_text="The bold words in front: Resolved.")
    text = SafeTextField(max_length=4000)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    said_by = SafeCharField(max_length=120, blank=True, help_text="Who says so, if nobody of the portal.")
    subject_type = models.CharField(max_length=60, blank=True, help_text="The record it is about, if any.")
    subject_id = models.CharField(max_length=40, blank=True)
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrections"
    )
    evidence = models.ForeignKey(
        EvidenceFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="timeline_entry_target"),
            models.CheckConstraint(
                condition=~Q(kind="correction") | Q(corrects__isnull=False),
                name="timeline_correction_of_an_entry",
            ),
        ]
        indexes = [models.Index(fields=["incident", "at", "id"], name="timeline_by_time")]

    def __str__(self) -> str:
        return self.lead_in or self.text[:80]
