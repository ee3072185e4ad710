"""The words of the system page: what waits, since when, and what to do about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from portal.health.broker import Seen
from portal.health.checks import Check, Machinery
from portal.health.presenters import parts_table, standfirst
from portal.health.queries import MOST, Pile, Work

NOW = datetime(2026, 11, 19, 10, 30, tzinfo=UTC)
QUIET = Work(Pile(0), Pile(0), Pile(0), Pile(0), None)
RUNS = Machinery((Check("beat", "Beat", True, "It runs."),), broker=Seen("RabbitMQ", 0))


def lines(work: Work, found: Machinery = RUNS) -> dict[str, tuple[str, str]]:
    """State and words of each part."""
    table = parts_table(found, work, NOW, RequestFactory().get("/"))
    return {row.about: (row.cells[1].state, row.cells[2].value) for row in table.rows}


def test_nothing_waits_and_nothing_is_to_be_done() -> None:
    found = lines(QUIET)
    assert found["Queue"] == ("idle", "No task waits for a worker.")
    assert found["Messages"] == ("idle", "None is to go now. None has gone yet.")
    assert {state for state, _ in found.values()} == {"ok", "idle"}
    assert standfirst(RUNS, QUIET, NOW) == ("", "Everything runs.")


@pytest.mark.parametrize(("minutes", "state"), [(5, "ok"), (6, "late")])
def test_work_is_behind_when_the_oldest_waits_too_long(minutes: int, state: str) -> None:
    work = replace(QUIET, due=Pile(3, NOW - timedelta(minutes=minutes)))
    found, words = lines(work)["Messages"]
    assert found == state
    assert words.startswith(f"3 messages are to go, the oldest for {minutes} minutes.")
    assert ("start more of them" in words) == (state == "late")
    assert bool(standfirst(RUNS, work, NOW)[0]) == (state == "late")


def test_a_pile_is_counted_no_further_than_it_tells_something() -> None:
    work = replace(QUIET, steps=Pile(MOST + 1, NOW))
    assert lines(work)["Deadlines"][1].startswith("More than 999 deadlines are to be looked at")


def test_dead_letters_lead_to_the_list_of_them() -> None:
    work = replace(QUIET, dead=Pile(1, NOW))
    table = parts_table(RUNS, work, NOW, RequestFactory().get("/"))
    assert table.rows[-1].cells[2].value == "1 message was given up. Each says why, and can be tried again."
    assert table.rows[-1].cells[2].url == "/practice/messages/?state=dead"


@pytest.mark.parametrize(
    ("waiting", "state", "words"),
    [(1, "ok", "1 task waits for a worker."), (1001, "soon", "1,001 tasks wait for a worker.")],
)
def test_a_crowded_queue_is_to_be_looked_at(waiting: int, state: str, words: str) -> None:
    found = replace(RUNS, broker=Seen("RabbitMQ", waiting))
    seen, said = lines(QUIET, found)["Queue"]
    assert seen == state
    assert said.startswith(words)


def test_what_stands_still_is_said_first() -> None:
    still = Machinery((Check("beat", "Beat", False, "Silent for 5 minutes.", "Start it."),))
    assert standfirst(still, QUIET, NOW)[0] == "Beat stands still."
    assert lines(QUIET, still)["Beat"] == ("late", "Silent for 5 minutes. Start it.")
