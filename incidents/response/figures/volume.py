"""The facts of many incidents, counted by the database: three queries, whether there are ten or a hundred thousand.

What the figures mean is said in rules/figures.py; the tests hold both ways of counting to the same figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Aggregate, Avg, Count, F, FloatField, Q
from django.db.models.functions import Extract, Greatest, TruncMonth

from incidents.response.kinds import MEASURE as MEASURE_KIND
from incidents.response.kinds import NOTICE as NOTICE_KIND
from incidents.response.models import BreachClock, Measure
from incidents.response.models.incident import IncidentQuerySet
from incidents.response.obligations import POST_MORTEM as POST_MORTEM_KIND
from incidents.response.obligations import RESPONSE as RESPONSE_KIND
from incidents.response.obligations import SUBJECT
from incidents.response.obligations import UPDATE as UPDATE_KIND
from incidents.response.rules.figures import (
    CLIENT_NOTICE,
    MEASURE,
    NOTICE,
    POST_MORTEM,
    RESPONSE,
    UPDATE,
    Counted,
    Spans,
    spans_of,
)
from portal.deadlines.models import Deadline

#: Which promise a kind of deadline is; a notice is the practice's or the client's own by the duty of its clock.
PROMISE_OF = {
    RESPONSE_KIND: RESPONSE,
    UPDATE_KIND: UPDATE,
    POST_MORTEM_KIND: POST_MORTEM,
    NOTICE_KIND: NOTICE,
    MEASURE_KIND: MEASURE,
}
CLOCK_SUBJECT, MEASURE_SUBJECT = "response.breachclock", "response.measure"
#: Every deadline of the picked incidents with its state; those called off in time are in none. The lateral look-up is
#: kept apart (OFFSET 0), so that it costs what was picked and never reads through all deadlines.
STATES = """
WITH picked (id, practice_id, client_id, severity, month) AS MATERIALIZED ({picked}),
owed (incident_id, practice_id, client_id, severity, month, subject_type, subject_id, duty) AS (
    SELECT p.id, p.practice_id, p.client_id, p.severity, p.month, '{incident}', p.id::text, '' FROM picked p
    UNION ALL
    SELECT p.id, p.practice_id, p.client_id, p.severity, p.month, '{clock}', c.id::text, c.duty
    FROM picked p JOIN {clocks} c ON c.incident_id = p.id
    UNION ALL
    SELECT p.id, p.practice_id, p.client_id, p.severity, p.month, '{measure}', m.id::text, ''
    FROM picked p JOIN {measures} m ON m.incident_id = p.id
),
found AS MATERIALIZED (
    SELECT o.incident_id, o.client_id, o.severity, o.month, d.kind, o.duty,
        CASE WHEN d.late_at IS NOT NULL THEN 'late' WHEN d.outcome = 'met' THEN 'kept'
             WHEN d.due_at < %s THEN 'late' ELSE 'running' END AS state
    FROM owed o CROSS JOIN LATERAL (
        SELECT kind, outcome, late_at, due_at FROM {deadlines}
        WHERE practice_id = o.practice_id AND client_id = o.client_id
            AND subject_type = o.subject_type AND subject_id = o.subject_id OFFSET 0
    ) d
    WHERE d.kind = ANY(%s) AND (d.outcome <> 'cancelled' OR d.late_at IS NOT NULL)
)
SELECT client_id, month, severity, kind, duty, state, count(*) FROM found GROUP BY 1, 2, 3, 4, 5, 6
UNION ALL
SELECT client_id, NULL, '', '', '', '', count(DISTINCT incident_id) FROM found WHERE kind = %s GROUP BY 1
"""


class Median(Aggregate):
    """The middle value; between two, the mean of both."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


