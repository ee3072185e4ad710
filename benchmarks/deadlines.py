"""How the scan grows with what is due and with what is not, with one statement for many rows, and with workers."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connections, transaction

from benchmarks.measure import Clock, ratio, table
from benchmarks.seed import bare, fill_any, insert, practice_id, staff, volumes
from benchmarks.services import owner
from portal.deadlines.models import Deadline, Reminder
from portal.deadlines.reminding.owed import Owed, write
from portal.deadlines.reminding.scan import BATCH, scan
from portal.deadlines.tasks import due_by_practice
from portal.tenancy.scope import EVERY_CLIENT, Scope, enter
from portal.tenancy.system import SYSTEM_ALIAS

RUNS = 3
WORKERS = 4
WRITTEN = ("deadlines_reminder", "outbox_delivery", "outbox_message")


def next_wednesday() -> date:
    """A working day to come, so that no step falls on a weekend, and everybody of the seed works here."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(2 - today.weekday()) % 7 + 7)


DAY = next_wednesday()
NOW = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)


def run(*, small: bool) -> None:
    """Print what a scan costs at both volumes, what setting beats looping by, and what more workers bring."""
    due = 1_000 if small else 10_000
    totals = (10_000, 50_000) if small else (100_000, 1_000_000)
    fill_any(volumes(small)[0])
    with owner() as session:
        session.execute("TRUNCATE deadlines_deadline CASCADE")
    found = []
    before = 0
    for total in totals:
        _fill(due, total, before, clients=volumes(small)[0].clients)
        before = total
        found.append((total, *_scanned(due)))
    first = found[0][1]
    print(f"{due:,} deadlines due, each to its owner and backup owner; CPU time, median of {RUNS} runs\n")
    print(
        table(
            ("open deadlines", "ms a scan", "ms a reminder", "ratio"),
            [(f"{total:,}", f"{ms:,.0f}", f"{ms / told:.2f}", ratio(ms, first)) for total, ms, told in found],
        )
    )
    _plans()
    _sets_against_loops(due)
    _workers(due)


# The rows: all open, a few of them due ---------------------------------------------------------------------------
def _fill(due: int, total: int, before: int, *, clients: int) -> None:
    """Let there be `total` open deadlines of one practice, the first `due` of them with a step at nine today."""
    is_due = f"n <= {due}"
    due_on = f"(CASE WHEN {is_due} THEN date '{DAY}' + 7 ELSE date '{DAY}' + 8 + n % 400 END)"
    later = f"timestamptz '{NOW.isoformat()}' + make_interval(mins => 1 + (n % 80000)::int)"
    values = {
        "id": "n",
        "practice_id": "md5('practice 0')::uuid",
        "client_id": f"md5('client ' || 1 + n % {clients})::uuid",
        "internal": "true",
        "kind": "'credential.renewal'",
        "subject_type": "'registers.credential'",
        "subject_id": "(1000000000 + n)::text",
        "subject": "'Key ' || n",
        "title": "'Renew key ' || n",
        "started_at": f"timestamptz '{NOW.isoformat()}' - interval '90 days'",
        "due_at": f"({due_on} + 1)::timestamp AT TIME ZONE 'Europe/London'",
        "due_on": due_on,
        "calendar": "'days'",
        "policy": "'renewal'",
        "owner_id": f"(SELECT {staff('0')} FROM (SELECT 1 + n % {clients} AS n) AS of_client)",
        "backup_owner_id": f"(SELECT {staff('1')} FROM (SELECT 1 + n % {clients} AS n) AS of_client)",
        "stepped_at": f"timestamptz '{NOW.isoformat()}' - interval '1 day'",
        "next_step_at": f"CASE WHEN {is_due} THEN timestamptz '{DAY} 09:00+00' ELSE {later} END",
    }
    # A step stands at all hours of the days to come; what is due lies scattered among the rest.
    numbers = f"generate_series({before + 1}, {total}) AS i"
    source = f"(SELECT i AS n FROM {numbers} ORDER BY i * 7919::bigint % 1000003) AS rows"
    with owner() as session, bare(session, [Deadline, Reminder]):
        session.execute(insert(Deadline, values, source))
    with owner() as session:
        session.execute("VACUUM ANALYZE deadlines_deadline")


def _as_before(due: int) -> None:
    """Take back what a scan has written."""
    with owner() as session:
        session.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")
        session.execute("ALTER TABLE deadlines_deadline NO FORCE ROW LEVEL SECURITY")
        session.execute(
            f"UPDATE deadlines_deadline SET next_step_at = timestamptz '{DAY} 09:00+00',"
            f" stepped_at = timestamptz '{NOW.isoformat()}' - interval '1 day' WHERE id <= {due}"
        )
        session.execute("ALTER TABLE deadlines_deadline FORCE ROW LEVEL SECURITY")
        session.execute("VACUUM ANALYZE deadlines_deadline")


def _scope() -> Scope:
    return Scope(practice=practice_id(), clients=EVERY_CLIENT, internal=True, reason="benchmark")


