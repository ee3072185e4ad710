"""Making, renewing and ending the address of a feed. Only its digest is kept, so it is shown once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.tokens import digest
from portal.audit.actions import action
from portal.deadlines.feeds.tokens import new_feed_token
from portal.deadlines.models import CalendarFeed
from portal.lib.refused import Refused
from portal.tenancy.models import Client
from portal.tenancy.scope import current

READ_AT_MOST_EVERY = timedelta(hours=1)


def make_feed(*, by: User, client: Client | None, now: datetime) -> tuple[CalendarFeed, str]:
    """Make a feed of one's own deadlines, or of one client's; give it with its secret, which is not kept.

    Raises Refused when there is one already. Call it in the person's scope: it decides which practice.
    """
    practice_id = current().practice
    if practice_id is None:
        raise Refused("You have no access to a practice now.")
    token = new_feed_token(practice_id)
    try:
        with action("calendar_feed.make", by=by), transaction.atomic():
            feed = CalendarFeed.objects.create(
                practice_id=practice_id,
                user=by,
                client=client,
                token_hash=digest(token),
                renewed_at=now,
            )
    except IntegrityError:
        raise Refused(
            "There is such a calendar already. Give it a new address to see the address again."
        ) from None
    return feed, token


def renew_feed(feed: CalendarFeed, *, by: User, now: datetime) -> tuple[CalendarFeed, str]:
    """Give a feed a new address; the former one is of no use from now on. Raises Refused when it was ended."""
    token = new_feed_token(feed.practice_id)
    with action("calendar_feed.renew", by=by):
        row = CalendarFeed.objects.select_for_update(of=("self",)).filter(pk=feed.pk, user=by).first()
        if row is None:
            raise Refused("This calendar was ended. Make it anew.")
        row.token_hash, row.renewed_at, row.read_at = digest(token), now, None
        row.save(update_fields=["token_hash", "renewed_at", "read_at"])
    return row, token


def end_feed(feed: CalendarFeed, *, by: User) -> None:
    """End a feed: its address is of no use from now on."""
    with action("calendar_feed.end", by=by):
        CalendarFeed.objects.filter(pk=feed.pk, user=by).delete()


def note_read(feed: CalendarFeed, now: datetime) -> None:
    """Keep when a calendar program last read it, to the hour."""
    stale = Q(read_at__isnull=True) | Q(read_at__lte=now - READ_AT_MOST_EVERY)
    CalendarFeed.objects.filter(stale, pk=feed.pk).update(read_at=now)
