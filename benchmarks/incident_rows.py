"""Adds incidents to the seeded practice, set by set: each with what a life of some days leaves behind.

Three years of them, spread over its clients; the newest fiftieth is not closed. One client keeps 50 at any volume, one
holds a hundredth of all. Closed ones have a post-mortem, a measure that was done and two promises that were decided,
one in ten of them late; one in twenty had a clock of the law.
"""

from __future__ import annotations

import psycopg
from django.db import models

from benchmarks.seed import LARGEST, STEADY, bare, insert, staff
from benchmarks.services import owner
from incidents.response.models import (
    BreachClock,
    Incident,
    IncidentCounter,
    Measure,
    PostMortem,
    TimelineEntry,
)
from portal.deadlines.models import Deadline

STEADY_INCIDENTS = 50
DAYS = 3 * 365
UNCLOSED_DAYS = DAYS // 50
FILLED = (Incident, TimelineEntry, PostMortem, Measure, BreachClock)
#: Seeded deadlines of incidents lie above those of the register rows.
FIRST_DEADLINE = 1_000_000_000

CLOSED = f"detected_at < now() - interval '{UNCLOSED_DAYS} days'"
ONE_IN_TEN = "id % 10 = 3"
OF_INCIDENT = {
    "practice_id": "practice_id",
    "client_id": "client_id",
    "incident_id": "id",
    "created_at": "detected_at",
}


def fill_incidents(total: int, before: int, *, clients: int) -> None:
    """Let there be `total` incidents where there are `before`; then VACUUM ANALYZE."""
    with owner() as session:
        with bare(session, (*FILLED, IncidentCounter, Deadline)):
            session.execute(_incidents(before, total, clients))
            for statement in _belongings(before):
                session.execute(statement)
            for model in FILLED:
                _restart_numbers(session, model)
            session.execute(f"DELETE FROM {IncidentCounter._meta.db_table}")
            counter = {"practice_id": "md5('practice 0')::uuid", "last": str(total)}
            session.execute(insert(IncidentCounter, counter, "(SELECT 1) AS one"))
        session.execute("VACUUM ANALYZE")


def _restart_numbers(session: psycopg.Connection, model: type[models.Model]) -> None:
    table = model._meta.db_table
    session.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")


def _incidents(before: int, total: int, clients: int) -> str:
    largest = total // 100
    number = (
        f"CASE WHEN i <= {STEADY_INCIDENTS} THEN {STEADY} WHEN i % 100 = 7 AND i <= {100 * largest} THEN {LARGEST}"
        f" ELSE 3 + i % {clients - 2} END"
    )
    detected = f"now() - make_interval(mins => (i * 7919::bigint % {DAYS * 1440})::int + 60)"
    rows = f"(SELECT i, {number} AS n, {detected} AS begun FROM generate_series({before + 1}, {total}) AS i) AS planned"
    old = f"begun < now() - interval '{UNCLOSED_DAYS} days'"
    values = {
        "id": "i",
        "practice_id": "md5('practice 0')::uuid",
        "client_id": "md5('client ' || n)::uuid",
        "internal": "false",
        "created_at": "begun",
        "number": "i",
        "title": "(ARRAY['Duplicate invoices were sent', 'The order run stands still', 'A token has lapsed',"
        " 'Replies go to the wrong mailbox'])[1 + i % 4] || ' ' || i",
        "severity": "(ARRAY['SEV4', 'SEV3', 'SEV3', 'SEV2', 'SEV1'])[1 + i % 5]",
        "status": f"CASE WHEN {old} THEN 'closed' ELSE 'investigating' END",
        "lead_id": staff("0"),
        "detected_at": "begun",
        "reported_at": "begun + interval '5 minutes'",
        "acknowledged_at": "begun + make_interval(mins => 10 + (i * 31 % 200)::int)",
        "acknowledged_by_id": staff("0"),
        **{
            name: f"CASE WHEN {old} THEN begun + make_interval(hours => {hours} + (i * 17 % 40)::int) END"
            for name, hours in {"contained_at": 2, "resolved_at": 6, "closed_at": 96}.items()
        },
        "personal_data": "'no'",
        "updated_at": "begun",
    }
    return insert(Incident, values, rows)


