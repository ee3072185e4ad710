"""Lets the last weeks pass over the demonstration's deadlines: reminders, messages, absences. Nothing is sent."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db.models import F
from django.db.models.functions import Greatest

from clients.registers.models import Record
from clients.registers.queries import MODELS
from clients.trust.demonstration.people import House
from clients.trust.demonstration.spec import Calendar, Entry, client_slugs, read
from portal.deadlines.absence_actions import add_absence
from portal.deadlines.actions import snooze_deadline
from portal.deadlines.models import Deadline
from portal.deadlines.reminding.scan import scan
from portal.outbox.channel_actions import add_channel, turn_off
from portal.outbox.models import Delivery
from portal.tenancy.models import Client

#: So many days of reminders stand in the history.
DAYS = 30
#: What the clock's scan of a day has seen by this hour, the policies' own having passed.
EVENING = time(18)
UNDELIVERED = "The mailbox is full. Tell the person another way, or try again later."


def let_weeks_pass(house: House) -> None:
    """Do what thirty days of scans would have done, then what people did about it."""
    _add_channels(house)
    _add_absences(house)
    begin = house.calendar.now - timedelta(days=DAYS)
    for client in house.clients.values():
        _back_to(begin, client, house.calendar)
    for days in range(-DAYS, 1):
        at = min(_evening(house.calendar, days), house.calendar.now)
        scan(at)
        _as_sent(at)
    _lose_one()
    for slug in client_slugs():
        for entry in read(slug).get("snoozes", ()):
            _snooze(house, house.clients[slug], entry)


def _evening(calendar: Calendar, days: int) -> datetime:
    return datetime.combine(calendar.today + timedelta(days=days), EVENING, calendar.zone)


def _back_to(begin: datetime, client: Client, calendar: Calendar) -> None:
    """Let the scan look at a client's deadlines from then on, or since the client is there or the time runs."""
    since = (
        calendar.now
        if client.since_on is None
        else _evening(calendar, (client.since_on - calendar.today).days)
    )
    from_at = max(begin, since + timedelta(days=1))
    Deadline.objects.for_client(client).open().update(next_step_at=Greatest(F("started_at"), from_at))


def _as_sent(at: datetime) -> None:
    """Say of what was due by then that it went out: the demonstration writes to nobody."""
    Delivery.objects.due(at).update(
        state=Delivery.State.SENT, attempts=1, ended_at=F("next_attempt_at"), next_attempt_at=None
    )


def _lose_one() -> None:
    """Let one delivery of last week have failed, so that it can be tried again."""
    lost = Delivery.objects.filter(state=Delivery.State.SENT, urgent=False).order_by("-id")[5:6]
    Delivery.objects.filter(pk__in=[each.pk for each in lost]).update(
        state=Delivery.State.DEAD, attempts=8, last_error=UNDELIVERED
    )


def _add_channels(house: House) -> None:
    """Add the practice's channels, turned off: their addresses lead nowhere."""
    for entry in read("practice").get("channels", ()):
        channel = add_channel(by=house.owner, now=house.calendar.now, **entry)
        turn_off(channel, by=house.owner)


def _add_absences(house: House) -> None:
    for entry in read("practice").get("absences", ()):
        on = house.calendar.values({"from_on": entry["from"], "until_on": entry["until"]})
        add_absence(
            by=house.owner,
            practice_id=house.practice.pk,
            user=house.people[entry["person"]],
            stand_in=house.person(entry.get("stand_in")),
            note=entry["note"],
            now=house.calendar.now,
            **on,
        )


def _snooze(house: House, client: Client, entry: Entry) -> None:
    model = MODELS[entry["register"]]
    record: Record = model.objects.for_client(client).live().get(name=entry["record"])
    deadline = (
        Deadline.objects.for_client(client)
        .open()
        .get(kind=entry["kind"], subject_type=model._meta.label_lower, subject_id=str(record.pk))
    )
    until = _evening(house.calendar, entry["until"])
    snooze_deadline(
        deadline, by=house.people[entry["by"]], until=until, now=house.calendar.now, why=entry["why"]
    )
