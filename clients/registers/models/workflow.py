"""Workflow: one automation of a client."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from clients.registers.models.record import (
    ANSWER_LENGTH,
    Environment,
    Record,
    is_target,
    named_once,
    platform_id,
    retired_together,
    web_address,
)
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import YesNoUnknown


class Workflow(Record):
    """One automation (n8n, Make, Zapier, Power Automate, code)."""

    REGISTER: ClassVar = "workflows"

    class Category(models.TextChoices):
        FINANCE = "finance", "Finance"
        SALES = "sales", "Sales"
        MARKETING = "marketing", "Marketing"
        SUPPORT = "support", "Customer support"
        OPERATIONS = "operations", "Operations"
        PEOPLE = "people", "People"
        TECHNOLOGY = "technology", "Technology"
        OTHER = "other", "Other"

    class Criticality(models.TextChoices):
        CRITICAL = "critical", "Critical: work stops"
        HIGH = "high", "High: work is held up"
        MEDIUM = "medium", "Medium: done by hand for a day"
        LOW = "low", "Low: nobody notices for a week"

    class Status(models.TextChoices):
        BUILDING = "building", "Being built"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    class Retry(models.TextChoices):
        NONE = "none", "Does not try again"
        FIXED = "fixed", "Tries again after a fixed time"
        EXPONENTIAL = "exponential", "Tries again, waiting longer each time"
        UNKNOWN = "unknown", "Not known yet"

    platform = SafeCharField(
        max_length=60,
        validators=[platform_id],
        help_text="Where it runs: n8n, Make, Zapier, Power Automate, code.",
    )
    category = models.CharField(max_length=12, choices=Category.choices, blank=True)
    criticality = models.CharField(
        max_length=8,
        choices=Criticality.choices,
        blank=True,
        help_text="What happens when it stops for a day.",
    )
    environment = models.CharField(max_length=12, choices=Environment.choices, blank=True)
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    personal_data = models.CharField(
        "handles personal data",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
    )
    uses_ai = models.CharField(
        "uses AI", max_length=ANSWER_LENGTH, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    description = SafeTextField(
        "what it does",
        max_length=2000,
        blank=True,
        help_text="In a sentence or two that the client would use.",
    )
    url = SafeCharField(
        "address",
        max_length=500,
        blank=True,
        validators=[web_address],
        help_text="Where it is opened for editing.",
    )
    external_id = SafeCharField(
        "id on the platform", max_length=120, blank=True, help_text="As the platform's export names it."
    )
    live_on = models.DateField("live since", null=True, blank=True)
    retry = models.CharField("when a step fails", max_length=11, choices=Retry.choices, default=Retry.UNKNOWN)
    retry_attempts = models.PositiveSmallIntegerField("how often it tries again", null=True, blank=True)
    retry_reason = SafeTextField(
        "why it does not try again",
        max_length=500,
        blank=True,
        help_text="Only where trying again would do harm, such as paying twice.",
    )

    class Meta:
        verbose_name = "workflow"
        ordering = ["name"]
        constraints = [
            is_target("workflow"),
            named_once("workflow"),
            retired_together("workflow"),
            models.CheckConstraint(
                condition=Q(retry_attempts__isnull=True) | ~Q(retry="none"),
                name="workflow_attempts_only_with_retry",
                violation_error_message="Leave the number of attempts empty when it does not try again.",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "name"], name="workflow_by_name"),
            models.Index(fields=["practice", "name"], name="workflow_all_by_name"),
            models.Index(fields=["practice", "client", "external_id"], name="workflow_by_external_id"),
            models.Index(
                fields=["practice", "client"],
                condition=Q(owner__isnull=True, retired_at__isnull=True),
                name="workflow_without_owner",
            ),
        ]

    def contradictions(self) -> dict[str, str]:
        """Attempts need a retry."""
        if self.retry == self.Retry.NONE and self.retry_attempts is not None:
            return {"retry_attempts": "Leave the number of attempts empty when it does not try again."}
        return {}
