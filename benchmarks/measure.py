"""Medians, ratios and the table that shows them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def milliseconds(work: Callable[[], object]) -> float:
    """Run `work` once and say how long it took."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def median(work: Callable[[], object], runs: int, warm_up: int = 3) -> float:
    """Give the median of `runs` runs in milliseconds, after some that do not count."""
    for _ in range(warm_up):
        work()
    return statistics.median(milliseconds(work) for _ in range(runs))


def medians(pair: Sequence[Callable[[], object]], runs: int, warm_up: int = 3) -> list[float]:
    """Give the median of each in milliseconds. They take turns, so that a busy moment of the machine meets all."""
    for _ in range(warm_up):
        for work in pair:
            work()
    times: list[list[float]] = [[] for _ in pair]
    for _ in range(runs):
        for work, taken in zip(pair, times, strict=True):
            taken.append(milliseconds(work))
    return [statistics.median(taken) for taken in times]


def ratio(above: float, below: float) -> str:
    """Write a ratio with two figures that mean something."""
    value = above / below
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}" if value >= 3 else f"{value:.2f}"


def table(heading: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Set out a table: the first column to the left, figures to the right."""
    cells = [[str(cell) for cell in row] for row in (heading, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heading))]
    lines = [
        "  ".join(cell.rjust(width) if column else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in cells
    ]  # fmt: skip
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
