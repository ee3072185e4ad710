"""AccessReview: who has access to a client's records was looked at, line by line. AccessReviewItem: one line."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clients.engagements.rules import reviewing
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet


class ReviewQuerySet(OwnedQuerySet):
    """Reads of access reviews."""

    def finished(self) -> Self:
        """Keep the finished ones."""
        return self.filter(finished_at__isnull=False)

    def open(self) -> Self:
        """Keep the one that is being worked through."""
        return self.filter(finished_at__isnull=True)


class ReviewManager(OwnedManager.from_queryset(ReviewQuerySet)):  # type: ignore[misc]
    """The manager of access reviews."""


class AccessReview(ClientOwned):
    """A review of everybody's access to one client. The client's people see it when it is finished: date and counts.

    `internal` while it is worked through; its items stay internal for good.
    """

    started_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField("was due")
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    people = models.PositiveIntegerField("people reviewed", default=0)
    credentials = models.PositiveIntegerField("credentials reviewed", default=0)
    kept = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField("to change", default=0)
    removed = models.PositiveIntegerField("to remove", default=0)
    owed = models.PositiveIntegerField(
        "to carry out",
        default=0,
        help_text="Decisions of the finished review that nobody has carried out yet.",
    )

    objects: ClassVar[ReviewManager] = ReviewManager()

    class Meta:
        verbose_name = "access review"
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="access_review_target"),
            models.UniqueConstraint(
                fields=["practice", "client"],
                condition=Q(finished_at__isnull=True),
                name="access_review_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True, finished_by__isnull=True, internal=True)
                | Q(finished_at__isnull=False, finished_by__isnull=False, internal=False),
                name="access_review_finished_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
                name="access_review_finished_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "-finished_at"], name="access_review_latest"),
        ]

    def __str__(self) -> str:
        return f"Access review of {self.started_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Whether it is being worked through."""
        return self.finished_at is None


class AccessReviewItem(ClientOwned):
    """One person's access or one credential in a review: what there was, what was decided, when it was carried out."""

    class Kind(models.TextChoices):
        PERSON = reviewing.PERSON, "Person"
        CREDENTIAL = reviewing.CREDENTIAL, "Credential"

    class Decision(models.TextChoices):
        KEEP = reviewing.KEEP, "Keep"
        CHANGE = reviewing.CHANGE, "Change"
        REMOVE = reviewing.REMOVE, "Remove"

    review = models.ForeignKey(AccessReview, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    credential = models.ForeignKey(
        "registers.Credential", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    access = SafeCharField("what they may do", max_length=300)
    decision = models.CharField(max_length=6, choices=Decision.choices, blank=True)
    note = SafeTextField(max_length=1000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    carried_out_at = models.DateTimeField(null=True, blank=True)
    carried_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = "entry of an access review"
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "review", "user"],
                condition=Q(user__isnull=False),
                name="access_review_item_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["practice", "review", "credential"],
                condition=Q(credential__isnull=False),
                name="access_review_item_once_a_credential",
            ),
            models.CheckConstraint(
                condition=Q(kind="person", user__isnull=False, credential__isnull=True)
                | Q(kind="credential", user__isnull=True, credential__isnull=False),
                name="access_review_item_is_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at__isnull=True, carried_out_at__isnull=True)
                | (~Q(decision="") & Q(decided_at__isnull=False)),
                name="access_review_item_decided_at",
            ),
            models.CheckConstraint(condition=Q(internal=True), name="access_review_item_is_internal"),
        ]

    def __str__(self) -> str:
        return str(self.user or self.credential)

    @property
    def is_person(self) -> bool:
        """Whether it is about somebody's access."""
        return self.kind == self.Kind.PERSON

    @property
    def is_owed(self) -> bool:
        """Whether it was decided and is still to be carried out."""
        return bool(self.decision) and self.carried_out_at is None
