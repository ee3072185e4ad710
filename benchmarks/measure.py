"""Medians, ratios and the table that shows them.

What is measured is CPU time, this process's and that of its sessions in the database: everything stands in memory, so
on an idle machine it is what a reader waits for, and on a busy one it is not what others make them wait for.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import connections

Work = Callable[[], object]


class Clock:
    """Tells how many milliseconds this process and its sessions in the database have worked so far."""

    def __init__(self, *aliases: str) -> None:
        self.sessions = [Path(f"/proc/{_session(alias)}/schedstat") for alias in aliases or ("default",)]

    def now(self) -> float:
        """Linux tells a process's time in nanoseconds; elsewhere the time on the wall has to do."""
        try:
            nanoseconds = sum(int(session.read_text().split()[0]) for session in self.sessions)
        except FileNotFoundError:
            return time.perf_counter() * 1000
        return time.process_time() * 1000 + nanoseconds / 1_000_000

    def time(self, work: Work) -> float:
        """Run `work` once and say what it took."""
        started = self.now()
        work()
        return self.now() - started


def _session(alias: str) -> int:
    connections[alias].ensure_connection()
    return int(connections[alias].connection.info.backend_pid)


def medians(works: Sequence[Work], clock: Clock, runs: int, warm_up: int = 2) -> list[float]:
    """Give the median of each. They take turns, so that what happens beside them meets all alike."""
    for _ in range(warm_up):
        for work in works:
            work()
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times, strict=True):
            taken.append(clock.time(work))
    return [statistics.median(taken) for taken in times]


def ratio(above: float, below: float) -> str:
    """Write a ratio with the figures that mean something."""
    value = above / below
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Set out a table: the first column to the left, figures to the right."""
    cells = [[str(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heading))]
    lines = [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