def _scanned(due: int) -> tuple[float, int]:
    """Scan a few times; give the median in milliseconds and the number of reminders."""
    clock = Clock()
    taken, told = [], 0
    with enter(_scope(), switch=True):
        for _ in range(RUNS):
            started = clock.now()
            done = scan(NOW)
            taken.append(clock.now() - started)
            if done.deadlines != due or done.reminders != done.messages:
                raise RuntimeError(f"{due} deadlines were due, the scan says {done}")
            told = done.reminders
            _as_before(due)
    return statistics.median(taken), told


# The plans: an index alone finds what is due -----------------------------------------------------------------------
def _plans() -> None:
    with enter(_scope(), switch=True), transaction.atomic():
        batch = Deadline.objects.steps_due(NOW).order_by("next_step_at", "id")
        plan = batch.select_for_update(skip_locked=True)[:BATCH].explain()
    counting = Deadline._base_manager.using(SYSTEM_ALIAS).filter(next_step_at__lte=NOW).order_by()
    across = counting.values("practice_id").explain()
    for title, text in (("a batch", plan), ("what is due by practice", across)):
        used = "Seq Scan on deadlines_deadline" not in text and "deadline_" in text
        print(f"\n{title} is found by an index: {'yes' if used else f'NO{chr(10)}{text}'}", end="")
    print(f"\ndue by practice: {sum(due_by_practice(NOW).values()):,}\n")


# One statement against one a row -----------------------------------------------------------------------------------
def _sets_against_loops(due: int) -> None:
    owed: list[Owed] = []
    with enter(_scope(), switch=True):
        with transaction.atomic():
            scan(NOW, told=owed.append)
            transaction.set_rollback(True)
        some = owed[: 2 * BATCH]
        clock, practice = Clock(), practice_id()
        ways: dict[str, Callable[[], Any]] = {
            "one statement": lambda: write(some, practice, NOW),
            "a statement each": lambda: [write([each], practice, NOW) for each in some],
            "get_or_create each": lambda: [_get_or_create(each) for each in some],
        }
        taken = {
            title: statistics.median(_undone(clock, way) for _ in range(RUNS)) for title, way in ways.items()
        }
    first = taken["one statement"]
    rows = [(title, f"{ms:,.1f}", ratio(ms, first)) for title, ms in taken.items()]
    print(table((f"{len(some):,} reminders by", "ms", "ratio"), rows))


def _undone(clock: Clock, work: Callable[[], Any]) -> float:
    started = clock.now()
    with transaction.atomic():
        work()
        taken = clock.now() - started
        transaction.set_rollback(True)
    return taken


def _get_or_create(each: Owed) -> None:
    deadline, step = each.deadline, each.step
    Reminder.objects.get_or_create(
        deadline=deadline,
        due_at=deadline.due_at,
        step=step.key,
        recipient=each.recipient,
        defaults={
            "practice_id": deadline.practice_id,
            "client_id": deadline.client_id,
            "internal": deadline.internal,
            "step_at": step.at,
            "person_id": each.person,
            "part": each.part,
            "why": each.why,
        },
    )


# Several worker processes ------------------------------------------------------------------------------------------
def _workers(due: int) -> None:
    """Let workers share the batches: in CPU time of the busiest one, which is what enough cores would take, and on
    the clock, which means something on idle cores alone.
    """
    rows = []
    alone = (1.0, 1.0)
    for number in (1, WORKERS):
        seconds, busy, done = _beside_each_other(number, size=min(BATCH, due // 20))
        if done != due:
            raise RuntimeError(f"{due} deadlines were due, {number} workers say {done}")
        if number == 1:
            alone = (max(busy), seconds)
        title = f"{number} worker process{'es' * (number > 1)}"
        figures = (sum(busy) / 1000, max(busy) / 1000, seconds)
        faster = (ratio(alone[0], max(busy)), ratio(alone[1], seconds))
        rows.append((title, *(f"{figure:.1f}" for figure in figures), *faster))
        _as_before(due)
    print(f"\n{due:,} deadlines, {multiprocessing.cpu_count()} cores, which the database shares\n")
    heading = ("", "CPU s of all", "of the busiest", "s on the clock", "times faster, CPU", "on the clock")
    print(table(heading, rows))


def _beside_each_other(number: int, size: int) -> tuple[float, list[float], int]:
    """Give the seconds on the clock, the CPU milliseconds of each worker, and the deadlines of all."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    start, answers = fork.Barrier(number + 1), fork.Queue()
    workers = [fork.Process(target=_work, args=(start, answers, size)) for _ in range(number)]
    for worker in workers:
        worker.start()
    start.wait()
    started = time.perf_counter()
    done = [answers.get() for _ in workers]
    seconds = time.perf_counter() - started
    for worker in workers:
        worker.join()
    return seconds, [busy for busy, _ in done], sum(deadlines for _, deadlines in done)


def _work(start: Any, answers: Any, size: int) -> None:
    with enter(_scope(), switch=True):
        clock = Clock()
        start.wait()
        started = clock.now()
        done = scan(NOW, size=size)
        answers.put((clock.now() - started, done.deadlines))
    connections.close_all()
