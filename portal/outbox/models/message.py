"""One thing that somebody is told. Written once, in the transaction of its cause, and never changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from portal.outbox.models.channel import Channel
from portal.outbox.models.owned import OfClientOrPractice


class Message(OfClientOrPractice):
    """To one person, or to one channel. `key` says what it is about and exists once in a practice: posted again,
    it is no second message. `lines` are short sentences; the contents stay behind `url` (a path of the portal).
    """

    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60, help_text="Its kind, as in the registry: deadline.reminder.")
    subject = models.CharField(max_length=240)
    lines = models.JSONField(default=list, blank=True)
    url = models.CharField(max_length=300)
    action_label = models.CharField(max_length=60, blank=True, help_text="The words of the link.")
    due_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    late = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    channel = models.ForeignKey(Channel, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["practice", "key"], name="message_once_a_key"),
            models.UniqueConstraint(fields=["practice", "id"], name="message_target"),
            models.CheckConstraint(
                condition=Q(person__isnull=True, channel__isnull=False)
                | Q(person__isnull=False, channel__isnull=True),
                name="message_to_one",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["practice", "person", "-id"], name="message_newest_of_person"),
            models.Index(fields=["practice", "client", "-id"], name="message_newest_of_client"),
        ]

    def __str__(self) -> str:
        return self.subject
