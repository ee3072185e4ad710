"""What falls due over all clients within the horizon: rows, counts a week, the first by name.

Each question is one query on an index of open deadlines, however many there are. Rows are chosen from one table
and what goes with them is read after: docs/decisions/0001 says why.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import IntegerField, Q, QuerySet, Subquery

from portal.deadlines.models import Deadline
from portal.deadlines.models.deadline import DeadlineQuerySet
from portal.shell.navigation import MOST, Count
from portal.tenancy.models import Client, Practice
from portal.tenancy.permissions import Access
from portal.tenancy.scope import NO_ONE, current

HORIZON_DAYS = 90
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Week:
    """What falls due in one week and is not late yet; `monday` is its first day."""

    monday: date
    count: Count


@dataclass(frozen=True)
class Ahead:
    """What is late and what is not, over the horizon; weeks in which nothing falls due are left out."""

    late: Count
    weeks: Sequence[Week]

    @property
    def total(self) -> Count:
        """All of them, counted no further than each part was."""
        parts = [self.late, *(week.count for week in self.weeks)]
        return Count(sum(part.n for part in parts), self.late.n, any(part.more for part in parts))


class _CountOf(Subquery):
    """The number of rows of a query, as a value within another one."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()
    #: Rows that cannot exist, of no client at all, are none.
    empty_result_set_value = 0


def renewals(access: Access, today: date, days: int = HORIZON_DAYS) -> DeadlineQuerySet:
    """Keep the open deadlines of whole days, in the person's reach, that are late or due within `days` of `today`.

    The literal clients help the planner; the policy guarantees.
    """
    rows = due_by(Deadline.objects.open(), today + timedelta(days=days))
    return rows if access.client_ids is None else rows.filter(client_id__in=access.client_ids)


def due_by(rows: DeadlineQuerySet, until: date) -> DeadlineQuerySet:
    """Keep what is due on a day up to `until`. The instant, which has the index, is a day's end in any zone."""
    return rows.filter(due_on__lte=until, due_at__lt=_utc(until + timedelta(days=2)))


def monday_of(day: date) -> date:
    """Give the first day of the week."""
    return day - timedelta(days=day.weekday())


def ahead(rows: DeadlineQuerySet, today: date, now: datetime, days: int = HORIZON_DAYS) -> Ahead:
    """Count what is late, and what is not by week, each no further than 999. One query."""
    mondays = [monday_of(today - timedelta(days=1))]
    while mondays[-1] + WEEK <= today + timedelta(days=days):
        mondays.append(mondays[-1] + WEEK)
    parts = [rows.filter(due_at__lt=now), *(_in_week(rows, monday, now) for monday in mondays)]
    late, *weeks = counted(parts)
    found = [Week(monday, count) for monday, count in zip(mondays, weeks, strict=True) if count.n]
    return Ahead(late, found)


def counted(parts: Sequence[QuerySet[Any]], most: int = MOST) -> list[Count]:
    """Count several choices of rows, each no further than `most`. One query."""
    counts = {f"part_{i}": _CountOf(part.order_by().values("pk")[: most + 1]) for i, part in enumerate(parts)}
    row = Practice.objects.filter(pk=current().practice or NO_ONE).values_list(*counts.values()).first()
    return [Count(min(n, most), more=n > most) for n in row or [0] * len(parts)]


def contents_count(access: Access, today: date, now: datetime) -> Count | None:
    """Count what the page shows, and how much of it is late. One query."""
    rows = renewals(access, today)
    late, every = counted([rows.filter(due_at__lt=now), rows])
    return Count(every.n, late.n, every.more) if every.n else None


def linked(rows: Sequence[Deadline], clients: dict[Any, Client]) -> Sequence[Deadline]:
    """Give deadlines their clients, which the caller has at hand."""
    for row in rows:
        row.client = clients[row.client_id]
    return rows


def due_for(
    client: Client, today: date, *, days: int = HORIZON_DAYS, without: Sequence[str] = (), most: int = 300
) -> list[Deadline]:
    """List one client's deadlines of whole days, late or due within `days`, oldest first; kinds `without` left out."""
    rows = due_by(Deadline.objects.for_client(client).open(), today + timedelta(days=days))
    found = rows.filter(~Q(kind__in=list(without))) if without else rows
    return list(found.order_by("due_at", "id")[:most])


def _in_week(rows: DeadlineQuerySet, monday: date, now: datetime) -> DeadlineQuerySet:
    sunday = monday + timedelta(days=6)
    return due_by(rows.filter(due_on__gte=monday, due_at__gte=max(now, _utc(monday))), sunday)


def _utc(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
