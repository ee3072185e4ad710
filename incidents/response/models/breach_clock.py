"""A legal or contractual clock of an incident: what starts it, when it ends, and what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from incidents.response.models.incident import Incident
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned


class BreachClock(ClientOwned):
    """One clock of data/regulations.yaml for one incident. It ends with a notice or with a reasoned decision.

    Its facts are copied when it starts, so that a later change of the catalogue does not rewrite history.
    """

    class Outcome(models.TextChoices):
        RUNNING = "", "Running"
        NOTIFIED = "notified", "Notified"
        NOT_NOTIFIED = "not_notified", "Decided not to notify"

    class Duty(models.TextChoices):
        OURS = "ours", "Ours"
        CLIENTS = "clients", "The client's own"

    class Basis(models.TextChoices):
        LAW = "law", "The law"
        CONTRACT = "contract", "The contract"
        TARGET = "target", "Our own target"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="clocks")
    clock = models.CharField(max_length=60, help_text="The id in regulations.yaml: uk-gdpr-ico")
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followers"
    )
    duty = models.CharField(max_length=7, choices=Duty.choices)
    title = SafeCharField(max_length=160)
    authority = SafeCharField(max_length=200)
    citation = SafeCharField(max_length=300)
    trigger = models.CharField(max_length=40)
    trigger_at = models.DateTimeField()
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: without undue delay, no fixed time."
    )
    duration = models.CharField(max_length=20, blank=True)
    unit = models.CharField(max_length=20)
    basis = models.CharField(
        max_length=8, choices=Basis.choices, default=Basis.LAW, help_text="What its time comes from."
    )
    terms = SafeTextField(max_length=500, blank=True, help_text="The law's own words of time.")

    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.RUNNING, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    notified_at = models.DateTimeField(null=True, blank=True)
    reference = SafeCharField(
        max_length=120, blank=True, help_text="The authority's reference of the notice."
    )
    reason = SafeTextField(max_length=2000, blank=True)
    late_reason = SafeTextField(max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "clock", "follows"],
                nulls_distinct=False,
                name="breach_clock_once_an_incident",
            ),
            models.UniqueConstraint(fields=["practice", "client", "id"], name="breach_clock_target"),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at__isnull=True, decided_by__isnull=True)
                | (~Q(outcome="") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="breach_clock_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="notified") | Q(notified_at__isnull=False),
                name="breach_clock_notified_at",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="not_notified") | ~Q(reason=""), name="breach_clock_silence_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["incident", "due_at"], name="breach_clock_by_due")]

    def __str__(self) -> str:
        return self.title
