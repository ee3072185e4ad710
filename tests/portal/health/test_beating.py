"""Signs of life: how often, by whom, and that a dead database ends nobody."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from celery import Celery

from portal import __version__
from portal.celery import app
from portal.health import actions, beating
from portal.health.beating import BeatingScheduler, Pulse
from tests.portal.health.conftest import grow_old

pytestmark = pytest.mark.django_db(transaction=True)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def pulse(clock: Clock, name: str = "celery@one") -> Pulse:
    return Pulse("worker", name, clock)


def test_a_loop_that_turns_often_writes_now_and_then(
    heartbeats: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(actions, "say_alive", lambda **values: written.append(values["name"]))
    clock = Clock()
    beats = pulse(clock)
    for _ in range(60):
        beats.beat()
        clock.now += 1
    assert len(written) == 3


def test_a_process_that_is_started_again_continues_its_row(heartbeats: Any) -> None:
    pulse(Clock()).beat()
    (first,) = heartbeats()
    pulse(Clock()).beat()
    (second,) = heartbeats()
    assert (first.kind, first.name, first.version) == ("worker", "celery@one", __version__)
    assert second.started_at > first.started_at
    assert second.seen_at > first.seen_at


def test_a_process_that_goes_on_keeps_the_instant_of_its_start(heartbeats: Any) -> None:
    clock = Clock()
    beats = pulse(clock)
    beats.beat()
    (first,) = heartbeats()
    clock.now += beating.EVERY_SECONDS
    beats.beat()
    (second,) = heartbeats()
    assert second.started_at == first.started_at
    assert second.seen_at > first.seen_at


def test_rows_that_are_silent_for_a_day_are_dropped(heartbeats: Any) -> None:
    pulse(Clock(), "celery@gone").beat()
    pulse(Clock(), "celery@quiet").beat()
    grow_old("celery@gone", timedelta(hours=25))
    grow_old("celery@quiet", timedelta(hours=23))
    pulse(Clock(), "celery@one").beat()
    assert {sign.name for sign in heartbeats()} == {"celery@one", "celery@quiet"}


def test_an_end_in_good_order_leaves_no_row(heartbeats: Any) -> None:
    one, two = pulse(Clock()), pulse(Clock(), "celery@two")
    one.beat()
    two.beat()
    one.end()
    assert [sign.name for sign in heartbeats()] == ["celery@two"]


def test_a_dead_database_ends_nobody_and_is_said_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**values: Any) -> None:
        raise psycopg.OperationalError("connection to postgresql://portal_app:secret@db failed")

    monkeypatch.setattr(actions, "say_alive", fail)
    monkeypatch.setattr(actions, "say_ended", fail)
    clock = Clock()
    beats = pulse(clock)
    for _ in range(5):
        beats.beat()
        clock.now += beating.EVERY_SECONDS
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    beats.end()
    assert "secret" not in caplog.text


def test_a_worker_is_heard_by_its_node_name_and_leaves_with_its_signal(heartbeats: Any) -> None:
    heart = SimpleNamespace(eventer=SimpleNamespace(hostname="celery@three"))
    beating.worker_works(sender=heart)
    beating.worker_works(sender=heart)
    assert [(sign.kind, sign.name) for sign in heartbeats()] == [("worker", "celery@three")]
    beating.worker_ends()
    assert heartbeats() == []


def test_celery_is_told_of_our_scheduler_and_turns_its_loop_often_enough() -> None:
    assert app.conf.beat_scheduler == "portal.health.beating:BeatingScheduler"
    assert app.conf.beat_max_loop_interval < beating.EVERY_SECONDS


def test_beats_own_loop_says_that_it_turns(heartbeats: Any, tmp_path: Any) -> None:
    nothing_to_do = Celery("nothing", set_as_current=False)
    scheduler = BeatingScheduler(app=nothing_to_do, schedule_filename=str(tmp_path / "schedule"))
    scheduler.tick()
    (sign,) = heartbeats()
    assert sign.kind == "beat"
    scheduler.close()
    assert heartbeats() == []
