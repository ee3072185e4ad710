"""Links that open a door once: for someone locked out, for the first set-up. Only digests of their tokens are kept.

They are global: the one belongs to a person, the other comes before there is any practice.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q


class LinkQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Reads of links."""

    def usable(self, now: datetime) -> Self:
        """Keep those that open at `now`."""
        return self.filter(used_at=None, expires_at__gt=now)


class SignInLink(models.Model):
    """The operator's word that a person may come in without password or old second factor.

    `enters` marks the demonstration's links: they sign in at once and again, and only in a demonstration.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    why = models.CharField(max_length=200)
    enters = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LinkQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(why=""), name="sign_in_link_says_why"),
        ]

    def __str__(self) -> str:
        return f"link for {self.user_id}"


class SetUpLink(models.Model):
    """Leads to making the first practice and its owner; of no use once there is a practice."""

    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LinkQuerySet.as_manager()

    def __str__(self) -> str:
        return "set-up link"
