"""The demonstration's deadlines are alive: late ones, near ones, unowned, snoozed, a person away, messages sent."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from portal.deadlines.comparison import compare
from portal.deadlines.kinds import sources
from portal.deadlines.models import Absence, Deadline, Reminder
from portal.outbox.models import Channel, Delivery, Message

pytestmark = pytest.mark.usefixtures("northgate")


def test_something_is_late_something_near_and_something_comes_within_the_week() -> None:
    now = timezone.now()
    rows = list(Deadline.objects.open())
    due_in = [(row.due_at - now).days for row in rows]
    assert sum(days < 0 for days in due_in) >= 2
    assert sum(0 <= days < 2 for days in due_in) >= 2
    assert sum(2 <= days <= 7 for days in due_in) >= 3
    assert len({row.kind for row in rows}) >= 6


def test_some_have_no_owner_and_some_wait() -> None:
    assert Deadline.objects.open().filter(kind="record.owner", owner__isnull=True).count() >= 3
    assert Deadline.objects.open().filter(note__contains="its owner left on").exists()
    assert Deadline.objects.open().filter(snoozed_until__gt=timezone.now()).exists()


def test_some_have_been_met_and_some_cancelled() -> None:
    outcomes = Counter(Deadline.objects.ended().values_list("outcome", flat=True))
    assert outcomes["met"] >= 2 and outcomes["cancelled"] >= 1
    assert Deadline.objects.met().filter(late_at__isnull=False).exists()


def test_somebody_is_away_with_a_stand_in() -> None:
    away = Absence.objects.on(timezone.localdate()).get()
    assert away.stand_in_id is not None
    assert Deadline.objects.open().filter(owner=away.user_id).exists()


def test_the_reminders_of_a_month_are_on_record_and_nothing_waits_to_be_sent() -> None:
    assert Reminder.objects.count() > 20
    days = {message.created_at.date() for message in Message.objects.all()}
    assert len(days) > 7 and min(days) < timezone.localdate() - timedelta(days=14)
    states = Counter(Delivery.objects.values_list("state", flat=True))
    assert states["dead"] == 1 and states["sent"] > 20
    assert not Delivery.objects.due(timezone.now()).exists()


def test_no_channel_is_on() -> None:
    assert Channel.objects.kept().exists()
    assert not Channel.objects.in_use().exists()


def test_the_comparison_of_the_night_leaves_what_records_owe_as_it_is() -> None:
    kinds = [kind for name in ("registers", "workflows") for kind in sources()[name][0]]

    def rows() -> list[Any]:
        found = Deadline.objects.filter(kind__in=kinds).order_by("pk")
        return list(found.values("pk", "title", "due_at", "outcome", "owner_id", "backup_owner_id"))

    before = rows()
    assert compare(timezone.now()).failed == 0
    assert rows() == before