def _belongings(before: int) -> list[str]:
    table = Incident._meta.db_table
    new = f"(SELECT * FROM {table} WHERE id > {before}) AS incident"
    done = f"(SELECT * FROM {table} WHERE id > {before} AND {CLOSED}) AS incident"
    running = f"(SELECT * FROM {table} WHERE id > {before} AND NOT {CLOSED}) AS incident"
    legal = f"(SELECT * FROM {table} WHERE id > {before} AND {CLOSED} AND id % 20 = 1) AS incident"
    entries = f"{new}, generate_series(1, 4) AS k"
    return [
        insert(TimelineEntry, _entry(), entries),
        insert(PostMortem, _post_mortem(), done),
        insert(Measure, _measure(), done),
        insert(BreachClock, _clock(), legal),
        insert(Deadline, _decided(0, "incident.response", "detected_at + interval '4 hours'"), done),
        insert(Deadline, _decided(1, "incident.postmortem", "resolved_at + interval '48 hours'"), done),
        insert(Deadline, _running(), running),
    ]


def _entry() -> dict[str, str]:
    return OF_INCIDENT | {
        "internal": "k % 2 = 0",
        "at": "detected_at + make_interval(mins => (k * 20)::int)",
        "kind": "'note'",
        "text": "'What was seen and what was done about it.'",
        "by_id": "lead_id",
    }


def _post_mortem() -> dict[str, str]:
    return OF_INCIDENT | {
        "internal": "false",
        "state": "'shared'",
        "author_id": "lead_id",
        "shared_at": "resolved_at + interval '40 hours'",
        "shared_by_id": "lead_id",
    }


def _measure() -> dict[str, str]:
    return OF_INCIDENT | {
        "internal": "false",
        "kind": "'corrective'",
        "text": "'Retry with a limit'",
        "owner_id": "lead_id",
        "due_on": "(detected_at + interval '30 days')::date",
        "done_at": "detected_at + interval '20 days'",
        "done_by_id": "lead_id",
    }


def _clock() -> dict[str, str]:
    return OF_INCIDENT | {
        "internal": "true",
        "clock": "'uk-gdpr-controller'",
        "duty": "'ours'",
        "title": "'Tell the client'",
        "authority": "'The client'",
        "citation": "'UK GDPR Art. 33(2)'",
        "trigger": "'awareness'",
        "trigger_at": "detected_at",
        "unit": "'clock_hours'",
        "outcome": "'notified'",
        "decided_at": "detected_at + interval '5 hours'",
        "decided_by_id": "lead_id",
        "notified_at": "detected_at + interval '5 hours'",
    }


def _deadline(place: int, kind: str, due_at: str) -> dict[str, str]:
    return {
        "id": f"{FIRST_DEADLINE} + id * 4 + {place}",
        "practice_id": "practice_id",
        "client_id": "client_id",
        "internal": "false",
        "kind": f"'{kind}'",
        "subject_type": f"'{Incident._meta.label_lower}'",
        "subject_id": "id::text",
        "subject": "'INC-' || number",
        "title": "'See to INC-' || number",
        "started_at": "detected_at",
        "due_at": due_at,
        "calendar": "'clock'",
        "owner_id": "lead_id",
        "policy": "'clock'",
        "promise": "true",
    }


def _decided(place: int, kind: str, due_at: str) -> dict[str, str]:
    return _deadline(place, kind, due_at) | {
        "outcome": "'met'",
        "ended_at": f"{due_at} + CASE WHEN {ONE_IN_TEN} THEN 1 ELSE -1 END * interval '1 hour'",
        "ended_by_id": "lead_id",
        "late_at": f"CASE WHEN {ONE_IN_TEN} THEN {due_at} END",
    }


def _running() -> dict[str, str]:
    due_at = "greatest(detected_at, now() + interval '1 hour')"
    return _deadline(2, "incident.update", due_at) | {"next_step_at": "now() + interval '30 minutes'"}
