"""What uptime checkers get, the owners' page, and the strip over Today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client as Browser
from django.test import override_settings

from portal.deadlines.actions import open_deadline
from portal.deadlines.obligations import Due, Obligation, Subject
from portal.health import checks, notices, patience
from portal.health.actions import say_alive
from portal.health.checks import Check, Machinery
from portal.shell import notices as registry
from tests.portal.health.conftest import grow_old

pytestmark = pytest.mark.django_db
HIGH_NOON = datetime.now(UTC)


def still(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let these parts stand still."""
    failing = tuple(
        Check(name, name.capitalize(), False, "Silent for 5 minutes.", "Start it.") for name in names
    )
    monkeypatch.setattr(checks.machinery, "ask", lambda: Machinery(failing))


def test_healthz_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any) -> Any:
        raise DatabaseError("healthz asked the database")

    with connection.execute_wrapper(refuse):
        answer = Browser().get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"state": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db(transaction=True)
def test_readyz_says_of_each_part_whether_it_works(heartbeats: Any, real_checks: None) -> None:
    say_alive(kind="beat", name="host-of-the-beat")
    say_alive(kind="worker", name="celery@host")
    answer = Browser().get("/readyz")
    assert answer.status_code == 200
    assert {name: check["state"] for name, check in answer.json()["checks"].items()} == dict.fromkeys(
        ("database", "migrations", "broker", "beat", "worker"), "ok"
    )
    assert "host-of-the-beat" not in answer.text
    grow_old("host-of-the-beat", timedelta(minutes=2))
    answer = Browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["beat"] == {"state": "failing", "words": "Silent for 2 minutes."}
    assert answer.json()["checks"]["worker"]["state"] == "ok"


def test_readyz_answers_without_a_database(real_checks: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**options: Any) -> Any:
        raise psycopg.OperationalError("connection failed: password=hunter2")

    monkeypatch.setattr(patience.psycopg, "connect", refuse)
    answer = Browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["database"]["state"] == "failing"
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_checker_in_the_same_network_may_ask_in_plain_http(path: str) -> None:
    with override_settings(SECURE_SSL_REDIRECT=True):
        assert Browser().get(path).status_code == 200
        assert Browser().get("/").status_code == 301
        assert Browser().head(path).status_code == 200


def test_the_system_page_names_what_stands_still_and_what_to_do(
    alice: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    still(monkeypatch, "beat", "broker")
    page = signed_in(alice).get("/practice/system/").content.decode()
    assert "Beat, Broker stand still." in page
    assert "Silent for 5 minutes." in page
    assert "Start it." in page


@pytest.mark.django_db(transaction=True)
def test_the_system_page_lists_beat_and_the_workers(
    alice: Any, signed_in: Any, heartbeats: Any, real_checks: None
) -> None:
    say_alive(kind="beat", name="host-a")
    say_alive(kind="worker", name="celery@host-b")
    say_alive(kind="worker", name="celery@host-c")
    grow_old("celery@host-c", timedelta(minutes=10))
    page = signed_in(alice).get("/practice/system/").content.decode().replace("\u00a0", " ")
    assert "Everything runs." in page
    assert "celery@host-b" in page
    assert "Silent for 10 minutes" in page


def test_the_system_page_says_what_waits_in_this_practice_alone(
    alice: Any, dan: Any, client_a1: Any, in_a: Any, signed_in: Any
) -> None:
    subject = Subject("registers.credential", "1", "Key")
    due = Due(at=HIGH_NOON + timedelta(days=1), calendar="clock")
    owed = Obligation("credential.renewal", subject, "Renew it", due, HIGH_NOON - timedelta(hours=1))
    open_deadline(client_a1, owed, by=alice, now=HIGH_NOON - timedelta(minutes=42))
    own = signed_in(alice).get("/practice/system/").content.decode()
    other = signed_in(dan).get("/practice/system/").content.decode()
    assert "1 deadline is to be looked at, the oldest for 4" in own
    assert "The work is behind." in own
    assert "Every reminder that is due is worked out." in other


def test_owners_are_told_on_today_that_nobody_would_be_reminded(
    alice: Any, bob: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_finders", [notices.find])
    words = "Reminders are not going out"
    assert words not in signed_in(alice).get("/").content.decode()
    still(monkeypatch, "beat", "worker")
    page = signed_in(alice).get("/").content.decode()
    assert "Reminders are not going out: beat and worker stand still." in page
    assert "/practice/system/" in page
    assert words not in signed_in(bob).get("/").content.decode()
    assert words not in signed_in(alice).get("/practice/system/").content.decode()


def test_the_strip_says_how_far_behind_the_work_is(
    alice: Any, client_a1: Any, in_a: Any, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "_finders", [notices.find])
    subject = Subject("registers.credential", "1", "Key")
    due = Due(at=HIGH_NOON + timedelta(days=1), calendar="clock")
    owed = Obligation("credential.renewal", subject, "Renew it", due, HIGH_NOON - timedelta(days=1))
    open_deadline(client_a1, owed, by=alice, now=datetime.now(UTC) - timedelta(minutes=9))
    assert "behind" not in signed_in(alice).get("/").content.decode()
    open_deadline(
        client_a1,
        Obligation(
            "credential.renewal", Subject("registers.credential", "2", "Key"), "Renew it", due, HIGH_NOON
        ),
        by=alice,
        now=datetime.now(UTC) - timedelta(minutes=42),
    )
    assert "Reminders are 4" in signed_in(alice).get("/").content.decode()
