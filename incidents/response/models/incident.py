"""Incident: one client's part of something that went wrong. Who responds, and which records it touches."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.lib.fields import SafeCharField, SafeListField, SafeTextField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet, PracticeOwned

#: The instants of an incident in the order in which they come, and what each is called; each may be corrected.
INSTANTS = {
    "detected_at": "Detected",
    "reported_at": "Reported",
    "aware_at": "Aware of a breach",
    "acknowledged_at": "Acknowledged",
    "contained_at": "Contained",
    "fixed_at": "Fixed",
    "resolved_at": "Resolved",
    "lessons_shared_at": "Lessons shared",
    "closed_at": "Closed",
}


class IncidentQuerySet(OwnedQuerySet):
    """Reads of incidents by their state."""

    def running(self) -> Self:
        """Keep what is not resolved yet."""
        return self.filter(resolved_at__isnull=True)

    def unclosed(self) -> Self:
        """Keep what still needs work, its post-mortem included."""
        return self.filter(closed_at__isnull=True)

    def real(self) -> Self:
        """Leave drills out."""
        return self.filter(drill=False)


class IncidentManager(OwnedManager.from_queryset(IncidentQuerySet)):  # type: ignore[misc]
    """The manager of incidents."""


class Incident(ClientOwned):
    """One client's part of an incident. Several clients hit by one event have a row each, under the same number.

    Nothing in a row, its timeline, clocks or post-mortem can name another client: they are separate rows under
    separate policies. Only people of the practice see which rows share a number.
    """

    class Severity(models.TextChoices):
        SEV1 = "SEV1", "SEV1 Critical"
        SEV2 = "SEV2", "SEV2 High"
        SEV3 = "SEV3", "SEV3 Medium"
        SEV4 = "SEV4", "SEV4 Low"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        INVESTIGATING = "investigating", "Investigating"
        CONTAINED = "contained", "Contained"
        MONITORING = "monitoring", "Monitoring"
        RESOLVED = "resolved", "Resolved"
        REVIEW = "review", "In review"
        CLOSED = "closed", "Closed"

    class PersonalData(models.TextChoices):
        YES = "yes", "Yes"
        SUSPECTED = "suspected", "Suspected"
        NO = "no", "No"
        UNKNOWN = "unknown", "Not known yet"

    class OurRole(models.TextChoices):
        PROCESSOR = "processor", "Processor: the client decides"
        CONTROLLER = "controller", "Controller: we decide"
        BOTH = "both", "Both"

    number = models.PositiveIntegerField(editable=False)
    title = SafeCharField(max_length=200)
    severity = models.CharField(max_length=4, choices=Severity.choices)
    status = models.CharField(max_length=13, choices=Status.choices, default=Status.OPEN)
    drill = models.BooleanField(
        default=False, help_text="An exercise: its clocks run, and nobody outside is told."
    )
    summary = SafeTextField(
        max_length=2000, blank=True, help_text="What is known, in two or three sentences."
    )
    source = SafeCharField(
        max_length=120, blank=True, help_text="How it came to light: an alert, a person, a review."
    )
    alert_reference = SafeCharField(max_length=120, blank=True)
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers",
        help_text="The incident that was over when its alert came back.",
    )  # fmt: skip
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    logged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    detected_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    aware_at = models.DateTimeField(
        null=True, blank=True, help_text="When we were reasonably certain that personal data is affected."
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    contained_at = models.DateTimeField(null=True, blank=True)
    fixed_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    lessons_shared_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    systems = SafeListField(blank=True)
    personal_data = models.CharField(max_length=9, choices=PersonalData.choices, default=PersonalData.UNKNOWN)
    our_role = models.CharField(max_length=10, choices=OurRole.choices, default=OurRole.PROCESSOR)
    data_categories = SafeListField(blank=True)
    people_affected = models.PositiveIntegerField(null=True, blank=True)
    records_affected = models.PositiveIntegerField(null=True, blank=True)
    jurisdictions = SafeListField(blank=True, help_text="Codes of regulations.yaml: GB, EU, US-CA …")
    high_risk = models.CharField(max_length=9, choices=PersonalData.choices, default=PersonalData.UNKNOWN)
    risk_assessment = SafeTextField(max_length=4000, blank=True)
    containment = SafeTextField("what was done to contain it", max_length=4000, blank=True)
    evidence_preserved = SafeTextField(max_length=2000, blank=True)
    root_cause = SafeTextField(max_length=4000, blank=True)
    contributing_factors = SafeTextField(max_length=4000, blank=True)
    recovery_verified_by = SafeCharField(max_length=120, blank=True)
    runbook_updates = SafeTextField(max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects: ClassVar[IncidentManager] = IncidentManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "client", "number"], name="incident_number_once_a_client"
            ),
            models.UniqueConstraint(fields=["practice", "client", "id"], name="incident_target"),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True, acknowledged_by__isnull=True)
                | Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="incident_acknowledged_by_a_person",
            ),
            models.CheckConstraint(
                condition=Q(reported_at__gte=F("detected_at")), name="incident_reported_after_detected"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at__isnull=True) | Q(resolved_at__gte=F("detected_at")),
                name="incident_resolved_after_detected",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(resolved_at__isnull=False),
                name="incident_closed_after_resolved",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "-detected_at", "-id"], name="incident_newest"),
            models.Index(fields=["practice", "client", "-detected_at"], name="incident_client_newest"),
            models.Index(
                fields=["practice", "severity", "detected_at"],
                condition=Q(closed_at__isnull=True),
                name="incident_unclosed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    @property
    def reference(self) -> str:
        """The number as people write it: INC-0042, DRILL-0042 for an exercise."""
        return f"{'DRILL' if self.drill else 'INC'}-{self.number:04}"

    def get_absolute_url(self) -> str:
        return reverse("incident_show", kwargs={"client_slug": self.client.slug, "number": self.number})


class IncidentCounter(PracticeOwned):
    """The last number given in a practice. One row a practice."""

    last = models.PositiveIntegerField(default=0)

    objects: ClassVar[OwnedManager] = OwnedManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["practice"], name="incident_counter_once_a_practice")]


class Responder(ClientOwned):
    """Who has which role in an incident. One person may hold several, a role one person at a time."""

    class Role(models.TextChoices):
        DEPUTY = "deputy", "Deputy"
        SCRIBE = "scribe", "Scribe"
        SUBJECT_EXPERT = "subject_expert", "Subject expert"
        CLIENT_LIAISON = "client_liaison", "Client liaison"
        INTERNAL_LIAISON = "internal_liaison", "Internal liaison"
        PRIVACY_LEAD = "privacy_lead", "Privacy lead"
        BACKUP_CONTACT = "backup_contact", "Backup contact"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="responders")
    role = models.CharField(max_length=16, choices=Role.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "role"], name="responder_once_a_role")]


class IncidentLink(ClientOwned):
    """A record of the same client's registers that the incident touches, and what was done to it."""

    class Effect(models.TextChoices):
        AFFECTED = "affected", "Affected"
        EXPOSED = "exposed", "Exposed"
        PAUSED = "paused", "Paused"
        REVOKED = "revoked", "Revoked"
        ROTATED = "rotated", "Rotated"
        DISABLED = "disabled", "Disabled"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    subject = SafeCharField(max_length=200)
    effect = models.CharField(max_length=8, choices=Effect.choices, default=Effect.AFFECTED)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "subject_type", "subject_id"], name="incident_link_once_a_record"
            )
        ]

    def __str__(self) -> str:
        return self.subject
