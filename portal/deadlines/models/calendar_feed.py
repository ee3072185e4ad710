"""The secret address of a calendar feed: of a person's own deadlines, or of one client's."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from portal.tenancy.models import Client, OwnedManager, PracticeOwned


class CalendarFeed(PracticeOwned):
    """Lets a calendar program read one person's deadlines, or what that person may see of one client's.

    Only a digest of the address is kept; a renewed address ends the old one at once. It reads with the rights that
    the person has at that moment, and nothing once they have none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    renewed_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OwnedManager] = OwnedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "user", "client"], nulls_distinct=False, name="calendar_feed_once"
            ),
            models.UniqueConstraint(fields=["practice", "token_hash"], name="calendar_feed_token"),
        ]
        # Whoever reads by the address names no practice.
        indexes = [models.Index(fields=["token_hash"], name="calendar_feed_by_token")]
