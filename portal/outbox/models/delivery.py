"""One message on its way over one medium: queued, being sent, sent, dead or dropped."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.outbox.models.channel import Channel, Medium
from portal.outbox.models.message import Message
from portal.outbox.models.owned import OfClientOrPractice
from portal.tenancy.models import OwnedManager, OwnedQuerySet


class DeliveryQuerySet(OwnedQuerySet):
    """Reads of deliveries by their state."""

    def under_way(self) -> Self:
        """Keep what is neither sent nor given up."""
        return self.filter(next_attempt_at__isnull=False)

    def due(self, now: datetime) -> Self:
        """Keep what is to be sent at `now`, what a dead sender left included."""
        return self.under_way().filter(next_attempt_at__lte=now)

    def dead(self) -> Self:
        """Keep what was given up: the dead letters."""
        return self.filter(state=Delivery.State.DEAD)


class DeliveryManager(OwnedManager.from_queryset(DeliveryQuerySet)):  # type: ignore[misc]
    """The manager of deliveries."""


class Delivery(OfClientOrPractice):
    """Where `channel` is empty it goes to the person's own e-mail.

    `next_attempt_at` says when it is due, and is empty once it has ended; a sender moves it to the end of its lease
    (`claimed_until`), so that what a dead sender left is due again by itself. `batch` is the instant of the digest
    that it belongs to. `envelope` names what went over the wire, the same at every attempt: receivers can merge by it.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        DEAD = "dead", "Not delivered"
        DROPPED = "dropped", "Not sent"

    ENDED: ClassVar = (State.SENT, State.DEAD, State.DROPPED)

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="deliveries")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    medium = models.CharField(max_length=8, choices=Medium.choices)
    urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    batch = models.DateTimeField(null=True, blank=True)
    envelope = models.UUIDField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was sent, given up or dropped.")
    provider_id = models.CharField(max_length=200, blank=True)
    last_error = models.CharField(max_length=300, blank=True, help_text="In words, without any address.")

    objects: ClassVar[DeliveryManager] = DeliveryManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "message", "channel"],
                nulls_distinct=False,
                name="delivery_once_a_medium",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=["queued", "sending"], next_attempt_at__isnull=False, ended_at__isnull=True
                )
                | Q(
                    state__in=["sent", "dead", "dropped"],
                    next_attempt_at__isnull=True,
                    ended_at__isnull=False,
                ),
                name="delivery_due_until_it_ends",
            ),
            models.CheckConstraint(
                condition=Q(channel__isnull=False) | Q(person__isnull=False, medium="email"),
                name="delivery_has_where_to",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dead", "dropped"]) | ~Q(last_error=""),
                name="delivery_given_up_with_words",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "practice"],
                condition=Q(next_attempt_at__isnull=False),
                name="delivery_due",
            ),
            models.Index(
                fields=["practice", "-urgent", "next_attempt_at", "id"],
                condition=Q(next_attempt_at__isnull=False),
                name="delivery_due_of_practice",
            ),
            models.Index(fields=["practice", "-id"], name="delivery_newest"),
            models.Index(fields=["practice", "state", "-id"], name="delivery_newest_by_state"),
            models.Index(fields=["practice", "client", "-id"], name="delivery_newest_of_client"),
            models.Index(fields=["practice", "person", "-id"], name="delivery_newest_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_medium_display()} {self.pk}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will be tried by itself."""
        return self.next_attempt_at is None
