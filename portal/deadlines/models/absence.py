"""Days on which somebody is away: their deadlines go to the backup meanwhile."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from portal.lib.fields import SafeCharField
from portal.tenancy.models import OwnedManager, OwnedQuerySet, PracticeOwned


class AbsenceQuerySet(OwnedQuerySet):
    """Reads of absences."""

    def on(self, day: date) -> Self:
        """Keep the absences that hold on `day`; both ends belong to them."""
        return self.filter(from_on__lte=day, until_on__gte=day)


class AbsenceManager(OwnedManager.from_queryset(AbsenceQuerySet)):  # type: ignore[misc]
    """The manager of absences."""


class Absence(PracticeOwned):
    """From the first to the last day away, both included, in the person's own time zone."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_on = models.DateField()
    until_on = models.DateField()
    stand_in = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Takes what has no backup owner. Empty: the client's lead does.",
    )
    note = SafeCharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[AbsenceManager] = AbsenceManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(until_on__gte=F("from_on")), name="absence_ends_after_start"),
            models.CheckConstraint(
                condition=Q(stand_in__isnull=True) | ~Q(stand_in=F("user")),
                name="absence_stand_in_is_somebody_else",
            ),
        ]
        indexes = [models.Index(fields=["practice", "user", "until_on"], name="absence_of_person")]
