"""Reads the environment for the settings; a bad or missing value ends the start with what to set."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

T = TypeVar("T")
REQUIRED: Any = object()
_env = environ.Env()


def read(name: str, cast: Callable[[str], T], default: Any, says: str) -> T:
    """Give the variable's value through `cast`, or `default` when it is not set or empty.

    Raises ImproperlyConfigured naming the variable, what is wrong and, in `says`, what to set.
    """
    raw = _env.str(name, default="").strip()
    if not raw:
        if default is REQUIRED:
            raise ImproperlyConfigured(f"{name} is not set. {says}")
        return default  # type: ignore[no-any-return]
    try:
        return cast(raw)
    except (ValueError, KeyError) as error:
        raise ImproperlyConfigured(f"{name} cannot be used: {error}. {says}") from None


def flag(raw: str) -> bool:
    """Read a yes or no."""
    answers = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    if raw.lower() not in answers:
        raise ValueError(f"“{raw}” is neither yes nor no")
    return answers[raw.lower()]


def words(raw: str) -> list[str]:
    """Read a list separated by commas."""
    return [word.strip() for word in raw.split(",") if word.strip()]


def beginning_with(prefix: str) -> dict[str, str]:
    """Give every variable that begins with the prefix, without it."""
    names = (name for name in os.environ if name.startswith(prefix))
    return {name.removeprefix(prefix): os.environ[name].strip() for name in sorted(names)}


def dotted(raw: str) -> str:
    """Read the dotted name of a Python class."""
    if "." not in raw or not all(part.isidentifier() for part in raw.split(".")):
        raise ValueError(f"“{raw}” is not the dotted name of a class")
    return raw


def with_number(raw: str) -> str:
    """Read an address in which {number} stands for a telephone number; its words are not repeated: it is a secret."""
    if raw.count("{number}") != 1 or "://" not in raw:
        raise ValueError("it is no address that holds {number} once")
    return raw


def number(raw: str) -> int:
    """Read a whole number, zero or more."""
    if not raw.isascii() or not raw.isdigit():
        raise ValueError(f"“{raw}” is not a whole number")
    return int(raw)


def site(raw: str) -> str:
    """Read the portal's own address, without a slash at its end."""
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"“{raw}” is not an address such as https://portal.example.com")
    return raw.rstrip("/")


def one_of(*allowed: str) -> Callable[[str], str]:
    """Read one of the words allowed."""

    def cast(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"“{raw}” is none of {', '.join(allowed)}")
        return raw

    return cast


def long_secret(raw: str) -> str:
    """Read a secret of 50 characters or more."""
    if len(raw) < 50:
        raise ValueError(f"it has {len(raw)} characters, which is too few")
    return raw


def keys(raw: str) -> dict[str, str]:
    """Read `k2:<base64 of 32 bytes>,k1:<…>`: the first one seals, all of them open."""
    found = {}
    for entry in words(raw):
        name, _, key = entry.partition(":")
        try:
            size = len(base64.b64decode(key, validate=True))
        except binascii.Error:
            raise ValueError(f"the key “{name}” is not base64") from None
        if size != 32 or not name.isalnum():
            raise ValueError(f"the key “{name}” needs a name of letters and digits, and 32 bytes")
        found[name] = key
    return found


def database(url: str) -> dict[str, Any]:
    """Read a PostgreSQL address (`postgresql://role:password@host:port/name?sslmode=…`) as Django's settings."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ValueError("it does not begin with postgresql://")
    try:
        parts = conninfo_to_dict(url)
    except ProgrammingError:  # its words may hold the password
        raise ValueError("it is not an address that PostgreSQL understands") from None
    taken = {
        "NAME": parts.pop("dbname", ""),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "") or ""),
    }
    if not taken["NAME"] or not taken["USER"]:
        raise ValueError("it names no database or no role")
    return {**taken, "OPTIONS": parts}
