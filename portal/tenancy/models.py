"""Practice, Client, Member and Assignment, and the abstract models of every row that belongs to one of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from portal.tenancy.permissions import Role
from portal.tenancy.scope import current


class OwnedQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Reads of rows that belong to a practice."""

    def for_client(self, client: Client) -> Self:
        """Keep the rows of one client: the rope; the policy is the net."""
        return self.filter(practice_id=client.practice_id, client_id=client.pk)


class OwnedManager(models.Manager.from_queryset(OwnedQuerySet)):  # type: ignore[misc]
    """Adds the literal practice of the current scope, which gives the planner real statistics.

    The row-level-security policy stays the guarantee; without a scope this manager adds nothing and the policy
    lets nothing through.
    """

    def get_queryset(self) -> models.QuerySet:  # type: ignore[type-arg]
        practice = current().practice
        rows: models.QuerySet = super().get_queryset()  # type: ignore[type-arg]
        return rows.filter(practice_id=practice) if practice else rows


class Practice(models.Model):
    """The consultancy that runs the portal."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    legal_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/London")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class PracticeOwned(models.Model):
    """A row that belongs to a practice; its migration must protect it (see `operations`)."""

    practice = models.ForeignKey(Practice, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[OwnedManager] = OwnedManager()

    class Meta:
        abstract = True


class YesNoUnknown(models.TextChoices):
    """An answer that nobody has given yet is unknown, never no."""

    YES = "yes", "Yes"
    NO = "no", "No"
    UNKNOWN = "unknown", "Not known yet"


class Client(PracticeOwned):
    """The consultancy's customer: the tenant."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        ENDED = "ended", "Ended"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60)
    legal_name = models.CharField(max_length=200, blank=True)
    sector = models.CharField(max_length=120, blank=True)
    headcount = models.PositiveIntegerField(null=True, blank=True)
    region = models.CharField("where data is kept", max_length=120, blank=True)
    time_zone = models.CharField(max_length=64, default="Europe/London")
    holiday_calendar = models.CharField(
        "public holidays",
        max_length=12,
        default="GB-ENG",
        help_text="Whose public holidays count for working days: a country, and its part where they differ.",
    )
    handles_personal_data = models.CharField(
        max_length=7, choices=YesNoUnknown.choices, default=YesNoUnknown.UNKNOWN
    )
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.ACTIVE)
    since_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "slug"], name="client_slug_once_a_practice"),
            models.UniqueConstraint(fields=["practice", "id"], name="client_target"),
            models.CheckConstraint(
                condition=Q(status="ended", ended_on__isnull=False)
                | (~Q(status="ended") & Q(ended_on__isnull=True)),
                name="client_ended_with_its_date",
            ),
        ]
        indexes = [models.Index(fields=["practice", "name"], name="client_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("client_overview", kwargs={"client_slug": self.slug})


class ClientOwned(PracticeOwned):
    """A row that belongs to one client. `internal` rows are never shown to the client's people."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    internal = models.BooleanField(
        "internal note", default=False, help_text="Only people of the practice see this entry."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class TermQuerySet(OwnedQuerySet):
    """Reads of rows that hold from one instant until another."""

    def active(self, now: datetime) -> Self:
        """Keep the rows that hold at `now`; one whose `until_at` has come holds no more."""
        return self.filter(Q(until_at__isnull=True) | Q(until_at__gt=now), from_at__lte=now)


class TermManager(OwnedManager.from_queryset(TermQuerySet)):  # type: ignore[misc]
    """The manager of Member and Assignment."""


class Term(PracticeOwned):
    """Somebody's role from one instant until another."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TermManager] = TermManager()

    class Meta:
        abstract = True


class Member(Term):  # noqa: DJ008 - shown by its person
    """A person's role in a practice."""

    ROLES: ClassVar = [Role.OWNER, Role.CONSULTANT, Role.AUDITOR]

    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in ROLES])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "user"], name="member_once_a_practice"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="member_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.AUDITOR.value) | Q(until_at__isnull=False),
                name="member_auditor_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="member_user")]


class Assignment(Term):  # noqa: DJ008 - shown by its person
    """A person's role for one client."""

    ROLES: ClassVar = [
        Role.LEAD,
        Role.CONSULTANT,
        Role.AUDITOR,
        Role.CLIENT_ADMIN,
        Role.CLIENT_APPROVER,
        Role.CLIENT_VIEWER,
    ]

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="assignments")
    role = models.CharField(max_length=16, choices=[(role.value, role.label) for role in ROLES])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "user"], name="assignment_once_a_client"),
            models.CheckConstraint(
                condition=Q(until_at__isnull=True) | Q(until_at__gte=F("from_at")),
                name="assignment_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.AUDITOR.value) | Q(until_at__isnull=False),
                name="assignment_auditor_has_an_end",
            ),
        ]
        indexes = [models.Index(fields=["user"], name="assignment_user")]
