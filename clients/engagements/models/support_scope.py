"""SupportScope: what was agreed with a client about support. One a client; what it was before stands in the trail."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from clients.engagements.rules.targets import BUSINESS, CLOCK, Terms, read_target, target_words
from portal.lib.fields import SafeCharField, SafeTextField
from portal.tenancy.models import ClientOwned

#: No contract gives more hours than 30 days to tell of a breach.
LONGEST_NOTICE = 720


class Channel(models.TextChoices):
    """Where people reach each other. Empty means that nobody has recorded it."""

    EMAIL = "email", "E-mail"
    PHONE = "phone", "Telephone"
    SMS = "sms", "Text message"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"
    PORTAL = "portal", "This portal"
    OTHER = "other", "Another one"


class Severity(models.TextChoices):
    """How bad a fault is."""

    SEV1 = "sev1", "SEV1, critical"
    SEV2 = "sev2", "SEV2, high"
    SEV3 = "sev3", "SEV3, medium"
    SEV4 = "sev4", "SEV4, low"


def known_target(value: str) -> None:
    """Refuse what is no response target in the form in which it is kept."""
    try:
        kept = read_target(value)
    except ValueError as error:
        raise ValidationError(str(error), code="target") from error
    if kept != value:
        raise ValidationError(f"Write it as {kept}.", code="target")


class TargetField(models.CharField):  # type: ignore[type-arg]
    """How soon somebody responds: an ISO duration or one of a few words, empty where nothing was agreed."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"max_length": 20, "blank": True, "validators": [known_target], **kwargs})  # type: ignore[arg-type]


class SupportScope(ClientOwned):
    """The support that a client has: its tier, how soon somebody responds, when, where, and what is kept."""

    class Tier(models.TextChoices):
        STARTER = "starter", "Starter"
        GROWTH = "growth", "Growth"
        SCALE = "scale", "Scale"
        OWN = "own", "Own terms"
        NONE = "none", "No ongoing support"

    class Calendar(models.TextChoices):
        CLOCK = CLOCK, "Clock hours: day and night, every day"
        BUSINESS = BUSINESS, "Business days: only while support is open"

    class PostMortemFrom(models.TextChoices):
        RESOLUTION = "resolution", "When the incident is resolved"
        REPORTING = "reporting", "When the incident is reported"

    class PostMortemFor(models.TextChoices):
        EVERY = "every", "Every incident"
        SIGNIFICANT = "significant", "Significant incidents only"

    tier = models.CharField(max_length=8, choices=Tier.choices)
    sev1_target = TargetField("first response to SEV1")
    sev2_target = TargetField("first response to SEV2")
    sev3_target = TargetField("first response to SEV3")
    sev4_target = TargetField("first response to SEV4")
    calendar = models.CharField("how time is counted", max_length=8, choices=Calendar.choices)
    holiday_calendar = models.CharField("public holidays", max_length=12, blank=True)
    time_zone = models.CharField("time zone", max_length=64, blank=True)
    opens_at = models.TimeField("support opens", null=True, blank=True)
    closes_at = models.TimeField("support closes", null=True, blank=True)
    log_retention_days = models.PositiveIntegerField("days for which logs are kept", null=True, blank=True)
    channel = models.CharField("preferred channel", max_length=6, choices=Channel.choices, blank=True)
    channel_name = SafeCharField("name of the channel", max_length=120, blank=True)
    post_mortem_from = models.CharField(
        "post-mortem counts from",
        max_length=10,
        choices=PostMortemFrom.choices,
        default=PostMortemFrom.RESOLUTION,
    )
    post_mortem_for = models.CharField(
        "post-mortem for", max_length=11, choices=PostMortemFor.choices, default=PostMortemFor.EVERY
    )
    breach_notice_hours = models.PositiveSmallIntegerField(
        "hours to tell of a breach of personal data",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_NOTICE)],
    )
    breach_notice_source = SafeCharField("where these hours are agreed", max_length=120, blank=True)
    agreed_on = models.DateField("agreed on", null=True, blank=True)
    agreed_with = SafeCharField("agreed with", max_length=120, blank=True)
    starts_on = models.DateField("starts", null=True, blank=True)
    ends_on = models.DateField("ends", null=True, blank=True)
    warranty_terms = SafeTextField("warranty terms", max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    class Meta:
        verbose_name = "support scope"
        constraints = [
            models.UniqueConstraint(fields=["practice", "client"], name="support_scope_once_a_client"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="support_scope_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True, closes_at__isnull=True)
                | Q(opens_at__isnull=False, closes_at__gt=F("opens_at")),
                name="support_scope_closes_after_opening",
            ),
            models.CheckConstraint(condition=Q(internal=False), name="support_scope_seen_by_the_client"),
            models.CheckConstraint(
                condition=Q(breach_notice_hours__isnull=True, breach_notice_source="")
                | (
                    Q(breach_notice_hours__isnull=False, breach_notice_hours__range=(1, LONGEST_NOTICE))
                    & ~Q(breach_notice_source="")
                ),
                name="support_scope_breach_hours_agreed",
            ),
        ]

    def __str__(self) -> str:
        return f"Support: {self.get_tier_display()}"

    @property
    def has_support(self) -> bool:
        """Whether the client has ongoing support at all."""
        return self.tier != self.Tier.NONE

    def is_current(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (self.starts_on is None or self.starts_on <= on) and (
            self.ends_on is None or on <= self.ends_on
        )

    def target(self, severity: str) -> str:
        """Give the response target for a severity ("sev1") as it is kept; "" where nothing was agreed."""
        found: str = getattr(self, f"{Severity(severity).value}_target")
        return found

    def target_words(self, severity: str) -> str:
        """Say the response target for a severity: "4 hours"; "" where nothing was agreed."""
        return target_words(self.target(severity), self.calendar)

    @property
    def breach_notice_words(self) -> str:
        """Say within what time we tell the client of a breach: "48 hours"; "" where no time was agreed."""
        hours = self.breach_notice_hours
        return f"{hours} {'hour' if hours == 1 else 'hours'}" if hours else ""

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which support is open: its own, else the client's."""
        return ZoneInfo(self.time_zone or self.client.time_zone)

    @property
    def holidays(self) -> str:
        """Whose public holidays count: its own, else the client's."""
        return self.holiday_calendar or self.client.holiday_calendar

    @property
    def terms(self) -> Terms:
        """How time is counted, as the rules of response targets take it."""
        return Terms(self.calendar, self.holidays, self.zone, self.opens_at, self.closes_at)
