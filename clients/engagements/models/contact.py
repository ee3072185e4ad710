"""Contact: whom to ask on either side when something is urgent, in their order, and when that was last checked."""

from __future__ import annotations

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from clients.engagements.models.support_scope import Channel
from clients.engagements.rules import escalation
from clients.registers.models.record import Retirable, is_target
from portal.lib.fields import SafeCharField
from portal.tenancy.models import ClientOwned, OwnedManager, OwnedQuerySet

telephone = RegexValidator(
    r"^\+?[0-9][0-9 ()./-]{4,30}( ?(ext\.?|x) ?[0-9]{1,6})?$",
    "Enter a telephone number, such as +44 20 7946 0018.",
)


class ContactQuerySet(OwnedQuerySet):
    """Reads of contacts."""

    def live(self) -> Self:
        """Keep those who stand on the escalation path now."""
        return self.filter(retired_at__isnull=True)

    def in_order(self) -> Self:
        """Sort them as they are asked: the primary of each side first."""
        return self.order_by("side", "position", "id")


class ContactManager(OwnedManager.from_queryset(ContactQuerySet)):  # type: ignore[misc]
    """The manager of contacts."""


class Contact(Retirable, ClientOwned):
    """Somebody on the escalation path of a client, on its own side or the practice's. `position` 1 is asked first.

    `details_on` is the day since which the details stand: a check of other details holds no longer.
    """

    class Side(models.TextChoices):
        CLIENT = escalation.CLIENT, "The client"
        PRACTICE = escalation.PRACTICE, "The practice"

    side = models.CharField(max_length=8, choices=Side.choices)
    position = models.PositiveSmallIntegerField(
        "place on the path", validators=[MinValueValidator(1), MaxValueValidator(escalation.MOST)]
    )
    name = SafeCharField(max_length=120)
    role = SafeCharField("what they do", max_length=120)
    email = models.EmailField("e-mail address", blank=True)
    phone = models.CharField("telephone", max_length=40, blank=True, validators=[telephone])
    channel = models.CharField("reached best by", max_length=6, choices=Channel.choices, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name="person of this portal",
    )
    details_on = models.DateField("details since", editable=False)
    verified_on = models.DateField("verified", null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    updated_at = models.DateTimeField(auto_now=True, editable=False)

    objects: ClassVar[ContactManager] = ContactManager()

    class Meta:
        constraints = [
            is_target("contact"),
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="contact_can_be_reached"),
            models.CheckConstraint(
                condition=Q(verified_on__isnull=True, verified_by__isnull=True)
                | Q(verified_on__isnull=False, verified_by__isnull=False),
                name="contact_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, retired_by__isnull=True, retired_reason="")
                | (Q(retired_at__isnull=False, retired_by__isnull=False) & ~Q(retired_reason="")),
                name="contact_retired_by_somebody",
            ),
            models.CheckConstraint(condition=Q(internal=False), name="contact_seen_by_the_client"),
        ]
        indexes = [
            models.Index(fields=["practice", "client", "side", "position"], name="contact_on_the_path"),
            models.Index(fields=["practice", "name"], name="contact_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_of_client(self) -> bool:
        """Whether they belong to the client."""
        return self.side == self.Side.CLIENT

    @property
    def position_words(self) -> str:
        """Primary, Backup, Third."""
        return escalation.position_words(self.position)
