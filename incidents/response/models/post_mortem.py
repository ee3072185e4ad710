"""The post-mortem of an incident: sections that several people write, a review by somebody else, and its sharing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.incident import Incident
from portal.documents.models import Document
from portal.lib.fields import SafeTextField
from portal.tenancy.models import ClientOwned


class PostMortem(ClientOwned):
    """One a incident. `internal` until it is shared: then the client's people read it."""

    class State(models.TextChoices):
        DRAFT = "draft", "In draft"
        IN_REVIEW = "in_review", "In review"
        REVIEWED = "reviewed", "Reviewed"
        SHARED = "shared", "Shared"

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="post_mortem")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    short_form = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_asked_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_note = SafeTextField(max_length=2000, blank=True)
    shared_at = models.DateTimeField(null=True, blank=True)
    shared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="post_mortem_target"),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False),
                name="post_mortem_reviewed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state="shared")
                | Q(shared_at__isnull=False, shared_by__isnull=False, internal=False),
                name="post_mortem_shared_is_seen",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=models.F("author")),
                name="post_mortem_reviewed_by_somebody_else",
            ),
        ]


class PostMortemSection(ClientOwned):
    """The text of one section, in Markdown. `version` rises with every save, so that nobody overwrites another."""

    post_mortem = models.ForeignKey(PostMortem, on_delete=models.PROTECT, related_name="sections")
    key = models.CharField(max_length=30, help_text="The id in data/incident.yaml: root_cause")
    text = SafeTextField(max_length=20_000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["post_mortem", "key"], name="post_mortem_section_once")
        ]
