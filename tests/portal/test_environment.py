"""Bad and missing variables end the start with a sentence that says what to set."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.environment import (
    REQUIRED,
    beginning_with,
    database,
    dotted,
    flag,
    keys,
    long_secret,
    number,
    one_of,
    read,
    site,
    with_number,
    words,
)
from tests.run import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]
KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize(
    ("cast", "raw", "value"),
    [
        (flag, "yes", True),
        (flag, "OFF", False),
        (words, " a, b,,c ", ["a", "b", "c"]),
        (number, "8", 8),
        (site, "https://portal.example.com/", "https://portal.example.com"),
        (one_of("app", "owner"), "owner", "owner"),
        (dotted, "anymail.backends.brevo.EmailBackend", "anymail.backends.brevo.EmailBackend"),
        (with_number, "twilio://a:b@c/{number}", "twilio://a:b@c/{number}"),
        (keys, f"k2:{KEY},k1:{KEY}", {"k2": KEY, "k1": KEY}),
    ],
)
def test_values_are_read(monkeypatch: pytest.MonkeyPatch, cast: object, raw: str, value: object) -> None:
    monkeypatch.setenv("THING", raw)
    assert read("THING", cast, None, "Set it.") == value  # type: ignore[arg-type]


def test_variables_of_a_provider_are_read_by_how_they_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING_TOKEN", " abc ")
    monkeypatch.setenv("ANOTHER_TOKEN", "def")
    assert beginning_with("THING_") == {"TOKEN": "abc"}


@pytest.mark.parametrize(
    ("cast", "raw"),
    [
        (flag, "maybe"),
        (number, "-1"),
        (number, "²"),
        (site, "portal.example.com"),
        (site, "https://portal.example.com/below"),
        (one_of("app", "owner"), "postgres"),
        (dotted, "os; system"),
        (with_number, "twilio://a:b@c/"),
        (keys, "k1:short"),
        (keys, f"k 1:{KEY}"),
        (long_secret, "short"),
        (database, "mysql://a@b/c"),
        (database, "postgresql://db.example.com/plumbline"),
        (database, "postgresql://a:b@host:port/name?nonsense=1"),
    ],
)
def test_a_bad_value_names_its_variable_and_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, cast: object, raw: str
) -> None:
    monkeypatch.setenv("THING", raw)
    with pytest.raises(
        ImproperlyConfigured, match=r"^THING cannot be used: .+\. Set it to something else\.$"
    ):
        read("THING", cast, None, "Set it to something else.")  # type: ignore[arg-type]


def test_a_missing_value_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THING", "  ")
    with pytest.raises(ImproperlyConfigured, match=r"^THING is not set\. Set it to that\.$"):
        read("THING", str, REQUIRED, "Set it to that.")
    assert read("THING", str, "default", "Set it.") == "default"


def test_a_database_address_becomes_settings() -> None:
    parts = database("postgresql://portal_app:p%40ss@db.example.com:5433/plumbline?sslmode=require")
    assert parts == {
        "NAME": "plumbline",
        "USER": "portal_app",
        "PASSWORD": "p@ss",
        "HOST": "db.example.com",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    """Load the settings as production would, with some variables changed; empty ones are missing."""
    keep = {name: os.environ[name] for name in ("PATH", "PLUMBLINE_HOME")}
    show = "from django.conf import settings as s; print(s.SITE_URL, s.DEMONSTRATION, s.SESSION_COOKIE_SECURE, s.DEBUG)"
    return subprocess.run(
        [sys.executable, "-c", show],
        cwd=ROOT,
        env={**keep, "DJANGO_SETTINGS_MODULE": "portal.settings", **PRODUCTION, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_is_the_default() -> None:
    assert start().stdout.split() == ["https://portal.example.com", "False", "True", "False"]


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_SYSTEM_URL",
        "CACHE_URL",
        "SITE_URL",
        "SECRET_KEY",
        "FIELD_KEYS",
        "ANCHOR_KEY",
        "EMAIL_URL",
        "DEFAULT_FROM_EMAIL",
    ],
)
def test_production_asks_for_what_it_needs(name: str) -> None:
    changes = (
        {name: ""} if name != "CACHE_URL" else {name: "", "CELERY_BROKER_URL": "redis://broker.invalid/0"}
    )
    assert f"{name} is not set. Set it to" in start(**changes).stderr


def test_an_open_address_without_https_is_refused() -> None:
    assert "SITE_URL must begin with https://" in start(SITE_URL="http://portal.example.com").stderr
