"""Questions to the deadlines: what is owed, what runs, who waits. Rows of one table first, what goes with them after.

A joined table would bring its own policy, and the planner would give up the ordered index; so no read over all
clients joins, and `linked` reads clients and people once for all the rows of a page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Q
from django.db.models.functions import Greatest

from portal.accounts.models import User
from portal.deadlines.models import Absence, Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.renewals.queries import counted
from portal.deadlines.rules.today import ASKED_AHEAD, LATE, NEAR, Tally, Window
from portal.shell.navigation import Count
from portal.tenancy.models import Assignment, Client
from portal.tenancy.permissions import CLIENT_ROLES, Access, Role

#: Zones lie up to 26 hours apart: how far behind a day's end for the reader its end at the client may lie.
ZONES_APART = timedelta(hours=26)
#: A clock further off than this is not yet on Today.
CLOCKS_AHEAD = timedelta(days=14)


def in_reach(access: Access) -> DeadlineQuerySet:
    """The deadlines of the clients in reach; the literal clients help the planner, the policies guarantee."""
    rows: DeadlineQuerySet = Deadline.objects.all()
    return rows if access.client_ids is None else rows.filter(client_id__in=access.client_ids)


def awake(rows: DeadlineQuerySet, now: datetime) -> DeadlineQuerySet:
    """Keep what nobody has put off."""
    return rows.filter(Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now))


def snoozed(rows: DeadlineQuerySet, now: datetime) -> DeadlineQuerySet:
    """Keep what somebody has put off, the first to come back first."""
    return rows.open().filter(snoozed_until__gt=now).order_by("snoozed_until", "id")


def section(rows: DeadlineQuerySet, key: str, borders: Window) -> DeadlineQuerySet:
    """Keep the open rows of one section of Today, oldest first: what `section_of` says, asked of one index."""
    rows = rows.open().order_by("due_at", "id")
    if key == LATE:
        return rows.filter(due_at__lt=borders.now)
    near = _until(borders.near_on, borders.near_at)
    if key == NEAR:
        return rows.filter(near, due_at__gte=borders.now, due_at__lt=borders.near_at + ZONES_APART)
    week = _until(borders.week_on, borders.week_at)
    return rows.filter(~near, week, due_at__gte=borders.now, due_at__lt=borders.week_at + ZONES_APART)


def _until(day: date, midnight: datetime) -> Q:
    return Q(due_on__isnull=False, due_on__lte=day) | Q(due_on__isnull=True, due_at__lt=midnight)


def tallies(*parts: DeadlineQuerySet) -> list[Tally]:
    """Count several choices of rows, each no further than 999. One query, whatever their number."""
    return [Tally(count.n, count.more) for count in counted(parts)]


def owed_count(access: Access, borders: Window) -> Count | None:
    """Count what Today shows and how much of it is late, for the Contents; None for nothing. One query."""
    rows = awake(in_reach(access), borders.now).open()
    week = _until(borders.week_on, borders.week_at) | Q(due_at__lt=borders.now)
    late, every = counted(
        [rows.filter(due_at__lt=borders.now), rows.filter(week, due_at__lt=borders.week_at + ZONES_APART)]
    )
    return Count(every.n, late.n, every.more) if every.n else None


def open_count(client: Client, now: datetime) -> Count | None:
    """Count what is open at one client and how much of it is late; None for nothing. One query."""
    rows = Deadline.objects.for_client(client).open()
    late, every = counted([rows.late(now), rows])
    return Count(every.n, late.n, every.more) if every.n else None


def clocks(rows: DeadlineQuerySet, now: datetime) -> DeadlineQuerySet:
    """Keep what counts to the second and runs, the first to end first."""
    return rows.open().filter(due_on__isnull=True, due_at__lte=now + CLOCKS_AHEAD).order_by("due_at", "id")


def waiting(rows: DeadlineQuerySet, access: Access, now: datetime) -> DeadlineQuerySet:
    """Keep what waits on a client's own person, by `rules.today.asked_at`, the longest wait first.

    Asks who those people are (one query).
    """
    roles = [role.value for role in CLIENT_ROLES]
    people = Assignment.objects.filter(role__in=roles).active(now)
    if access.client_ids is not None:
        people = people.filter(client_id__in=access.client_ids)
    ids = set(people.order_by().values_list("user_id", flat=True))
    asked = rows.open().filter(owner_id__in=ids, internal=False, due_at__lte=now + ASKED_AHEAD)
    return asked.order_by(Greatest("started_at", F("due_at") - ASKED_AHEAD), "id")


def absent_at(now: datetime) -> dict[UUID, Absence]:
    """Give who is away at `now`, each in their own time zone, with the absence that ends last. One query."""
    around = Absence.objects.filter(
        from_on__lte=now.date() + timedelta(days=1), until_on__gte=now.date() - timedelta(days=1)
    )
    found = {}
    for absence in around.select_related("user").order_by("until_on", "id"):
        day = now.astimezone(ZoneInfo(absence.user.time_zone)).date()
        if absence.from_on <= day <= absence.until_on:
            found[absence.user_id] = absence
    return found


def mine(rows: DeadlineQuerySet, access: Access, now: datetime) -> DeadlineQuerySet:
    """Keep what is the person's own, and what falls to them while its owner is away or missing.

    As with reminders: first the backup owner, then the absent owner's stand-in, then the client's lead, and where
    a client has no lead, the owners of the practice. Three queries at most before the rows.
    """
    away = _away_but(access, now)
    alone = Q(owner__isnull=True) | Q(owner_id__in=list(away))
    return rows.filter(Q(owner_id=access.user.pk) | _falls(alone, away, access, now))


def covered(
    rows: DeadlineQuerySet, access: Access, now: datetime
) -> tuple[DeadlineQuerySet, dict[UUID, Absence]]:
    """Keep what falls to the person while its owner is away, as far as it is due before the owner is back.

    Gives who is away, too. Two queries at most before the rows.
    """
    away = _away_but(access, now)
    if not away:
        return rows.none(), {}
    alone = Q(pk__in=[])
    for person, absence in away.items():
        alone |= Q(owner_id=person, due_at__lt=_back_at(absence))
    return rows.filter(_falls(alone, away, access, now)), away


def _away_but(access: Access, now: datetime) -> dict[UUID, Absence]:
    return {person: absence for person, absence in absent_at(now).items() if person != access.user.pk}


def _back_at(absence: Absence) -> datetime:
    """The midnight after the last day away."""
    day = absence.until_on + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(absence.user.time_zone))


def _falls(alone: Q, away: dict[UUID, Absence], access: Access, now: datetime) -> Q:
    """What of `alone` (without an owner, or with one who is away) comes to the person."""
    me = access.user.pk
    stands_in = [person for person, absence in away.items() if absence.stand_in_id == me]
    led_elsewhere = [person for person, absence in away.items() if absence.stand_in_id not in (None, me)]
    last = Q(backup_owner__isnull=True) | Q(backup_owner_id__in=list(away))
    falls = alone & Q(backup_owner_id=me)
    falls |= alone & Q(owner_id__in=stands_in) & last
    falls |= alone & last & ~Q(owner_id__in=led_elsewhere) & _led(access, now)
    return falls


def _led(access: Access, now: datetime) -> Q:
    """Rows of the clients that the person leads; for an owner also those that nobody leads."""
    leading = {client for client, role in access.roles.items() if role == Role.LEAD}
    led = Q(client_id__in=leading)
    if access.member_role == Role.OWNER:
        someones = Assignment.objects.filter(role=Role.LEAD.value).active(now).order_by()
        led |= ~Q(client_id__in=set(someones.values_list("client_id", flat=True)))
    return led


def linked(rows: Iterable[Deadline]) -> Sequence[Deadline]:
    """Give deadlines their client, owner and backup owner. Two queries, whatever came together."""
    rows = list(rows)
    clients = Client.objects.in_bulk({row.client_id for row in rows})
    ids = (
        {row.owner_id for row in rows}
        | {row.backup_owner_id for row in rows}
        | {row.ended_by_id for row in rows}
    )
    people: dict[Any, User] = User.objects.in_bulk(ids - {None})
    for row in rows:
        row.client = clients[row.client_id]
        row.owner = people.get(row.owner_id)
        row.backup_owner = people.get(row.backup_owner_id)
        row.ended_by = people.get(row.ended_by_id)
    return rows


def found(access: Access, text: str, most: int) -> list[Deadline]:
    """Find open deadlines by their title, the first to fall due first. One query."""
    rows = in_reach(access).open().filter(title__icontains=text)
    return list(rows.order_by("due_at", "id")[:most])


def of_client(client: Client) -> DeadlineQuerySet:
    """All deadlines of one client, open and ended, with their people at hand."""
    rows: DeadlineQuerySet = Deadline.objects.for_client(client)
    return rows.select_related("client", "owner", "backup_owner", "ended_by")


def of_person(access: Access, person_id: UUID) -> DeadlineQuerySet:
    """The open deadlines that a person owns, in the reader's reach, the first to fall due first."""
    return in_reach(access).open().filter(owner_id=person_id).order_by("due_at", "id")
