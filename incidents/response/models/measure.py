"""What is done so that it does not happen again: one measure, its owner and its day."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.incident import Incident
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned


class Measure(ClientOwned):
    """A corrective or preventive action of a post-mortem, followed up after it was shared."""

    class Kind(models.TextChoices):
        CORRECTIVE = "corrective", "Corrective"
        PREVENTIVE = "preventive", "Preventive"
        DETECTIVE = "detective", "Detective"
        PROCESS = "process", "Process"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = SafeCharField(max_length=500)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(null=True, blank=True)
    priority = models.BooleanField(default=False)
    tracking_url = SafeCharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = SafeTextField("what was done", max_length=2000, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_why = SafeCharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="measure_done_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at__isnull=True, dropped_why="")
                | (Q(dropped_at__isnull=False) & ~Q(dropped_why="")),
                name="measure_dropped_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["incident", "id"], name="measure_by_incident")]

    def __str__(self) -> str:
        return self.text
