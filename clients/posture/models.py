"""Snapshot: the results of one day. Waiver: a written exception. What holds now is worked out, not stored."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from clients.posture.catalogue import controls
from portal.lib.fields import SafeTextField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet


class Snapshot(ClientOwned):
    """The results of all controls of a client on one day; the last reckoning of the day counts.

    `areas` holds [passes, provable] by family, `results` each control's result by id; unknown ones are left out.
    """

    taken_on = models.DateField()
    passes = models.PositiveSmallIntegerField()
    warns = models.PositiveSmallIntegerField()
    waived = models.PositiveSmallIntegerField()
    fails = models.PositiveSmallIntegerField()
    unknown = models.PositiveSmallIntegerField()
    not_applicable = models.PositiveSmallIntegerField()
    total = models.PositiveSmallIntegerField()
    areas = models.JSONField(default=dict)
    results = models.JSONField(default=dict)
    rules_version = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["taken_on"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "taken_on"], name="snapshot_once_a_day"),
            models.CheckConstraint(
                condition=Q(
                    total=F("passes")
                    + F("warns")
                    + F("waived")
                    + F("fails")
                    + F("unknown")
                    + F("not_applicable")
                ),
                name="snapshot_counts_every_control",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.passes} of {self.provable} on {self.taken_on:%Y-%m-%d}"

    @property
    def provable(self) -> int:
        """How many the registers could prove on that day."""
        return sum(provable for _, provable in self.areas.values())


class WaiverQuerySet(OwnedQuerySet):
    """Reads of waivers."""

    def standing(self, today: date) -> Self:
        """Keep those that hold today: not ended early, and not past their last day."""
        return self.filter(ended_at__isnull=True, until_on__gte=today, approved_on__lte=today)


class WaiverManager(OwnedManager.from_queryset(WaiverQuerySet)):  # type: ignore[misc]
    """The manager of waivers."""


def known_control(value: str) -> None:
    """Refuse the id of a control that is not in the catalogue."""
    if value not in controls():
        raise ValidationError("Choose a control of the catalogue.", code="control")


class Waiver(ClientOwned):
    """A written, approved exception to a control, up to and including `until_on`. It is ended, never deleted."""

    LONGEST_DAYS: ClassVar = 366

    control_id = models.CharField("control", max_length=8, validators=[known_control])
    reason = SafeTextField(
        max_length=1000,
        help_text="Why the control is not met and what is done instead. The client reads it.",
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Who agreed to it."
    )
    approved_on = models.DateField(help_text="The day of the written approval.")
    until_on = models.DateField("until", help_text="Its last day, at most a year after the approval.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", editable=False
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects: ClassVar[WaiverManager] = WaiverManager()

    class Meta:
        ordering = ["-until_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__gte=F("approved_on")), name="waiver_ends_after_approval"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="waiver_ended_by_somebody",
            ),
            models.CheckConstraint(condition=Q(internal=False), name="waiver_seen_by_the_client"),
        ]
        indexes = [models.Index(fields=["practice", "client", "until_on"], name="waiver_by_end")]

    def __str__(self) -> str:
        return f"{self.control_id} until {self.until_on:%Y-%m-%d}"
