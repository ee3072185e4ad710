"""What every register's rows have in common: a name, an owner, a version, and retirement instead of deletion."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse

from clients.registers.rules.vault_references import is_reference
from portal.lib.fields import SafeCharField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet

ANSWER_LENGTH = 7

platform_id = RegexValidator(
    r"^[a-z0-9][a-z0-9_.-]*$", "Enter a platform from the list, or its name in small letters."
)
web_address = URLValidator(
    schemes=["https", "http"], message="Enter a full address, such as https://example.com."
)


def vault_reference(value: str) -> None:
    """Refuse what does not have the form of a reference: it might be the secret."""
    if not is_reference(value):
        raise ValidationError(
            "Enter where the secret is kept, not the secret: a reference such as op://Automation/Xero/api-key,"
            " an ARN, a path in your vault or the name of a variable.",
            code="reference",
        )


class Environment(models.TextChoices):
    """Where something runs. Empty means that nobody has recorded it."""

    PRODUCTION = "production", "Production"
    STAGING = "staging", "Staging"
    DEVELOPMENT = "development", "Development"


class RecordQuerySet(OwnedQuerySet):
    """Reads that every register has."""

    def live(self) -> Self:
        """Keep the rows in use: not retired (and, where rows can be revoked, not revoked)."""
        return self.filter(retired_at__isnull=True)

    def without_owner(self) -> Self:
        """Keep the rows in use that nobody owns."""
        return self.live().filter(owner__isnull=True)


class RecordManager(OwnedManager.from_queryset(RecordQuerySet)):  # type: ignore[misc]
    """The manager of every register."""


class Retirable(models.Model):
    """A row that leaves use with who, when and why, together or not at all. It is never deleted."""

    retired_at = models.DateTimeField(null=True, blank=True, editable=False)
    retired_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    retired_reason = SafeCharField("reason for retiring", max_length=500, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_live(self) -> bool:
        """Whether the row is in use."""
        return self.retired_at is None


class Record(Retirable, ClientOwned):
    """A row of a register. `version` rises with every change, so that two people do not overwrite each other."""

    name = SafeCharField(max_length=120)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="One person who answers for it.",
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects: ClassVar[RecordManager] = RecordManager()

    #: The register's slug in addresses; set by each model.
    REGISTER: ClassVar[str]

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(
            "record_show",
            kwargs={"client_slug": self.client.slug, "register": self.REGISTER, "pk": self.pk},
        )

    def clean(self) -> None:
        """Refuse what contradicts itself, in words; the database's constraints are the net under it."""
        found = self.contradictions()
        if found:
            raise ValidationError(dict(found))

    @property
    def noun(self) -> str:
        """The word for such a row in audit verbs: "sub_processor"."""
        return str(self._meta.verbose_name).replace("-", "_")

    def contradictions(self) -> dict[str, str]:
        """Return the fields that contradict others, each with what to do about it."""
        return {}

    @property
    def due_on(self) -> date | None:
        """The day by which something is to be done about it; None when nothing is."""
        return None


def retired_together(table: str) -> models.CheckConstraint:
    """Make the constraint that a retired row says when, by whom and why, and a row in use none of it."""
    return together(f"{table}_retired_with_reason", "retired_at", "retired_by", "retired_reason")


def together(name: str, at: str, by: str, reason: str = "") -> models.CheckConstraint:
    """Make the constraint that an instant or day, a person and a reason stand together or not at all."""
    none, every = (
        Q(**{f"{at}__isnull": True, f"{by}__isnull": True}),
        Q(**{f"{at}__isnull": False, f"{by}__isnull": False}),
    )
    if reason:
        none, every = none & Q(**{reason: ""}), every & ~Q(**{reason: ""})
    return models.CheckConstraint(condition=none | every, name=name)


def named_once(table: str, live: Q | None = None) -> models.UniqueConstraint:
    """Make the constraint that a client has one row of a name in use, whatever the name's case."""
    return models.UniqueConstraint(
        "practice",
        "client",
        Lower("name"),
        condition=live or Q(retired_at__isnull=True),
        name=f"{table}_name_once_a_client",
        violation_error_message="There is an entry of this name already. Choose another name or change that entry.",
    )


def is_target(table: str) -> models.UniqueConstraint:
    """Make the constraint that composite foreign keys point at."""
    return models.UniqueConstraint(fields=["practice", "client", "id"], name=f"{table}_target")


def backup_is_somebody_else(table: str) -> models.CheckConstraint:
    """Make the constraint that the backup owner is not the owner."""
    return models.CheckConstraint(
        condition=Q(backup_owner__isnull=True) | Q(owner__isnull=True) | ~Q(backup_owner=models.F("owner")),
        name=f"{table}_backup_is_somebody_else",
    )


def backup_contradictions(owner: object, backup: object) -> dict[str, str]:
    """Say so when the backup owner is the owner."""
    return (
        {"backup_owner": "Choose somebody else than the owner as backup."}
        if owner and owner == backup
        else {}
    )


def approval_contradictions(approved_on: date | None, approved_by: object) -> dict[str, str]:
    """Say so when an approval lacks its day or its person."""
    if approved_on and not approved_by:
        return {"approved_by": "Choose who approved it, or leave the day of approval empty."}
    if approved_by and not approved_on:
        return {"approved_on": "Enter the day of approval, or leave the person empty."}
    return {}
