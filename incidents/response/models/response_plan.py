"""The response plan agreed with a client: versions, each approved in writing, and the exercises that tried it."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.incident import Incident
from portal.documents.models import Document
from portal.lib.fields import SafeCharField, SafeJSONField, SafeListField, SafeTextField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet


class PlanQuerySet(OwnedQuerySet):
    """Reads of plans by their state."""

    def in_force(self) -> Self:
        """Keep the approved version that no later one has superseded: one a client at most."""
        return self.filter(approved_at__isnull=False, superseded_at__isnull=True)

    def drafts(self) -> Self:
        """Keep the version that is being written: one a client at most."""
        return self.filter(approved_at__isnull=True)

    def approved(self) -> Self:
        """Keep what was approved, superseded or not."""
        return self.filter(approved_at__isnull=False)


class PlanManager(OwnedManager.from_queryset(PlanQuerySet)):  # type: ignore[misc]
    """The manager of plans."""


class ResponsePlan(ClientOwned):
    """One version of a client's plan. Severity levels, targets and contacts are read from the records.

    A draft is internal until it is offered for approval. `snapshot` is everything that the version said when it was
    approved, as JSON; it is never changed. `revision` counts the saves of a draft.
    """

    version = models.PositiveIntegerField()
    text = SafeTextField(
        max_length=20_000, blank=True, help_text="What is special to this client, in Markdown."
    )
    changes = SafeCharField("what is new", max_length=500, blank=True)
    jurisdictions = SafeListField(blank=True, help_text="Codes of regulations.yaml: GB, EU, US-CA …")
    our_role = models.CharField(
        max_length=10, choices=Incident.OurRole.choices, default=Incident.OurRole.PROCESSOR
    )
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1, editable=False)
    offered_at = models.DateTimeField("offered for approval", null=True, blank=True)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_as = SafeCharField("approved in the name of", max_length=120, blank=True)
    approval_note = SafeCharField("note on the approval", max_length=500, blank=True)
    snapshot = SafeJSONField("as it was approved", default=dict, blank=True)
    superseded_at = models.DateTimeField(null=True, blank=True)
    exercised_on = models.DateField(null=True, blank=True)
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar[PlanManager] = PlanManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["practice", "client", "version"], name="response_plan_version_once"
            ),
            models.UniqueConstraint(fields=["practice", "client", "id"], name="response_plan_target"),
            models.UniqueConstraint(
                fields=["practice", "client"],
                condition=Q(approved_at__isnull=True),
                name="response_plan_one_draft",
            ),
            models.UniqueConstraint(
                fields=["practice", "client"],
                condition=Q(approved_at__isnull=False, superseded_at__isnull=True),
                name="response_plan_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True, approved_by__isnull=True, superseded_at__isnull=True)
                | Q(approved_at__isnull=False, approved_by__isnull=False, internal=False),
                name="response_plan_approved_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.version}"

    @property
    def is_draft(self) -> bool:
        """Whether it is still being written, or waits for its approval."""
        return self.approved_at is None

    @property
    def is_in_force(self) -> bool:
        """Whether it is the version that holds now."""
        return self.approved_at is not None and self.superseded_at is None


class Exercise(ClientOwned):
    """One exercise that was held: a drill of this portal, or one that was run elsewhere, with its evidence.

    For people of the practice alone; the client's people read on the plan when it was exercised. `clocks` is how each
    clock of the drill ended, as JSON: title, due_at, ended_at, state.
    """

    incident = models.ForeignKey(
        Incident, null=True, blank=True, on_delete=models.PROTECT, related_name="exercises"
    )
    plan = models.ForeignKey(
        ResponsePlan, null=True, blank=True, on_delete=models.PROTECT, related_name="exercises"
    )
    held_on = models.DateField()
    title = SafeCharField("scenario", max_length=200)
    severity = models.CharField(max_length=4, choices=Incident.Severity.choices, blank=True)
    participants = SafeCharField("who took part", max_length=500)
    learnt = SafeTextField("what was learnt", max_length=4000)
    evidence = SafeCharField(max_length=500, blank=True)
    clocks = SafeJSONField(default=list, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "incident"], name="exercise_once_a_drill"),
            models.CheckConstraint(condition=Q(internal=True), name="exercise_is_internal"),
            models.CheckConstraint(
                condition=Q(incident__isnull=False) | ~Q(evidence=""), name="exercise_elsewhere_has_evidence"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "-held_on", "-id"], name="exercise_newest"),
        ]

    def __str__(self) -> str:
        return self.title