@dataclass
class _Found:
    """What was counted of one client, or of all together, before it is frozen."""

    incidents: dict[tuple[date, str], int] = field(default_factory=lambda: defaultdict(int))
    promises: dict[tuple[date, str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    targeted: int = 0
    acknowledged: Spans = field(default_factory=Spans)
    resolved: Spans = field(default_factory=Spans)

    def frozen(self) -> Counted:
        return Counted(
            dict(self.incidents), dict(self.promises), self.targeted, self.acknowledged, self.resolved
        )


def counted(rows: IncidentQuerySet, zone: ZoneInfo, now: datetime) -> Counted:
    """Count incidents and their promises, drills left out; months are those of the zone. Three queries."""
    found = _Found()
    _count_incidents(rows.real(), zone, defaultdict(lambda: found))
    _count_promises(rows.real(), zone, now, defaultdict(lambda: found))
    took = rows.real().order_by().aggregate(**_lengths())
    found.acknowledged, found.resolved = _spans(took)
    return found.frozen()


def counted_by_client(rows: IncidentQuerySet, zone: ZoneInfo, now: datetime) -> Mapping[UUID, Counted]:
    """Count each client's incidents and promises by themselves. Three queries, however many clients."""
    found: dict[UUID, _Found] = defaultdict(_Found)
    _count_incidents(rows.real(), zone, found)
    _count_promises(rows.real(), zone, now, found)
    for took in rows.real().order_by().values("client_id").annotate(**_lengths()):
        each = found[took["client_id"]]
        each.acknowledged, each.resolved = _spans(took)
    return {client: each.frozen() for client, each in found.items()}


def _count_incidents(rows: IncidentQuerySet, zone: ZoneInfo, found: dict[UUID, _Found]) -> None:
    by_month = rows.order_by().annotate(month=TruncMonth("detected_at", tzinfo=zone))
    groups = by_month.values("client_id", "month", "severity").annotate(n=Count("pk"))
    for row in groups:
        found[row["client_id"]].incidents[row["month"].date(), row["severity"]] += row["n"]


def _count_promises(rows: IncidentQuerySet, zone: ZoneInfo, now: datetime, found: dict[UUID, _Found]) -> None:
    picked = rows.order_by().annotate(month=TruncMonth("detected_at", tzinfo=zone))
    chosen = picked.values_list("pk", "practice_id", "client_id", "severity", "month")
    try:
        sql, params = chosen.query.sql_with_params()
    except EmptyResultSet:
        return
    statement = STATES.format(
        picked=sql,
        incident=SUBJECT,
        clock=CLOCK_SUBJECT,
        measure=MEASURE_SUBJECT,
        clocks=BreachClock._meta.db_table,
        measures=Measure._meta.db_table,
        deadlines=Deadline._meta.db_table,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, now, list(PROMISE_OF), RESPONSE_KIND])
        for client, month, severity, kind, duty, state, n in cursor.fetchall():
            each = found[client]
            if kind:
                each.promises[month.date(), severity, promise_of(kind, duty), state] += n
            else:
                each.targeted += n


def promise_of(kind: str, duty: str = "") -> str:
    """Say which promise a kind of deadline is, given whose duty its clock is."""
    return CLIENT_NOTICE if kind == NOTICE_KIND and duty == BreachClock.Duty.CLIENTS else PROMISE_OF[kind]


def _lengths() -> dict[str, Any]:
    """Mean, median and number of the incidents that were acknowledged, and of those that were resolved."""
    made: dict[str, Any] = {}
    for name in ("acknowledged", "resolved"):
        ended = Q(**{f"{name}_at__isnull": False})
        # Done before the report counts as at once; without an end the filter leaves the row out.
        length = Extract(Greatest(F(f"{name}_at"), F("reported_at")) - F("reported_at"), "epoch")
        made |= {
            f"{name}_n": Count("pk", filter=ended),
            f"{name}_mean": Avg(length, filter=ended, output_field=FloatField()),
            f"{name}_median": Median(length, filter=ended),
        }
    return made


def _spans(took: Mapping[str, Any]) -> tuple[Spans, Spans]:
    acknowledged, resolved = (
        spans_of(took[f"{name}_n"], took[f"{name}_mean"], took[f"{name}_median"])
        for name in ("acknowledged", "resolved")
    )
    return acknowledged, resolved
