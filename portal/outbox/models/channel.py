"""A way to reach somebody beside their own e-mail: Slack, Teams, SMS, a webhook, another mailbox."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.lib.fields import SafeCharField
from portal.lib.sealed import SealedTextField
from portal.outbox.models.owned import OfClientOrPractice
from portal.tenancy.models import OwnedManager, OwnedQuerySet


class Medium(models.TextChoices):
    """What carries a message."""

    EMAIL = "email", "E-mail"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    SMS = "sms", "SMS"
    WEBHOOK = "webhook", "Webhook"


class ChannelQuerySet(OwnedQuerySet):
    """Reads of channels."""

    def kept(self) -> Self:
        """Keep the channels that nobody has removed."""
        return self.filter(removed_at__isnull=True)

    def in_use(self) -> Self:
        """Keep the channels that messages go to."""
        return self.kept().filter(enabled=True)

    def of_practice(self) -> Self:
        """Keep the practice's own: neither a client's nor a person's."""
        return self.filter(client__isnull=True, person__isnull=True)


class ChannelManager(OwnedManager.from_queryset(ChannelQuerySet)):  # type: ignore[misc]
    """The manager of channels."""


class Channel(OfClientOrPractice):
    """Belongs to exactly one of a person, a client, or (with neither) the practice.

    `address` is an incoming webhook's https address, a telephone number or a mailbox; it is a secret: sealed here,
    shown by `rules.addresses.shown` alone, in no log, error or audit event. `internal` (a client's channel): people
    of the practice read it; only such a channel gets messages that are internal. A removed channel has no address.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=8, choices=Medium.choices)
    name = SafeCharField(max_length=80)
    address = SealedTextField()
    enabled = models.BooleanField(default=True)
    urgent_only = models.BooleanField("only what is urgent", default=False)
    removed_at = models.DateTimeField(null=True, blank=True)

    # What the sender last saw of it; no part of the trail.
    tested_at = models.DateTimeField(null=True, blank=True, help_text="When a test message last arrived.")
    failed_at = models.DateTimeField(null=True, blank=True)
    last_failure = models.CharField(max_length=300, blank=True, help_text="In words, without its address.")

    objects: ClassVar[ChannelManager] = ChannelManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "id"], name="channel_target"),
            models.UniqueConstraint(
                fields=["practice", "client", "person", "name"],
                condition=Q(removed_at__isnull=True),
                nulls_distinct=False,
                name="channel_name_once_an_owner",
            ),
            models.CheckConstraint(
                condition=Q(client__isnull=True) | Q(person__isnull=True), name="channel_of_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | Q(enabled=False), name="channel_removed_is_off"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "person"], name="channel_of_person"),
            models.Index(fields=["practice", "client"], name="channel_of_client"),
        ]

    def __str__(self) -> str:
        return self.name
