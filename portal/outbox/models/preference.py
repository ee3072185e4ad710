"""How one person wishes to hear from one practice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.tenancy.models import OwnedManager, PracticeOwned


class Weekday(models.IntegerChoices):
    """Days as `date.weekday()` counts them."""

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Preference(PracticeOwned):
    """At once, or as a digest at `hour` in the person's own time zone; who has none hears at once, by e-mail.

    Urgent messages come at once whatever stands here. `opt_outs` are kinds of messages that the person does without,
    where the practice allows it. The person's other ways are their channels; each that is on is used.
    """

    class Mode(models.TextChoices):
        INSTANT = "instant", "At once"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    mode = models.CharField(max_length=7, choices=Mode.choices, default=Mode.INSTANT)
    hour = models.PositiveSmallIntegerField(default=8)
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices, default=Weekday.MONDAY)
    by_email = models.BooleanField("by e-mail", default=True)
    opt_outs = models.JSONField(default=list, blank=True)
    changed_at = models.DateTimeField()

    objects: ClassVar[OwnedManager] = OwnedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "user"], name="preference_once_a_person"),
            models.CheckConstraint(condition=Q(hour__lte=23), name="preference_hour_of_a_day"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="preference_day_of_a_week"),
        ]

    def __str__(self) -> str:
        return self.get_mode_display()
