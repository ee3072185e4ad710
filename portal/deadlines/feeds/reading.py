"""What a calendar program reads: the feed of an address, in the scope its person has now, and its events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Max

from portal.accounts.tokens import digest
from portal.audit.models import AuditEvent
from portal.deadlines.feeds.calendars import Event
from portal.deadlines.feeds.tokens import practice_in
from portal.deadlines.kinds import kind_of
from portal.deadlines.models import Absence, CalendarFeed, Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.deadlines.queries import covered
from portal.lib.dates import format_long
from portal.tenancy.access import access_of, scope_for
from portal.tenancy.models import Client
from portal.tenancy.permissions import Access, Permission
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter

DAYS_BACK, DAYS_AHEAD = 30, 400
ENDED_KEPT = timedelta(days=30)
MOST_EVENTS = 2_000


@dataclass(frozen=True)
class OpenFeed:
    """A feed whose person may read it now; `client` is None for their own deadlines over the practice."""

    feed: CalendarFeed
    access: Access
    client: Client | None

    @property
    def name(self) -> str:
        """What calendar programs call it."""
        return f"{self.client.name if self.client else self.access.practice}: deadlines"


@contextmanager
def opened(token: str, now: datetime) -> Iterator[OpenFeed | None]:
    """Run the body in the scope of the person to whom the address was given, with the rights they have at `now`.

    None for an address that was never given, was renewed or ended, or whose person has no access any more. This is
    a door: it stands outside any scope, as an invitation's link does.
    """
    feed = _feed_of(token)
    access = access_of(feed.user, now, feed.practice_id) if feed and feed.user.is_active else None
    if feed is None or access is None or access.practice is None or access.practice.pk != feed.practice_id:
        yield None
        return
    scope = scope_for(access)
    if feed.client_id is not None:
        in_reach = access.client_ids is None or feed.client_id in access.client_ids
        scope = replace(scope, clients=frozenset({feed.client_id} if in_reach else ()))
    with enter(scope, switch=True):
        client = Client.objects.filter(pk=feed.client_id).first() if feed.client_id else None
        allowed = access.may(Permission.VIEW_CLIENT, client) if client else access.is_of_practice
        wanted = feed.client_id is None or client is not None
        yield OpenFeed(feed, access, client) if wanted and allowed else None


def _feed_of(token: str) -> CalendarFeed | None:
    practice_id = practice_in(token)
    if practice_id is None:
        return None
    with enter(Scope(practice=practice_id, clients=EVERY_CLIENT, internal=True), switch=True):
        feeds = CalendarFeed.objects.filter(token_hash=digest(token)).select_related("user")
        found: CalendarFeed | None = feeds.first()
    return found


def events_of(found: OpenFeed, now: datetime) -> list[Event]:
    """Give the events of a feed, soonest first, 2,000 at most. Eight queries at most, whatever it holds.

    A person's own feed holds what they cover for colleagues, too, as far as it is due before those are back.
    Open deadlines from 30 days ago to 400 days ahead, and those that ended within the last 30 days. The window
    moves once a day, so that a calendar stays the same to the byte while nothing happens.
    """
    today = now.astimezone(ZoneInfo(found.access.user.time_zone)).date()
    clients = {each.pk: each for each in _clients(found)}
    rows, away = _rows(found, list(clients), today, now)
    for row in rows:
        row.client = clients[row.client_id]
    revised = _revisions(rows)
    return [_event(row, found, revised.get(str(row.pk)), away.get(row.owner_id)) for row in rows]


def _clients(found: OpenFeed) -> Sequence[Client]:
    return [found.client] if found.client else list(Client.objects.all())


def _rows(
    found: OpenFeed, client_ids: list[Any], today: date, now: datetime
) -> tuple[list[Deadline], dict[Any, Absence]]:
    """What is open by its instant and what has ended by when it did, each on its own index; and who is away."""
    of_clients: DeadlineQuerySet = Deadline.objects.filter(client_id__in=client_ids)
    every, stood_in = of_clients, []
    away: dict[Any, Absence] = {}
    if found.client is None:
        every = of_clients.filter(owner=found.access.user)
        theirs, away = covered(of_clients.open(), found.access, now)
        stood_in = list(theirs.order_by("due_at", "id")[:MOST_EVENTS]) if away else []
    start = datetime(today.year, today.month, today.day, tzinfo=ZoneInfo(found.access.user.time_zone))
    within = every.filter(
        due_at__gte=start - timedelta(days=DAYS_BACK), due_at__lt=start + timedelta(days=DAYS_AHEAD)
    )
    still = list(within.open().order_by("due_at", "id")[:MOST_EVENTS])
    since = start - timedelta(days=DAYS_BACK)
    still = sorted([*still, *(row for row in stood_in if row.due_at >= since)], key=_by_instant)[:MOST_EVENTS]
    past = within.ended().filter(ended_at__gte=start - ENDED_KEPT)
    ended = list(past.order_by("-ended_at", "id")[: MOST_EVENTS - len(still)])
    return sorted([*still, *ended], key=_by_instant), away


def _by_instant(row: Deadline) -> tuple[datetime, int]:
    return row.due_at, row.pk


def _revisions(rows: Sequence[Deadline]) -> dict[str, tuple[int, datetime]]:
    """Ask the trail how often each deadline was changed, and when last: every change of one is an event there."""
    table = Deadline._meta.db_table
    events = AuditEvent.objects.in_scope().filter(object=table, object_id__in=[str(row.pk) for row in rows])
    counted = events.order_by().values("object_id").annotate(n=Count("id"), last=Max("at"))
    return {each["object_id"]: (each["n"], each["last"]) for each in counted}


def _event(
    row: Deadline, found: OpenFeed, revised: tuple[int, datetime] | None, absence: Absence | None
) -> Event:
    changes, changed_at = revised or (1, row.created_at)
    kind = kind_of(row.kind)
    client = row.client.name
    what = row.title if found.client else f"{row.title} ({client})"
    covers = ""
    if absence is not None:
        what = f"{what}, for {absence.user.name}"
        covers = f" {absence.user.name} is away until {format_long(absence.until_on)}."
    return Event(
        uid=f"deadline-{row.pk}@{row.practice_id}",
        summary=f"{_prefix(row)}{what}",
        starts=row.due_on or row.due_at,
        url=f"{settings.SITE_URL}{kind.address(row)}",
        category=client,
        description=f"{kind.title} for {client}. {_standing(row)}{covers}",
        sequence=max(0, changes - 1),
        made_at=row.created_at,
        changed_at=changed_at,
        cancelled=not row.is_open,
    )


def _prefix(row: Deadline) -> str:
    """Programs that show what was cancelled show the reason with it."""
    return {Deadline.Outcome.MET: "Done: ", Deadline.Outcome.CANCELLED: "No longer owed: "}.get(
        Deadline.Outcome(row.outcome), ""
    )


def _standing(row: Deadline) -> str:
    zone = ZoneInfo(row.client.time_zone)
    if row.ended_at is not None:
        word = "Done" if row.outcome == Deadline.Outcome.MET else "No longer owed since"
        return f"{word} {format_long(row.ended_at.astimezone(zone).date())}."
    if row.due_on is not None:
        return "Due by the end of the day."
    local = row.due_at.astimezone(zone)
    return f"Due {format_long(local.date())}, {local:%H:%M %Z}."
