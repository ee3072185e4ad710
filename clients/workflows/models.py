"""WorkflowExport: one version of a workflow's definition. Proposal: what it means for one register entry."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from clients.registers.models import Workflow
from portal.lib.fields import SafeCharField, SafeJSONField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet

#: A definition is exported anew after so many days at the latest (control BCK-01).
FRESH_DAYS = 90
#: Proposals wait so many days before they are overdue.
DECIDE_DAYS = 7


class WorkflowExportQuerySet(OwnedQuerySet):
    """Reads of exports."""

    def current(self) -> Self:
        """Keep the newest version of each workflow."""
        return self.filter(current=True)

    def light(self) -> Self:
        """Leave the definition itself in the database: lists do not need it."""
        return self.defer("content", "facts")


class WorkflowExportManager(OwnedManager.from_queryset(WorkflowExportQuerySet)):  # type: ignore[misc]
    """The manager of exports."""


class WorkflowExport(ClientOwned):
    """One version of a workflow's definition, without its secrets.

    Versions are counted per client, platform and identity: the platform's own id, or else the name.
    `taken_at` is when this version came in, `confirmed_at` when a file last said the same.
    """

    workflow = models.ForeignKey(
        Workflow, null=True, blank=True, on_delete=models.PROTECT, related_name="exports"
    )
    platform = SafeCharField(max_length=60)
    name = SafeCharField(max_length=200)
    external_id = models.CharField(max_length=200, blank=True)
    identity = models.CharField(max_length=260)
    file_name = SafeCharField(max_length=200)
    version = models.PositiveIntegerField()
    current = models.BooleanField(default=True)
    taken_at = models.DateTimeField()
    confirmed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    content = SafeJSONField()
    facts = SafeJSONField()
    nodes = models.PositiveIntegerField()
    secrets_refused = models.PositiveIntegerField(default=0)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects: ClassVar[WorkflowExportManager] = WorkflowExportManager()

    class Meta:
        verbose_name = "workflow export"
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="workflow_export_target"),
            models.UniqueConstraint(
                fields=["practice", "client", "platform", "identity", "version"],
                name="workflow_export_version_once",
            ),
            models.UniqueConstraint(
                fields=["practice", "client", "platform", "identity"],
                condition=Q(current=True),
                name="workflow_export_one_current",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__gte=F("taken_at")), name="workflow_export_confirmed_after_taken"
            ),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "workflow"], name="workflow_export_by_workflow"),
            models.Index(
                fields=["practice", "confirmed_at"],
                condition=Q(current=True),
                name="workflow_export_by_age",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"

    def get_absolute_url(self) -> str:
        return reverse("export_show", kwargs={"client_slug": self.client.slug, "pk": self.pk})

    @property
    def due_on(self) -> date:
        """The day by which the workflow is to be exported again."""
        return self.confirmed_at.date() + timedelta(days=FRESH_DAYS)


class ProposalQuerySet(OwnedQuerySet):
    """Reads of proposals."""

    def open(self) -> Self:
        """Keep those that nobody has decided."""
        return self.filter(state=Proposal.State.OPEN)


class ProposalManager(OwnedManager.from_queryset(ProposalQuerySet)):  # type: ignore[misc]
    """The manager of proposals."""


class Proposal(ClientOwned):
    """What an export says about one register entry: that it is new, has changed, or is gone.

    Always an internal row: the client's people see the registers, not what might be written in them.
    `key` names the entry within its export, `values` what would be written and `before` what stands there now,
    both by field name; links between entries are `parent` (another proposal) or `parent_target` (an entry's id).
    """

    class Register(models.TextChoices):
        WORKFLOWS = "workflows", "Workflows"
        INTEGRATIONS = "integrations", "Integrations"
        CREDENTIALS = "credentials", "Credentials"
        SUB_PROCESSORS = "sub-processors", "Sub-processors"

    class Kind(models.TextChoices):
        NEW = "new", "New"
        CHANGED = "changed", "Changed"
        GONE = "gone", "Gone"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        REPLACED = "replaced", "Settled otherwise"

    export = models.ForeignKey(WorkflowExport, on_delete=models.CASCADE, related_name="proposals")
    register = models.CharField(max_length=16, choices=Register.choices)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=500)
    name = SafeCharField(max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    parent_target = models.BigIntegerField(null=True, blank=True)
    target = models.BigIntegerField(null=True, blank=True)
    values = SafeJSONField(default=dict)
    before = SafeJSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = SafeCharField(max_length=500, blank=True)

    objects: ClassVar[ProposalManager] = ProposalManager()

    class Meta:
        verbose_name = "proposal"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["practice", "client", "id"], name="proposal_target"),
            models.UniqueConstraint(fields=["export", "register", "key"], name="proposal_once_an_export"),
            models.CheckConstraint(condition=Q(internal=True), name="proposal_internal"),
            models.CheckConstraint(
                condition=Q(kind="new") | Q(target__isnull=False), name="proposal_names_its_entry"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "replaced"], decided_at__isnull=True, decided_by__isnull=True)
                | Q(state__in=["accepted", "declined"], decided_at__isnull=False, decided_by__isnull=False),
                name="proposal_decided_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["practice", "client", "created_at"],
                condition=Q(state="open"),
                name="proposal_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"

    @property
    def is_open(self) -> bool:
        """Whether nobody has decided it yet."""
        return self.state == self.State.OPEN

    @property
    def due_on(self) -> date:
        """The day by which it is to be decided."""
        return self.created_at.date() + timedelta(days=DECIDE_DAYS)
