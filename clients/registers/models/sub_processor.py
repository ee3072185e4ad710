"""SubProcessor: a company to which personal data of a client is passed on."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clients.registers.models.record import (
    ANSWER_LENGTH,
    Record,
    approval_contradictions,
    is_target,
    named_once,
    platform_id,
    retired_together,
    together,
    web_address,
)
from portal.lib.fields import SafeCharField, SafeListField, SafeTextField
from portal.tenancy.models import YesNoUnknown


class SubProcessor(Record):
    """A company engaged to process a client's personal data (GDPR Art 28(2), 28(4)). `name` is the company."""

    REGISTER: ClassVar = "sub-processors"

    class TransferTool(models.TextChoices):
        NOT_NEEDED = "not_needed", "None needed: the data stays in the UK or EEA"
        ADEQUACY = "adequacy", "Adequacy decision, or the US data bridge"
        EU_SCC = "eu_scc", "EU standard contractual clauses"
        UK_IDTA = "uk_idta", "UK International Data Transfer Agreement"
        UK_ADDENDUM = "uk_addendum", "UK Addendum to the EU clauses"
        NONE = "none", "None in place"
        UNKNOWN = "unknown", "Not known yet"

    class EngagedBy(models.TextChoices):
        PRACTICE = "practice", "The practice: our sub-processor"
        CLIENT = "client", "The client: its own processor"
        UNKNOWN = "unknown", "Not known yet"

    platform = SafeCharField(
        max_length=60,
        blank=True,
        validators=[platform_id],
        help_text="The platform of the list that it runs, if any.",
    )
    legal_entity = SafeCharField(max_length=200, blank=True)
    purpose = SafeCharField(max_length=300, help_text="What it does with the data, in the client's words.")
    engaged_by = models.CharField(
        "whose account is it", max_length=8, choices=EngagedBy.choices, default=EngagedBy.UNKNOWN
    )
    data_categories = SafeListField(
        blank=True, help_text="One a line, for example: names and e-mail addresses."
    )
    location = SafeCharField(
        "where the data is",
        max_length=200,
        blank=True,
        help_text="Country or region, for example EU (Ireland).",
    )
    transfer_tool = models.CharField(
        max_length=11, choices=TransferTool.choices, default=TransferTool.UNKNOWN
    )
    dpa_signed_on = models.DateField("DPA signed", null=True, blank=True)
    dpa_review_on = models.DateField(
        "DPA review", null=True, blank=True, help_text="A year after it was signed."
    )
    dpa_url = SafeCharField("address of the DPA", max_length=500, blank=True, validators=[web_address])
    uses_ai = models.CharField(
        "uses AI on the data",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
    )
    training_prohibited = models.CharField(
        "do its terms forbid training on the data",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
    )
    retention_position = SafeTextField(
        "how long it keeps data",
        max_length=500,
        blank=True,
        help_text="As its terms say, with the date you read them.",
    )
    website = SafeCharField(max_length=500, blank=True, validators=[web_address])
    sub_processor_page_url = SafeCharField(
        "its own list of sub-processors", max_length=500, blank=True, validators=[web_address]
    )
    trust_page_url = SafeCharField("trust page", max_length=500, blank=True, validators=[web_address])
    certifications = SafeListField(blank=True, help_text="One a line, for example ISO 27001.")
    last_assessed_on = models.DateField("last assessed", null=True, blank=True)
    next_assessment_on = models.DateField("next assessment", null=True, blank=True)
    used_since_on = models.DateField("in use since", null=True, blank=True)
    notice_sent_on = models.DateField("notice sent to the client", null=True, blank=True)
    objection_until_on = models.DateField("client may object until", null=True, blank=True)
    approved_on = models.DateField("approved on", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="approved by",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = "sub-processor"
        ordering = ["name"]
        constraints = [
            is_target("sub_processor"),
            named_once("sub_processor"),
            retired_together("sub_processor"),
            together("sub_processor_approved_by_someone", "approved_on", "approved_by"),
            models.CheckConstraint(
                condition=Q(dpa_review_on__isnull=True)
                | Q(dpa_signed_on__isnull=True)
                | Q(dpa_review_on__gt=F("dpa_signed_on")),
                name="sub_processor_reviewed_after_signing",
                violation_error_message="The DPA's review must be after its signature.",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "name"], name="sub_processor_by_name"),
            models.Index(fields=["practice", "client", "dpa_review_on"], name="sub_processor_by_review"),
            models.Index(fields=["practice", "dpa_review_on"], name="sub_processor_all_by_review"),
            models.Index(fields=["practice", "name"], name="sub_processor_all_by_name"),
            models.Index(
                fields=["practice", "client"],
                condition=Q(owner__isnull=True, retired_at__isnull=True),
                name="sub_processor_without_owner",
            ),
        ]

    def contradictions(self) -> dict[str, str]:
        """An approval has its day and its person; a DPA is reviewed after it was signed."""
        found = approval_contradictions(self.approved_on, self.approved_by_id)
        if self.dpa_signed_on and self.dpa_review_on and self.dpa_review_on <= self.dpa_signed_on:
            found["dpa_review_on"] = "Enter a review that is after the day on which the DPA was signed."
        return found

    @property
    def due_on(self) -> date | None:
        """The day of its DPA's next review."""
        return self.dpa_review_on
