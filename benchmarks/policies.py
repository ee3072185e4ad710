"""What row-level security costs: the same statement under the policies and without, in ratios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connections, transaction
from django.db.models import Count, QuerySet, sql
from django.db.models.functions import TruncMonth

from benchmarks.measure import Clock, medians, ratio, table
from benchmarks.seed import (
    CONSULTANTS,
    REGISTERS,
    TYPICAL,
    fill,
    person_id,
    practice_id,
    unguarded,
    volumes,
)
from benchmarks.services import OWNER, owner
from clients.registers.models import Credential, Integration, Workflow
from portal.accounts.models import User
from portal.tenancy.access import access_of, scope_for
from portal.tenancy.models import Client, Practice
from portal.tenancy.scope import Scope, enter, narrowed

RUNS = 15
ON = "default"
HUNDRED = 100
Statement = tuple[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Reach:
    """From where a statement is run: the scope of a person, and the client that it is about, if it is about one."""

    title: str
    scope: Scope
    client: UUID | None = None


def run(*, small: bool) -> None:
    """Measure at the larger volume and print a table of reads and one of writes."""
    _, many = volumes(small)
    fill(many)
    reaches = list(_reaches())
    tables = [model._meta.db_table for model in (*REGISTERS, Client, Practice)]
    print(f"{many.rows:,} register rows; median of {RUNS} runs; policies on / off\n")
    with owner() as connection, unguarded(connection, tables):
        print(table(("reads", *[reach.title for reach in reaches]), _reads(reaches)))
        print()
        without_trail = _writes(reaches[1])
    with owner() as connection, unguarded(connection, tables):
        for name in [model._meta.db_table for model in REGISTERS]:
            connection.execute(f"ALTER TABLE {name} ENABLE ALWAYS TRIGGER audit")
        with_trail = _writes(reaches[1])
    rows = [
        (title, ratio(*without_trail[title]), ratio(*with_trail[title]),
         ratio(with_trail[title][0], without_trail[title][0]))
        for title in without_trail
    ]  # fmt: skip
    heading = ("writes to one client", "policies on / off", "the same, audited", "audited / not, policies on")
    print(table(heading, rows))


def _reaches() -> Iterator[Reach]:
    for title, number, client in (
        ("owner, all clients", CONSULTANTS, None),
        ("owner, one client", CONSULTANTS, TYPICAL),
        ("consultant", 0, None),
    ):
        user = User.objects.get(pk=person_id(number))
        scope = scope_for(access_of(user, datetime.now(UTC)))
        if client is None:
            yield Reach(title, scope)
            continue
        with enter(scope, switch=True):
            found = Client.objects.get(slug=f"client-{client}").pk
            with narrowed(clients=frozenset({found})) as narrow:
                yield Reach(title, narrow, found)


# Reads: one text, two sessions -------------------------------------------------------------------------------
def _reads(reaches: list[Reach]) -> list[tuple[str, ...]]:
    clock = Clock(ON, OWNER)
    rows = []
    for title, make in READS.items():
        figures = []
        for reach in reaches:
            with enter(reach.scope, switch=True):
                statement = make(_rows(reach)).query.sql_with_params()
                pair = [partial(_fetch, alias, statement) for alias in (ON, OWNER)]
                if pair[0]() != pair[1]():
                    raise RuntimeError(f"“{title}” gave other rows without the policies than under them")
                figures.append(ratio(*medians(pair, clock, RUNS)))
        rows.append((title, *figures))
    return rows


def _rows(reach: Reach) -> Callable[[Any], QuerySet[Any]]:
    """Give the rows in reach, filtered as the pages do it: the practice always, clients where they are known."""

    def rows(model: Any) -> QuerySet[Any]:
        found = model.objects.filter(internal=False)
        if reach.client:
            return found.filter(client_id=reach.client)
        clients = reach.scope.clients
        return found if clients is None else found.filter(client_id__in=sorted(clients))

    return rows


def _join(rows: Any) -> QuerySet[Any]:
    found = rows(Credential).filter(integration__workflow__criticality="high")
    return found.order_by("next_due_on", "id").values("id", "name", "integration__workflow__name")[:50]


READS: dict[str, Callable[[Any], QuerySet[Any]]] = {
    "list, 50 by due date": lambda rows: rows(Credential).live().order_by("next_due_on", "id")[:50],
    "list, 50 by name": lambda rows: rows(Credential).live().order_by("name")[:50],
    "count, up to 1,000": lambda rows: rows(Credential).live().values("id")[:1000],
    "count, all": lambda rows: (
        rows(Credential).live().order_by().values("practice_id").annotate(n=Count("id")).values("n")
    ),
    "overdue": lambda rows: rows(Credential).live().filter(next_due_on__lt=date.today()).values("id")[:300],
    "join of three registers": _join,
    "group by month": lambda rows: (
        rows(Integration).live().order_by().values(month=TruncMonth("renewal_on")).annotate(n=Count("id"))
    ),
    "one row by its id": lambda rows: rows(Credential).filter(pk=TYPICAL * 100_000 + 1),
    "by a word in the name": lambda rows: (
        rows(Workflow).filter(name__icontains="flow 7").order_by("name")[:8]
    ),
}


def _fetch(alias: str, statement: Statement) -> Any:
    with connections[alias].cursor() as cursor:
        cursor.execute(*statement)
        rows = cursor.fetchall()
    return sorted(rows, key=str) if len(rows) < HUNDRED else len(rows)


# Writes: rolled back, so that every run meets the same rows ----------------------------------------------------
def _writes(reach: Reach) -> dict[str, tuple[float, float]]:
    clock = Clock(ON, OWNER)
    with enter(reach.scope, switch=True):
        found = {}
        for title, make in WRITES.items():
            statement = make(reach)
            on, off = medians([partial(_tried, alias, statement) for alias in (ON, OWNER)], clock, RUNS)
            found[title] = (on, off)
    return found


@contextmanager
def _undone(alias: str) -> Iterator[None]:
    with transaction.atomic(using=alias):
        yield
        transaction.set_rollback(True, using=alias)


def _tried(alias: str, statement: Statement) -> None:
    with _undone(alias), connections[alias].cursor() as cursor:
        cursor.execute(*statement)
        if not cursor.rowcount:
            raise RuntimeError("a write changed nothing")
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # what a commit would do: check the keys, seal the chain


def _insert(reach: Reach, n: int) -> Statement:
    made = [
        Workflow(practice_id=practice_id(), client_id=reach.client, name=f"New {place}", platform="n8n")
        for place in range(n)
    ]
    query = sql.InsertQuery(Workflow)
    query.insert_values([field for field in Workflow._meta.concrete_fields if not field.primary_key], made)
    (statement,) = query.get_compiler(ON).as_sql()
    return statement


def _update(reach: Reach, n: int) -> Statement:
    ids = [TYPICAL * 100_000 + place for place in range(1, n + 1)]
    rows = Workflow.objects.filter(client_id=reach.client, pk__in=ids)
    query = rows.query.chain(sql.UpdateQuery)
    query.add_update_values({"live_on": date.today() - timedelta(days=1)})
    text, params = query.get_compiler(ON).as_sql()
    return text, params


WRITES: dict[str, Callable[[Reach], Statement]] = {
    "insert one": partial(_insert, n=1),
    "insert a hundred": partial(_insert, n=HUNDRED),
    "update one": partial(_update, n=1),
    "update a hundred": partial(_update, n=HUNDRED),
}
