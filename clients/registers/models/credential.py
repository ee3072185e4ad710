"""Credential: the metadata of a secret. Never the secret."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from clients.registers.models.integration import Integration
from clients.registers.models.record import (
    ANSWER_LENGTH,
    Environment,
    Record,
    RecordQuerySet,
    backup_contradictions,
    backup_is_somebody_else,
    is_target,
    named_once,
    platform_id,
    retired_together,
    together,
    vault_reference,
)
from clients.registers.rules.renewals import next_due_on
from clients.registers.rules.vault_references import vault_name
from portal.lib.fields import SafeCharField, SafeListField, SafeTextField
from portal.tenancy.models import OwnedManager, YesNoUnknown

LONGEST_INTERVAL_DAYS = 3650

fingerprint_form = RegexValidator(
    r"^(?:sha256:[0-9a-f]{8,64}|SHA256:[A-Za-z0-9+/]{43}=?)$",
    "Enter a SHA-256 fingerprint, such as sha256:3f9a10c2, and never a part of the secret itself.",
)


class CredentialQuerySet(RecordQuerySet):
    """Reads of credentials."""

    def live(self) -> Self:
        """Keep the credentials in use: neither retired nor revoked."""
        return self.filter(retired_at__isnull=True, revoked_at__isnull=True)


class CredentialManager(OwnedManager.from_queryset(CredentialQuerySet)):  # type: ignore[misc]
    """The manager of credentials."""


class Credential(Record):
    """What is known about one secret: whose it is, what it opens, where it is kept, when it is renewed."""

    REGISTER: ClassVar = "credentials"

    class Kind(models.TextChoices):
        API_KEY = "api_key", "API key"
        OAUTH_TOKEN = "oauth_token", "OAuth token"
        PRIVATE_APP = "private_app", "Private app token"
        BOT_TOKEN = "bot_token", "Bot token"
        PERSONAL_TOKEN = "personal_token", "Personal access token"
        SERVICE_ACCOUNT_KEY = "service_account_key", "Key of a service account"
        SIGNING_SECRET = "signing_secret", "Webhook signing secret"
        PASSWORD = "password", "User name and password"
        DATABASE_ROLE = "database_role", "Database role"
        CERTIFICATE = "certificate", "Certificate or private key"
        WORKLOAD_IDENTITY = "workload_identity", "Role by workload identity"
        OTHER = "other", "Something else"

    class Storage(models.TextChoices):
        VAULT = "vault", "A password manager or secrets vault"
        PLATFORM_STORE = "platform_store", "The automation platform itself"
        ENCRYPTED_ENV = "encrypted_env", "An encrypted environment variable"
        NO_SECRET = "no_secret", "Nowhere: there is no stored secret"
        ELSEWHERE = "elsewhere", "Somewhere else"
        UNKNOWN = "unknown", "Not known yet"

    integration = models.ForeignKey(
        Integration, null=True, blank=True, on_delete=models.PROTECT, related_name="credentials"
    )
    platform = SafeCharField(max_length=60, validators=[platform_id], help_text="The system that it opens.")
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.OTHER)
    environment = models.CharField(max_length=12, choices=Environment.choices, blank=True)
    backup_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Who answers for it when the owner is away.",
    )
    storage = models.CharField(
        "where is the secret kept", max_length=14, choices=Storage.choices, default=Storage.UNKNOWN
    )
    storage_ref = SafeCharField(
        "reference in the vault",
        max_length=300,
        blank=True,
        validators=[vault_reference],
        help_text="Where to find it, for example op://Automation/Xero/api-key. Never the secret.",
    )
    fingerprint = SafeCharField(
        max_length=80,
        blank=True,
        validators=[fingerprint_form],
        help_text="SHA-256 of the secret, to see that it changed: sha256:3f9a10c2.",
    )
    scopes = SafeListField(blank=True, help_text="What it allows, one a line.")
    issued_on = models.DateField("issued", null=True, blank=True)
    rotated_on = models.DateField("last rotated", null=True, blank=True)
    rotation_interval_days = models.PositiveIntegerField(
        "rotate every",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_INTERVAL_DAYS)],
        help_text="In days, for example 90.",
    )
    no_rotation_reason = SafeTextField(
        "why it is not rotated", max_length=500, blank=True, help_text="Needed where there is no interval."
    )
    renewal_on = models.DateField(
        "renews", null=True, blank=True, help_text="The day by which it must be renewed or lapses."
    )
    renews_itself = models.CharField(
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
        help_text="A short-lived token that its platform renews without anybody.",
    )
    personal = models.CharField(
        "belongs to a person",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
        help_text="Made under somebody's own account, so that it ends when they leave.",
    )
    shared = models.CharField(
        "used by several people",
        max_length=ANSWER_LENGTH,
        choices=YesNoUnknown.choices,
        default=YesNoUnknown.UNKNOWN,
        help_text="A login that more than one person signs in with.",
    )
    external_id = SafeCharField(
        "id on the platform", max_length=120, blank=True, help_text="As the platform's export names it."
    )
    #: The earlier of renewal_on and the rotation interval's day; kept by the actions, so that lists can sort by it.
    next_due_on = models.DateField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    revoked_reason = SafeCharField("reason for revoking", max_length=500, blank=True, editable=False)

    objects: ClassVar[CredentialManager] = CredentialManager()

    class Meta:
        verbose_name = "credential"
        ordering = ["name"]
        constraints = [
            is_target("credential"),
            named_once("credential", Q(retired_at__isnull=True, revoked_at__isnull=True)),
            retired_together("credential"),
            together("credential_revoked_with_reason", "revoked_at", "revoked_by", "revoked_reason"),
            models.CheckConstraint(
                condition=~Q(storage="no_secret") | Q(storage_ref=""),
                name="credential_no_secret_no_reference",
                violation_error_message="Leave the reference empty when there is no stored secret.",
            ),
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True)
                | Q(rotated_on__isnull=True)
                | Q(rotated_on__gte=F("issued_on")),
                name="credential_rotated_after_issue",
                violation_error_message="The last rotation cannot be before the day of issue.",
            ),
            backup_is_somebody_else("credential"),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "next_due_on", "id"], name="credential_by_due"),
            models.Index(fields=["practice", "next_due_on", "id"], name="credential_all_by_due"),
            models.Index(fields=["practice", "client", "name"], name="credential_by_name"),
            models.Index(fields=["practice", "name"], name="credential_all_by_name"),
            models.Index(fields=["practice", "client", "platform"], name="credential_by_platform"),
            models.Index(fields=["practice", "client", "integration"], name="credential_by_integration"),
            models.Index(fields=["practice", "client", "fingerprint"], name="credential_by_fingerprint"),
            models.Index(
                fields=["practice", "client"],
                condition=Q(owner__isnull=True, retired_at__isnull=True, revoked_at__isnull=True),
                name="credential_without_owner",
            ),
        ]

    def contradictions(self) -> dict[str, str]:
        """Dates in their order, no reference where there is no secret, a backup who is somebody else."""
        found = backup_contradictions(self.owner_id, self.backup_owner_id)
        if self.issued_on and self.rotated_on and self.rotated_on < self.issued_on:
            found["rotated_on"] = "Enter a rotation that is not before the day of issue."
        if self.storage == self.Storage.NO_SECRET and self.storage_ref:
            found["storage_ref"] = "Leave the reference empty when there is no stored secret."
        return found

    def work_out_next_due(self) -> None:
        """Set the day by which it is next due from its dates. Actions call this before they save."""
        self.next_due_on = next_due_on(
            self.renewal_on, self.rotated_on, self.issued_on, self.rotation_interval_days
        )

    @property
    def is_live(self) -> bool:
        """Whether it is in use: neither retired nor revoked."""
        return self.retired_at is None and self.revoked_at is None

    @property
    def due_on(self) -> date | None:
        """The day by which it must be rotated or renewed; None once it is out of use."""
        return self.next_due_on if self.is_live else None

    @property
    def storage_words(self) -> str:
        """Where the secret is, in words for people who may see the register: "in 1Password", never the reference."""
        if self.storage == self.Storage.NO_SECRET:
            return "no stored secret"
        vault = vault_name(self.storage_ref)
        if vault and self.storage != self.Storage.UNKNOWN:
            return f"in {'an ' if vault == 'environment variable' else ''}{vault}"
        return {
            self.Storage.VAULT: "in a vault",
            self.Storage.PLATFORM_STORE: "in the platform",
            self.Storage.ENCRYPTED_ENV: "in an environment variable",
            self.Storage.ELSEWHERE: "kept elsewhere",
        }.get(self.Storage(self.storage), "place not recorded")
