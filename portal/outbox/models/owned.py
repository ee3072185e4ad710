"""What channels, messages and deliveries share: they belong to a practice, and to one client of it or to none."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from portal.tenancy.models import Client, OwnedManager, PracticeOwned


class OfClientOrPractice(PracticeOwned):
    """A row of one client, or of the practice where `client` is empty; then people of the practice alone see it.

    `internal` rows are never shown to the client's people, whatever client they belong to.
    """

    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    internal = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects: ClassVar[OwnedManager] = OwnedManager()

    class Meta:
        abstract = True
