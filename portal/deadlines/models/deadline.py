"""One obligation: what must be done by when, by whom, and how it ended. Opened, moved and ended by actions alone."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.lib.fields import SafeCharField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet

#: In a calendar of clock hours the due instant counts to the second; in the others the whole day counts.
CLOCK = "clock"


class DeadlineQuerySet(OwnedQuerySet):
    """Reads of deadlines by their state."""

    def open(self) -> Self:
        """Keep what is neither met nor cancelled."""
        return self.filter(ended_at__isnull=True)

    def ended(self) -> Self:
        """Keep what was met or cancelled."""
        return self.filter(ended_at__isnull=False)

    def met(self) -> Self:
        """Keep what was done, in time or late."""
        return self.filter(outcome=Deadline.Outcome.MET)

    def late(self, now: datetime) -> Self:
        """Keep what is open and past its instant; exactly on time is not late."""
        return self.open().filter(due_at__lt=now)

    def due_by(self, until: datetime) -> Self:
        """Keep what is open and due before or at `until`, the late ones too."""
        return self.open().filter(due_at__lte=until)

    def steps_due(self, now: datetime) -> Self:
        """Keep what has a step to take at `now`: the few rows that the scan reads."""
        return self.open().filter(next_step_at__lte=now)


class DeadlineManager(OwnedManager.from_queryset(DeadlineQuerySet)):  # type: ignore[misc]
    """The manager of deadlines."""


class Deadline(ClientOwned):
    """Something that must be done by an instant, with an owner; open, met or cancelled, in time or late.

    `internal` deadlines (most) are for people of the practice; the others are marked for the client's people too.
    `due_on` stands where a whole day counts; `due_at` is then the end of that day in the client's time zone.
    """

    class Outcome(models.TextChoices):
        OPEN = "", "Open"
        MET = "met", "Met"
        CANCELLED = "cancelled", "Cancelled"

    kind = models.CharField(max_length=60, help_text="Its kind, as in the registry: credential.renewal.")
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    subject = SafeCharField(max_length=200, help_text="What it is about, in words.")
    title = SafeCharField(max_length=240, help_text="What is to be done, as Today writes it.")
    note = SafeCharField(max_length=300, blank=True)
    source = SafeCharField(max_length=200, blank=True, help_text="Where the obligation comes from.")

    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    due_on = models.DateField(null=True, blank=True)
    calendar = models.CharField(
        max_length=30, default=CLOCK, help_text="clock, days, months or business:GB-ENG"
    )
    duration = models.CharField(max_length=20, blank=True, help_text="How long it runs, as ISO 8601: PT48H.")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    backup_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    policy = models.CharField(max_length=40, help_text="The name of its reminder policy.")
    promise = models.BooleanField(
        default=False, help_text="Promised to the client: never snoozed past its instant."
    )

    outcome = models.CharField(max_length=9, choices=Outcome.choices, default=Outcome.OPEN, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was met or cancelled.")
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_why = SafeCharField(max_length=500, blank=True)
    late_at = models.DateTimeField(
        null=True, blank=True, help_text="The first due instant that was missed; stays for ever."
    )
    snoozed_until = models.DateTimeField(null=True, blank=True)

    # The scan's own bookkeeping: not part of the trail.
    next_step_at = models.DateTimeField(null=True, blank=True)
    stepped_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[DeadlineManager] = DeadlineManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "kind", "subject_type", "subject_id"],
                condition=Q(ended_at__isnull=True),
                name="deadline_open_once_a_subject",
            ),
            models.UniqueConstraint(fields=["practice", "client", "id"], name="deadline_target"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="", ended_why="", ended_by__isnull=True)
                | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="deadline_ends_with_an_outcome",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="cancelled") | ~Q(ended_why=""), name="deadline_cancelled_with_a_reason"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("started_at")), name="deadline_due_after_start"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(next_step_at__isnull=True),
                name="deadline_ended_has_no_step",
            ),
            models.CheckConstraint(
                condition=Q(backup_owner__isnull=True) | Q(owner__isnull=True) | ~Q(backup_owner=F("owner")),
                name="deadline_backup_is_somebody_else",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_step_at", "practice"],
                condition=Q(next_step_at__isnull=False),
                name="deadline_next_step",
            ),
            models.Index(
                fields=["practice", "next_step_at", "id"],
                condition=Q(next_step_at__isnull=False),
                name="deadline_practice_step",
            ),
            models.Index(
                fields=["practice", "due_at", "id"],
                condition=Q(ended_at__isnull=True),
                name="deadline_open_by_due",
            ),
            models.Index(
                fields=["practice", "client", "due_at", "id"],
                condition=Q(ended_at__isnull=True),
                name="deadline_client_open_by_due",
            ),
            models.Index(
                fields=["practice", "owner", "due_at"],
                condition=Q(ended_at__isnull=True),
                name="deadline_owner_open",
            ),
            models.Index(
                fields=["practice", "snoozed_until", "id"],
                condition=Q(ended_at__isnull=True, snoozed_until__isnull=False),
                name="deadline_snoozed",
            ),
            models.Index(
                fields=["practice", "client", "subject_type", "subject_id"], name="deadline_by_subject"
            ),
            models.Index(
                fields=["practice", "client", "-ended_at"],
                condition=Q(ended_at__isnull=False),
                name="deadline_ended_by_client",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its own page; the page of what it is about is `kinds.kind_of(...).address`."""
        return reverse("deadline_show", kwargs={"client_slug": self.client.slug, "pk": self.pk})

    @property
    def is_open(self) -> bool:
        """Whether it is neither met nor cancelled."""
        return self.ended_at is None

    @property
    def is_clock(self) -> bool:
        """Whether it counts to the second; otherwise the whole day counts."""
        return self.due_on is None

    def is_late(self, now: datetime) -> bool:
        """Whether it was ever missed, or is open and past its instant at `now`. Exactly on time is not late."""
        return self.late_at is not None or (self.is_open and self.due_at < now)
