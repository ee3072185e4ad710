"""How a practice, or one client of it, wants to be reminded of one kind, in place of the shipped policy."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models

from portal.tenancy.models import Client, OwnedManager, PracticeOwned


class Policy(PracticeOwned):
    """Overrides the shipped policy of one kind: for the whole practice, or for one client (which then wins).

    `rules` has the form of an entry of data/policies.yaml; `rules.policies.read` reads and checks it.
    """

    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    rules = models.JSONField()
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[OwnedManager] = OwnedManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "client", "kind"],
                nulls_distinct=False,
                name="policy_once_a_kind_and_client",
            )
        ]

    def __str__(self) -> str:
        return self.kind
