"""Invitation: the only way to an account."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.tenancy.models import Client, Member, OwnedManager, OwnedQuerySet, PracticeOwned
from portal.tenancy.permissions import CLIENT_ROLES, Role

MEMBER_VALUES = [role.value for role in Member.ROLES]
CLIENT_VALUES = [role.value for role in Role if role in CLIENT_ROLES]


class InvitationQuerySet(OwnedQuerySet):
    """Reads of invitations."""

    def open(self) -> Self:
        """Keep those neither accepted nor revoked; they may have expired."""
        return self.filter(accepted_at=None, revoked_at=None)

    def usable(self, now: datetime) -> Self:
        """Keep those that can be accepted at `now`."""
        return self.open().filter(expires_at__gt=now)


class InvitationManager(OwnedManager.from_queryset(InvitationQuerySet)):  # type: ignore[misc]
    """The manager of Invitation."""


class Invitation(PracticeOwned):
    """A role offered to an address: of the practice, or with a client one of that client's people.

    Only the digest of its token is kept. Without a client, the row is for people of the practice alone.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in Role])
    until_at = models.DateTimeField(null=True, blank=True)
    token_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[InvitationManager] = InvitationManager()

    class Meta:
        ordering: ClassVar = ["email"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "token_hash"], name="invitation_token"),
            models.UniqueConstraint(
                fields=["practice", "client", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                nulls_distinct=False,
                name="invitation_open_once",
            ),
            models.CheckConstraint(
                condition=Q(client=None, role__in=MEMBER_VALUES)
                | Q(client__isnull=False, role__in=CLIENT_VALUES),
                name="invitation_role_fits",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.AUDITOR.value) | Q(until_at__isnull=False),
                name="invitation_auditor_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_one_outcome"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} for {self.email}"
