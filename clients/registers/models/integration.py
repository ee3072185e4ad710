"""Integration: a workflow's connection to a platform, with what it may do there."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from clients.registers.models.record import (
    ANSWER_LENGTH,
    Record,
    approval_contradictions,
    backup_contradictions,
    backup_is_somebody_else,
    is_target,
    named_once,
    platform_id,
    retired_together,
    together,
)
from clients.registers.models.workflow import Workflow
from portal.lib.fields import SafeCharField, SafeListField, SafeTextField
from portal.tenancy.models import YesNoUnknown


class Integration(Record):
    """A connection to a platform. Its secret, if it has one, is described by a Credential and kept in a vault."""

    REGISTER: ClassVar = "integrations"

    class AuthType(models.TextChoices):
        OAUTH = "oauth", "OAuth"
        WORKLOAD_IDENTITY = "workload_identity", "Workload identity"
        SHORT_LIVED = "short_lived", "Short-lived token"
        API_KEY = "api_key", "API key"
        PERSONAL_TOKEN = "personal_token", "Personal access token"
        SERVICE_ACCOUNT_KEY = "service_account_key", "Key of a service account"
        BASIC = "basic", "User name and password"
        BEARER = "bearer", "Bearer token"
        HEADER = "header", "Key in a header"
        NONE = "none", "None"
        UNKNOWN = "unknown", "Not known yet"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        ACTIVE = "active", "Active"
        PAUSED = "paused", "Paused"

    class ResourceScope(models.TextChoices):
        NAMED = "named", "Named resources only"
        WHOLE_ACCOUNT = "whole_account", "The whole account"
        NOT_SEPARABLE = "not_separable", "The platform cannot narrow it"
        UNKNOWN = "unknown", "Not known yet"

    class AccountOwner(models.TextChoices):
        CLIENT = "client", "The client"
        PRACTICE = "practice", "The practice"
        UNKNOWN = "unknown", "Not known yet"

    workflow = models.ForeignKey(
        Workflow, null=True, blank=True, on_delete=models.PROTECT, related_name="integrations"
    )
    platform = SafeCharField(max_length=60, validators=[platform_id])
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    auth_type = models.CharField(
        "how it signs in", max_length=20, choices=AuthType.choices, default=AuthType.UNKNOWN
    )
    static_reason = SafeTextField(
        "why not OAuth",
        max_length=500,
        blank=True,
        help_text="Needed where the platform offers OAuth and a fixed key is used all the same.",
    )
    scopes_granted = SafeListField(
        "scopes granted", blank=True, help_text="One a line, as the platform shows them."
    )
    scopes_approved = SafeListField(
        "scopes approved", blank=True, help_text="One a line, as the client agreed to."
    )
    broad_scope_reason = SafeTextField(
        "why a broad scope is needed",
        max_length=500,
        blank=True,
        help_text="Needed where a scope reaches further than the workflow, such as full access.",
    )
    approved_on = models.DateField("scopes approved on", null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="scopes approved by",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    writes_needed = models.CharField(
        "does the workflow write",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
    )
    read_only = models.CharField(
        "is the connection read-only",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
    )
    resource_scope = models.CharField(
        "what it reaches", max_length=14, choices=ResourceScope.choices, default=ResourceScope.UNKNOWN
    )
    resources = SafeTextField(
        "resources",
        max_length=1000,
        blank=True,
        help_text="The sheets, mailboxes, pipelines or tables it may use.",
    )
    service_account = SafeCharField(
        max_length=120,
        blank=True,
        help_text="The account it signs in as, named for its purpose and never for a person: svc-invoice-sync.",
    )
    service_account_purpose = SafeCharField("purpose of the account", max_length=200, blank=True)
    service_account_possible = models.CharField(
        "can the platform have service accounts",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
    )
    account_owner = models.CharField(
        "whose account is it", max_length=8, choices=AccountOwner.choices, default=AccountOwner.UNKNOWN
    )
    backup_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who answers for it when the owner is away.",
    )
    renewal_on = models.DateField(
        "review by", null=True, blank=True, help_text="When scopes and service account are looked at again."
    )
    enabled_on = models.DateField("in use since", null=True, blank=True)
    last_used_on = models.DateField("last used", null=True, blank=True)

    class Meta:
        verbose_name = "integration"
        ordering = ["name"]
        constraints = [
            is_target("integration"),
            named_once("integration"),
            retired_together("integration"),
            together("integration_approved_by_someone", "approved_on", "approved_by"),
            backup_is_somebody_else("integration"),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "name"], name="integration_by_name"),
            models.Index(fields=["practice", "client", "renewal_on"], name="integration_by_renewal"),
            models.Index(fields=["practice", "renewal_on"], name="integration_all_by_renewal"),
            models.Index(fields=["practice", "name"], name="integration_all_by_name"),
            models.Index(fields=["practice", "client", "workflow"], name="integration_by_workflow"),
            models.Index(
                fields=["practice", "client"],
                condition=Q(owner__isnull=True, retired_at__isnull=True),
                name="integration_without_owner",
            ),
        ]

    def contradictions(self) -> dict[str, str]:
        """An approval has its day and its person; the backup is somebody else than the owner."""
        return {
            **approval_contradictions(self.approved_on, self.approved_by_id),
            **backup_contradictions(self.owner_id, self.backup_owner_id),
        }

    @property
    def due_on(self) -> date | None:
        """The day of its next review."""
        return self.renewal_on
