"""Fills the throw-away database with one large practice, set by set, as the role that owns the tables.

A practice has all the rows asked for, spread over its clients; ten other practices with a tenth as many clients in
all hold a tenth as many rows. One client keeps 200 rows whatever the volume, one holds a hundredth of all rows, the
others share the rest evenly. Of a hundred rows 45 are credentials, 30 integrations, 15 workflows, 10 sub-processors.
Rows of a client lie scattered among those of all others, as they would had they come over the years. What the rows
owe stands among the deadlines, as their actions would have written it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import psycopg
from django.db import models

from benchmarks.services import migrate, owner
from clients.posture.catalogue import controls
from clients.posture.models import Snapshot
from clients.registers.models import Credential, Integration, SubProcessor, Workflow
from clients.registers.platforms import platforms
from portal.accounts.models import User
from portal.deadlines.models import Deadline
from portal.tenancy.models import Assignment, Client, Member, Practice

STEADY, LARGEST, TYPICAL = 1, 2, 3
STEADY_ROWS = 200
OTHER_PRACTICES = 10
CONSULTANTS, OWNERS = 40, 5
SNAPSHOT_DAYS = 365
SHARES: dict[type[models.Model], int] = {Workflow: 15, Integration: 30, Credential: 45, SubProcessor: 10}
REGISTERS = tuple(SHARES)
EVENTS = "audit_event"


@dataclass(frozen=True)
class Volume:
    """So many register rows of one practice over so many clients."""

    rows: int
    clients: int = 1_000

    def of_client(self, number: int) -> int:
        """Say how many rows a client holds; those above `clients` belong to other practices."""
        if number > self.clients:
            return self.rows // self.clients
        if number == STEADY:
            return STEADY_ROWS
        largest = self.rows // 100
        if number == LARGEST:
            return largest
        share, rest = divmod(self.rows - STEADY_ROWS - largest, self.clients - 2)
        return share + (number <= rest + 2)

    @property
    def numbers(self) -> range:
        """The numbers of all clients: those of the practice, and a tenth as many of other practices."""
        return range(1, self.clients + self.clients // 10 + 1)


def volumes(small: bool) -> tuple[Volume, Volume]:
    """Give the volumes to compare: 10,000 and 1,000,000 rows, or for a quick look a fiftieth of the larger."""
    return (Volume(1_000, 100), Volume(20_000, 100)) if small else (Volume(10_000), Volume(1_000_000))


def by_register(rows: int) -> dict[type[models.Model], int]:
    """Divide a client's rows; sub-processors take what rounding leaves."""
    parts = {model: rows * share // 100 for model, share in SHARES.items()}
    parts[SubProcessor] += rows - sum(parts.values())
    return parts


def person_id(number: int) -> UUID:
    """Give the id of a person of the practice: consultants first, then owners. Same as `md5('person N')::uuid`."""
    return _id(f"person {number}")


def _id(name: str) -> UUID:
    with owner() as connection:
        row = connection.execute("SELECT md5(%s)::uuid", [name]).fetchone()
    assert row
    found: UUID = row[0]
    return found


def practice_id() -> UUID:
    return _id("practice 0")


_filled: list[Volume] = []


def fill_any(volume: Volume) -> None:
    """Make the database hold `volume`, unless it holds another one already."""
    if not _filled:
        fill(volume)


def fill(volume: Volume) -> None:
    """Make the database hold `volume`, from nothing or from a smaller one of as many clients; then VACUUM ANALYZE."""
    if _filled and _filled[-1] == volume:
        return
    migrate()
    with owner() as connection:
        if not _filled:
            _people(connection, volume)
        _plan(connection, _filled[-1] if _filled else None, volume)
        with bare(connection, (*REGISTERS, Deadline)):
            for model in REGISTERS:
                connection.execute(_rows(model))
                sequence = f"pg_get_serial_sequence('{model._meta.db_table}', 'id')"
                connection.execute(f"SELECT setval({sequence}, max(id)) FROM {model._meta.db_table}")
                for statement in _deadlines(model):
                    connection.execute(statement)
        connection.execute("VACUUM ANALYZE")
    _filled.append(volume)


# Practices, clients, people ----------------------------------------------------------------------------------
PRACTICE_OF = "CASE WHEN n <= {clients} THEN 0 ELSE 1 + n % {others} END"


def _people(connection: psycopg.Connection, volume: Volume) -> None:
    tables = (Practice, User, Client, Member, Assignment, Snapshot)
    last = volume.numbers[-1]
    practice = PRACTICE_OF.format(clients=volume.clients, others=OTHER_PRACTICES)
    with unguarded(connection, [model._meta.db_table for model in tables]), connection.transaction():
        for model, values, source in (
            (Practice, {"id": "md5('practice ' || n)::uuid", "name": "'Practice ' || n", "slug": "'practice-' || n"},
             f"generate_series(0, {OTHER_PRACTICES}) AS n"),
            (User, {"id": "md5('person ' || n)::uuid", "name": "'Person ' || n", "password": "'!'",
                    "email": "'person-' || n || '@example.test'"},
             f"generate_series(0, {last + 1000}) AS n"),
            (Client, {"id": "md5('client ' || n)::uuid", "name": "'Client ' || lpad(n::text, 5, '0')",
                      "slug": "'client-' || n", "practice_id": f"md5('practice ' || {practice})::uuid",
                      "region": "'UK'", "sector": "'Retail'", "since_on": "current_date - 400"},
             f"generate_series(1, {last}) AS n"),
            (Member, {"practice_id": "md5('practice 0')::uuid", "user_id": "md5('person ' || n)::uuid",
                      "from_at": "now() - interval '1 year'",
                      "role": f"CASE WHEN n < {CONSULTANTS} THEN 'consultant' ELSE 'owner' END"},
             f"generate_series(0, {CONSULTANTS + OWNERS - 1}) AS n"),
            (Assignment, {"practice_id": "md5('practice 0')::uuid", "client_id": "md5('client ' || n)::uuid",
                          "user_id": f"CASE WHEN k < 3 THEN {staff('k')} ELSE md5('person ' || (1000 + n))::uuid END",
                          "from_at": "now() - interval '1 year'",
                          "role": "(ARRAY['lead', 'consultant', 'consultant', 'client_approver'])[k + 1]"},
             f"generate_series(1, {volume.clients}) AS n, generate_series(0, 3) AS k"),
            (Snapshot, _snapshot(),
             f"generate_series(1, {SNAPSHOT_DAYS}) AS d, unnest(ARRAY[{STEADY}, {LARGEST}, {TYPICAL}]) AS n"),
        ):  # fmt: skip
            connection.execute(insert(model, values, source))


def staff(turn: str) -> str:
    """The person of the practice who works for client `n`: three of them take turns."""
    return f"md5('person ' || (n + (ARRAY[0, 7, 19])[1 + {turn}]) % {CONSULTANTS})::uuid"


def _snapshot() -> dict[str, str]:
    ids = list(controls())
    results = {control_id: ("pass", "fail", "warn")[place % 3] for place, control_id in enumerate(ids)}
    return {
        "practice_id": "md5('practice 0')::uuid",
        "client_id": "md5('client ' || n)::uuid",
        "taken_on": "current_date - d",
        "passes": "10 + d % 7",
        "unknown": f"{len(ids)} - 10 - d % 7",
        "total": str(len(ids)),
        "results": f"'{json.dumps(results)}'",
        "rules_version": "1",
        **dict.fromkeys(("warns", "waived", "fails", "not_applicable"), "0"),
    }


# Registers ---------------------------------------------------------------------------------------------------
def _plan(connection: psycopg.Connection, before: Volume | None, volume: Volume) -> None:
    connection.execute("DROP TABLE IF EXISTS plan")
    connection.execute(
        "CREATE TEMPORARY TABLE plan (n int, register text, have int, want int, workflows int, integrations int)"
    )
    with connection.cursor() as cursor, cursor.copy("COPY plan FROM STDIN") as copy:
        for number in volume.numbers:
            have = by_register(before.of_client(number) if before else 0)
            want = by_register(volume.of_client(number))
            for model in REGISTERS:
                copy.write_row((number, model._meta.db_table, have[model], want[model],
                                want[Workflow], want[Integration]))  # fmt: skip
    connection.execute("ANALYZE plan")


CHANCE = "(i * 7919 + n * 104729) % 1000"
DUE = f"CASE WHEN {CHANCE} % 10 = 3 THEN NULL ELSE current_date - 6 + (i * 31 + n * 17) % 365 END"
OUT = f"{CHANCE} % 20 = 2"


def _values(model: type[models.Model]) -> dict[str, str]:
    table = model._meta.db_table
    some = list(platforms())[:24]
    values = {
        "id": "n * 100000::bigint + i",
        "practice_id": "practice",
        "client_id": "md5('client ' || n)::uuid",
        "internal": f"{CHANCE} % 20 = 0",
        "created_at": "now() - make_interval(days => (i * 13 + n) % 700)",
        "name": f"initcap((ARRAY{some})[1 + i % {len(some)}]) || ' {model._meta.verbose_name} ' || i",
        "owner_id": f"CASE WHEN {CHANCE} % 25 = 1 THEN NULL ELSE {staff('i % 3')} END",
        "platform": f"(ARRAY{some})[1 + i % {len(some)}]",
        "retired_at": f"CASE WHEN {OUT} THEN now() END",
        "retired_by_id": f"CASE WHEN {OUT} THEN {staff('0')} END",
        "retired_reason": f"CASE WHEN {OUT} THEN 'No longer used.' ELSE '' END",
    }
    workflow = "CASE WHEN workflows > 0 THEN n * 100000::bigint + 1 + i % workflows END"
    return values | {
        "registers_workflow": {"category": "'finance'", "criticality": "'high'", "external_id": "'wf-' || i",
                               "description": "repeat('Copies paid invoices to the ledger. ', 4)"},
        "registers_integration": {"workflow_id": workflow, "renewal_on": DUE, "auth_type": "'oauth'",
                                  "scopes_granted": """'["invoices.read", "contacts.read"]'"""},
        "registers_credential": {
            "integration_id": "CASE WHEN integrations > 0 THEN n * 100000::bigint + 1 + i % integrations END",
            "renewal_on": DUE, "next_due_on": DUE, "kind": "'api_key'", "storage": "'vault'",
            "storage_ref": "'op://Automation/' || n || '-' || i || '/key'",
            "scopes": """'["invoices.read"]'""", "issued_on": "current_date - 400",
        },
        "registers_subprocessor": {"purpose": "'Sends e-mail'", "location": "'EU (Ireland)'",
                                   "dpa_signed_on": "current_date - 300", "dpa_review_on": DUE},
    }[table]  # fmt: skip


def _rows(model: type[models.Model]) -> str:
    """The statement that adds a register's rows, and to the trail the event that each left when it was added."""
    table = model._meta.db_table
    practice = PRACTICE_OF.format(clients="(SELECT max(n) * 10 / 11 FROM plan)", others=OTHER_PRACTICES)
    source = (
        f"(SELECT n, i, workflows, integrations, md5('practice ' || {practice})::uuid AS practice"
        f" FROM plan, generate_series(have + 1, want) AS i WHERE register = '{table}' ORDER BY i, n) AS planned"
    )
    return f"""
        WITH made AS ({insert(model, _values(model), source)} RETURNING *)
        INSERT INTO {EVENTS} (at, payload)
        SELECT created_at, jsonb_build_object(
            'at', created_at, 'actor', md5('token ' || client_id), 'op', 'insert', 'id', id::text, 'label', name,
            'action', '{model._meta.verbose_name}.add', 'object', '{table}', 'practice', practice_id,
            'client', client_id, 'internal', internal, 'why', '', 'request', '', 'salt', gen_random_uuid(),
            'changes', jsonb_build_object('name', name, 'platform', platform))
        FROM made"""


#: Of each register: the kind of its dated deadline, the column of the day, the title and the policy.
DATED = {
    Integration: ("integration.review", "renewal_on", "Review ", "review"),
    Credential: ("credential.renewal", "next_due_on", "Renew ", "renewal"),
    SubProcessor: ("dpa.review", "dpa_review_on", "Review the DPA with ", "review"),
}


def _deadlines(model: type[models.Model]) -> Iterator[str]:
    """The statements that add what new rows of a register owe: their date, and an owner where they have none."""
    if model in DATED:
        kind, day, title, policy = DATED[model]
        yield _owed(model, kind, day, title, policy, f"{day} IS NOT NULL", "owner_id")
    by = "created_at::date + 5"
    yield _owed(model, "record.owner", by, "Name an owner for ", "naming", "owner_id IS NULL", "NULL::uuid")


def _owed(
    model: type[models.Model], kind: str, day: str, title: str, policy: str, condition: str, owner: str
) -> str:
    table = model._meta.db_table
    due_at = f"(({day}) + 1)::timestamp AT TIME ZONE 'Europe/London'"
    values = {
        "practice_id": "practice_id",
        "client_id": "client_id",
        "internal": "true",
        "kind": f"'{kind}'",
        "subject_type": f"'{model._meta.label_lower}'",
        "subject_id": "id::text",
        "subject": "name",
        "title": f"'{title}' || name",
        "note": "platform",
        "started_at": f"least(created_at, {due_at})",
        "due_at": due_at,
        "due_on": day,
        "calendar": "'days'",
        "owner_id": owner,
        "policy": f"'{policy}'",
        "promise": str(policy == "renewal"),
        "next_step_at": f"greatest(now() + interval '1 day', {due_at} - interval '7 days')",
    }
    source = (
        f"(SELECT record.* FROM {table} AS record JOIN plan ON plan.register = '{table}'"
        f" AND plan.n = record.id / 100000 WHERE record.id % 100000 > plan.have) AS added"
        f" WHERE retired_at IS NULL AND {condition}"
    )
    return insert(Deadline, values, source)


def insert(model: type[models.Model], values: dict[str, str], source: str) -> str:
    """INSERT … SELECT over every column; those without a value here get the field's default."""
    columns = {
        field.column: values.get(field.column, _default(field)) for field in model._meta.concrete_fields
    }
    if "id" not in values:
        columns.pop("id")
    names, read = ", ".join(columns), ", ".join(columns.values())
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT {read} FROM {source}"


def _default(field: models.Field) -> str:
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    if field.null and not field.has_default():
        return "NULL"
    default = field.get_default()
    if isinstance(default, bool):
        return str(default)
    return f"'{json.dumps(default) if isinstance(default, dict | list) else default}'"


# What stands in the way of a million rows: policies, triggers, and keys and indexes that are checked row by row --
@contextmanager
def unguarded(connection: psycopg.Connection, tables: list[str]) -> Iterator[None]:
    """Let the owner write past policies and audit in the throw-away database, and put both back.

    Policies stay on for the role that serves: they are only not forced upon the owner.
    """
    audited, protected = (
        [row[0] for row in connection.execute(f"{query} = ANY(%s::regclass[])", [tables])]
        for query in (
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit' AND tgrelid",
            "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity AND oid",
        )
    )
    for name in audited:
        connection.execute(f"ALTER TABLE {name} DISABLE TRIGGER audit")
    for name in protected:
        connection.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
    yield
    for name in protected:
        connection.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    for name in audited:
        connection.execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER audit")


@contextmanager
def bare(connection: psycopg.Connection, filled: Iterable[type[models.Model]]) -> Iterator[None]:
    """Take away what is cheaper to build at the end: foreign keys and indexes that no constraint needs."""
    tables = [model._meta.db_table for model in filled]
    keys = connection.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [tables],
    ).fetchall()
    indexes = connection.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [[*tables, EVENTS]],
    ).fetchall()
    # A key is checked against what the owner sees of its target.
    targets = [model._meta.db_table for model in (Practice, Client)]
    connection.execute("SET maintenance_work_mem = '512MB'")
    with unguarded(connection, [*tables, *targets]):
        connection.execute(f"ALTER TABLE {EVENTS} DISABLE TRIGGER audit_seal")
        for table, name, _ in keys:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        yield
        for _, definition in indexes:
            connection.execute(definition)
        for table, name, definition in keys:
            connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        connection.execute(f"ALTER TABLE {EVENTS} ENABLE TRIGGER audit_seal")
