"""One message owed for one step of one deadline to one person or channel. It exists once, whatever dies in between."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.deadlines.models.deadline import Deadline
from portal.tenancy.models import ClientOwned


class Reminder(ClientOwned):
    """That a step of a deadline was taken towards somebody. `due_at` is the deadline's instant at that time.

    `recipient` is "person:<uuid>" or "channel:<id>"; together with deadline, due instant and step it is unique, so
    that moving a deadline arms its steps again and nothing else does.
    """

    deadline = models.ForeignKey(Deadline, on_delete=models.PROTECT, related_name="reminders")
    due_at = models.DateTimeField()
    step = models.CharField(max_length=40, help_text="-P7D, PT0S, +P3D: before, at or after the due instant")
    step_at = models.DateTimeField(help_text="When the step was to be taken.")
    recipient = models.CharField(max_length=60)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    part = models.CharField(
        max_length=20, help_text="As whom: owner, backup, lead, practice_owner, client, channel"
    )
    why = models.CharField(
        max_length=200, blank=True, help_text="Why this person, where it is not the owner."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deadline", "due_at", "step", "recipient"], name="reminder_once_a_step_and_recipient"
            ),
            models.CheckConstraint(
                condition=Q(recipient__startswith="person:", person__isnull=False)
                | Q(recipient__startswith="channel:", person__isnull=True),
                name="reminder_has_its_recipient",
            ),
        ]
        indexes = [models.Index(fields=["practice", "-id"], name="reminder_newest")]
